#include <mqrig/session/sender.hpp>

#include <cstring>

#include <mqrig/wire/encode.hpp>

namespace mqrig::session {

using wire::PacketId;
using wire::ReasonCode;

namespace {
// A slot that held a larger packet gives its memory back; a smaller one keeps it for the next
// message.
constexpr std::uint32_t kept_capacity = 512;
}  // namespace

void Sender::set_window(std::uint16_t window, std::uint16_t qos_2_window) noexcept {
  window_ = window;
  qos_2_window_ = qos_2_window;
}

Sender::Slot* Sender::find(PacketId id) noexcept {
  return id == 0 || id > slots_.size() ? nullptr : &at(id);
}

void Sender::push(List& list, PacketId id) noexcept {
  at(id).previous = list.tail;
  at(id).next = 0;
  (list.tail != 0 ? at(list.tail).next : list.head) = id;
  list.tail = id;
}

void Sender::remove(List& list, PacketId id) noexcept {
  const Slot& slot = at(id);
  (slot.previous != 0 ? at(slot.previous).next : list.head) = slot.next;
  (slot.next != 0 ? at(slot.next).previous : list.tail) = slot.previous;
}

PacketId Sender::allocate(std::uint64_t token) {
  PacketId id = free_.head;
  if (id != 0 && slots_.size() >= rotation_) {
    remove(free_, id);
  } else {
    if (slots_.size() == most_slots) return 0;
    slots_.emplace_back();
    id = static_cast<PacketId>(slots_.size());
  }
  at(id).state = State::allocated;
  at(id).token = token;
  return id;
}

void Sender::free_slot(PacketId id) noexcept {
  Slot& slot = at(id);
  slot.state = State::free;
  if (slot.capacity > kept_capacity) {
    slot.packet.reset();
    slot.capacity = 0;
  }
  push(free_, id);
}

void Sender::store(Slot& slot, wire::ByteView packet) {
  const auto size = static_cast<std::uint32_t>(packet.size());
  if (slot.capacity < size) {
    slot.packet.reset(new std::uint8_t[size]);
    slot.capacity = size;
  }
  std::memcpy(slot.packet.get(), packet.data(), size);
  slot.size = size;
}

void Sender::keep(PacketId id, wire::QoS qos, wire::ByteView packet) {
  Slot& slot = at(id);
  store(slot, packet);
  slot.state = State::published;
  slot.qos = qos;
  slot.sent = true;
  slot.waiting = false;
  push(published_, id);
  ++pending_;
  count_in_flight(slot);
}

void Sender::count_in_flight(const Slot& slot) noexcept {
  ++in_flight_;
  if (slot.qos == wire::QoS::exactly_once) ++in_flight_qos_2_;
}

void Sender::keep_request(PacketId id, wire::PacketType request, std::size_t count) noexcept {
  Slot& slot = at(id);
  slot.state = State::request;
  slot.request = request;
  slot.size = static_cast<std::uint32_t>(count);
}

Sender::Outcome Sender::finish(PacketId id, ReasonCode reason) noexcept {
  const Slot& slot = at(id);
  remove(slot.state == State::released ? released_ : published_, id);
  --pending_;
  --in_flight_;
  if (slot.qos == wire::QoS::exactly_once) --in_flight_qos_2_;
  const Outcome outcome{true, false, slot.token, reason};
  free_slot(id);
  return outcome;
}

Sender::Outcome Sender::acknowledged(const wire::Ack& ack, wire::Version version,
                                     wire::Buffer& out) {
  Slot* slot = find(ack.packet_id);
  // What waits to be resent was not answered on this connection, and will be.
  if (slot != nullptr && slot->waiting) return {};
  const bool pubrec = ack.type == wire::PacketType::pubrec;
  if (pubrec && !wire::is_error(ack.reason)) {
    return received(slot, ack, version, out);
  }
  if (slot == nullptr) return {};
  // Some brokers complete a QoS 2 message with PUBACK: they hold it, so it is not sent again.
  const bool puback = ack.type == wire::PacketType::puback;
  if (slot->state == State::published && (puback || pubrec)) {
    return finish(ack.packet_id, ack.reason);
  }
  // A receiver that does not know the identifier any more has completed it before: the message was
  // taken over with PUBREC, whose reason counts.
  if (slot->state == State::released && ack.type == wire::PacketType::pubcomp) {
    return finish(ack.packet_id, slot->reason);
  }
  return {};
}

Sender::Outcome Sender::received(Slot* slot, const wire::Ack& pubrec, wire::Version version,
                                 wire::Buffer& out) {
  Outcome outcome;
  if (slot != nullptr && slot->state == State::published && slot->qos == wire::QoS::exactly_once) {
    slot->state = State::released;
    slot->reason = pubrec.reason;
    remove(published_, pubrec.packet_id);
    push(released_, pubrec.packet_id);
    outcome.taken_over = true;
    outcome.token = slot->token;
  }
  const bool known = slot != nullptr && slot->state == State::released;
  wire::encode(out, version,
               {.type = wire::PacketType::pubrel,
                .packet_id = pubrec.packet_id,
                .reason = known ? ReasonCode::success : ReasonCode::packet_identifier_not_found,
                .properties = {}});
  return outcome;
}

Sender::Outcome Sender::answered(PacketId id, wire::PacketType request,
                                 std::optional<std::size_t> count) noexcept {
  const Slot* slot = find(id);
  if (slot == nullptr || slot->state != State::request || slot->request != request ||
      (count && *count != slot->size)) {
    return {};
  }
  const Outcome outcome{true, false, slot->token, ReasonCode::success};
  free_slot(id);
  return outcome;
}

}  // namespace mqrig::session
