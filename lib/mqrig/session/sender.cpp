#include <mqrig/session/sender.hpp>

#include <cstring>

#include <mqrig/wire/encode.hpp>

namespace mqrig::session {

namespace {
// A slot that held a larger packet gives its memory back; a smaller one keeps it for the next
// message.
constexpr std::uint32_t kept_capacity = 512;
}  // namespace

void Sender::set_window(std::uint16_t window, std::uint16_t qos_2_window) noexcept {
  window_ = window;
  qos_2_window_ = qos_2_window;
}

Sender::Slot* Sender::find(wire::PacketId id) noexcept {
  return id == 0 || id > slots_.size() ? nullptr : &slots_[id - 1U];
}

wire::PacketId Sender::allocate(std::uint64_t token) {
  wire::PacketId id = free_head_;
  if (id != 0) {
    free_head_ = slots_[id - 1U].next;
    if (free_head_ == 0) free_tail_ = 0;
  } else {
    if (slots_.size() == most_slots) return 0;
    slots_.emplace_back();
    id = static_cast<wire::PacketId>(slots_.size());
  }
  Slot& slot = slots_[id - 1U];
  slot.state = State::allocated;
  slot.token = token;
  slot.next = 0;
  return id;
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

void Sender::keep(wire::PacketId id, wire::QoS qos, wire::ByteView packet) {
  Slot& slot = slots_[id - 1U];
  store(slot, packet);
  slot.state = State::published;
  slot.qos = qos;
  slot.dup = false;
  slot.queued = false;
  slot.order = next_order_++;
  ++pending_;
  sent(slot);
}

void Sender::sent(const Slot& slot) noexcept {
  ++in_flight_;
  if (slot.qos == wire::QoS::exactly_once) ++in_flight_qos_2_;
}

void Sender::keep_request(wire::PacketId id, wire::PacketType request, std::size_t count) noexcept {
  Slot& slot = slots_[id - 1U];
  slot.state = State::request;
  slot.request = request;
  slot.size = static_cast<std::uint32_t>(count);
}

void Sender::free_slot(wire::PacketId id) noexcept {
  Slot& slot = slots_[id - 1U];
  slot.state = State::free;
  slot.next = 0;
  if (slot.capacity > kept_capacity) {
    slot.packet.reset();
    slot.capacity = 0;
  }
  (free_tail_ != 0 ? slots_[free_tail_ - 1U].next : free_head_) = id;
  free_tail_ = id;
}

void Sender::finish(wire::PacketId id) noexcept {
  --pending_;
  --in_flight_;
  if (slots_[id - 1U].qos == wire::QoS::exactly_once) --in_flight_qos_2_;
  free_slot(id);
}

Sender::Outcome Sender::acknowledged(const wire::Ack& ack, wire::Version version,
                                     wire::Buffer& out) {
  Slot* slot = find(ack.packet_id);
  const bool known = slot != nullptr && !slot->queued &&
                     (slot->state == State::published || slot->state == State::released);
  if (ack.type == wire::PacketType::pubrec) {
    if (known && wire::is_error(ack.reason) && slot->state == State::published) {
      const Outcome outcome{true, slot->token};
      finish(ack.packet_id);
      return outcome;
    }
    if (wire::is_error(ack.reason)) return {};
    const bool ours = known && slot->qos == wire::QoS::exactly_once;
    if (ours && slot->state == State::published) {
      slot->state = State::released;
      slot->order = next_order_++;
    }
    wire::encode(
        out, version,
        {.type = wire::PacketType::pubrel,
         .packet_id = ack.packet_id,
         .reason = ours ? wire::ReasonCode::success : wire::ReasonCode::packet_identifier_not_found,
         .properties = {}});
    return {};
  }
  // Some brokers complete a QoS 2 message with PUBACK: they hold it, so it is not sent again.
  const bool completes =
      known && (slot->state == State::published ? ack.type == wire::PacketType::puback
                                                : ack.type == wire::PacketType::pubcomp);
  if (!completes) return {};
  const Outcome outcome{true, slot->token};
  finish(ack.packet_id);
  return outcome;
}

Sender::Outcome Sender::answered(wire::PacketId id, wire::PacketType request,
                                 std::optional<std::size_t> count) noexcept {
  const Slot* slot = find(id);
  if (slot == nullptr || slot->state != State::request || slot->request != request ||
      (count && *count != slot->size)) {
    return {};
  }
  const Outcome outcome{true, slot->token};
  free_slot(id);
  return outcome;
}

}  // namespace mqrig::session
