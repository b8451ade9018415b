// What happens to messages in flight when a connection ends and another one begins, and how they
// are saved.
#include <algorithm>
#include <vector>

#include <mqrig/session/sender.hpp>
#include <mqrig/session/state_codec.hpp>
#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/encode.hpp>

namespace mqrig::session {

namespace {
constexpr std::uint8_t dup_flag = 0x08;
}

void Sender::connection_lost() noexcept {
  for (std::size_t index = 0; index < slots_.size(); ++index) {
    if (slots_[index].state == State::request) {
      free_slot(static_cast<wire::PacketId>(index + 1));
    }
  }
  in_flight_ = 0;
  in_flight_qos_2_ = 0;
}

void Sender::enqueue(wire::PacketId id) noexcept {
  Slot& slot = slots_[id - 1U];
  slot.queued = true;
  slot.next = 0;
  (resend_tail_ != 0 ? slots_[resend_tail_ - 1U].next : resend_head_) = id;
  resend_tail_ = id;
}

void Sender::resume(bool session_present, wire::Version version) {
  in_flight_ = in_flight_qos_2_ = 0;
  resend_head_ = resend_tail_ = 0;
  if (pending_ == 0) {
    version_ = version;
    return;
  }
  std::vector<wire::PacketId> ids;
  ids.reserve(pending_);
  for (std::size_t index = 0; index < slots_.size(); ++index) {
    Slot& slot = slots_[index];
    if (slot.state != State::published && slot.state != State::released) continue;
    if (session_present) {
      slot.dup = slot.dup || !slot.queued;
    } else {
      // The receiver has forgotten the exchange. A message that it had taken over with PUBREC may
      // be lost with it, so this one is sent again, too: a duplicate is possible, a loss is not.
      slot.state = State::published;
      slot.dup = false;
    }
    if (slot.state == State::released) sent(slot);
    ids.push_back(static_cast<wire::PacketId>(index + 1));
  }
  const auto released = [&](wire::PacketId id) { return slots_[id - 1U].state == State::released; };
  std::sort(ids.begin(), ids.end(), [&](wire::PacketId left, wire::PacketId right) {
    if (released(left) != released(right)) return released(left);
    // Orders wrap around; what is in flight spans far less than half of them.
    return static_cast<std::int32_t>(slots_[left - 1U].order - slots_[right - 1U].order) < 0;
  });
  for (const wire::PacketId id : ids) {
    if (version != version_ && !convert(slots_[id - 1U], version)) {
      refuse(id, wire::ReasonCode::packet_too_large);
    } else {
      enqueue(id);
    }
  }
  version_ = version;
}

bool Sender::convert(Slot& slot, wire::Version version) {
  wire::Frame frame;
  wire::Publish publish;
  const wire::ByteView packet(slot.packet.get(), slot.size);
  wire::Buffer converted;
  if (wire::split_frame(packet, slot.size, frame).status != wire::FrameStatus::complete ||
      wire::decode(frame, version_, publish) != wire::Fault::none ||
      !wire::encode(converted, version, publish)) {
    return false;
  }
  store(slot, converted.view());
  return true;
}

void Sender::resend(const Limits& limits, wire::Version version, wire::Buffer& out,
                    std::size_t enough) {
  while (resend_head_ != 0 && out.size() < enough) {
    const wire::PacketId id = resend_head_;
    Slot& slot = slots_[id - 1U];
    const bool fits = slot.size <= limits.maximum_packet_size && slot.qos <= limits.maximum_qos;
    if (slot.state == State::published && fits) {
      if (in_flight_ >= window_) return;
      if (slot.qos == wire::QoS::exactly_once && in_flight_qos_2_ >= qos_2_window_) return;
    }
    resend_head_ = slot.next;
    if (resend_head_ == 0) resend_tail_ = 0;
    slot.queued = false;
    if (slot.state == State::released) {
      wire::encode(out, version,
                   {.type = wire::PacketType::pubrel,
                    .packet_id = id,
                    .reason = wire::ReasonCode::success,
                    .properties = {}});
    } else if (fits) {
      std::uint8_t* copy = out.prepare(slot.size);
      std::copy_n(slot.packet.get(), slot.size, copy);
      copy[0] = static_cast<std::uint8_t>(slot.dup ? copy[0] | dup_flag : copy[0] & ~dup_flag);
      out.commit(slot.size);
      sent(slot);
    } else {
      refuse(id, slot.qos > limits.maximum_qos ? wire::ReasonCode::qos_not_supported
                                               : wire::ReasonCode::packet_too_large);
    }
  }
}

void Sender::refuse(wire::PacketId id, wire::ReasonCode reason) noexcept {
  Slot& slot = slots_[id - 1U];
  slot.state = State::refused;
  slot.reason = reason;
  slot.next = refused_head_;
  refused_head_ = id;
}

Sender::Outcome Sender::take_refused(wire::ReasonCode& reason) noexcept {
  if (refused_head_ == 0) return {};
  const wire::PacketId id = refused_head_;
  Slot& slot = slots_[id - 1U];
  refused_head_ = slot.next;
  reason = slot.reason;
  --pending_;
  const Outcome outcome{true, slot.token};
  free_slot(id);
  return outcome;
}

void Sender::dump(wire::Buffer& out) const {
  put_u8(out, static_cast<std::uint8_t>(version_));
  put_u32(out, next_order_);
  put_u32(out, pending_);
  for (std::size_t index = 0; index < slots_.size(); ++index) {
    const Slot& slot = slots_[index];
    if (slot.state != State::published && slot.state != State::released) continue;
    put_u32(out, static_cast<std::uint32_t>(index + 1));
    put_u64(out, slot.token);
    put_u32(out, slot.order);
    put_u8(out, slot.state == State::released ? 1 : 0);
    put_u8(out, slot.dup || !slot.queued ? 1 : 0);
    put_bytes(out, {slot.packet.get(), slot.size});
  }
}

bool Sender::restore(wire::ByteView& bytes) {
  std::uint8_t version = 0;
  std::uint32_t count = 0;
  if (!get_u8(bytes, version) || version < 3 || version > 5 || !get_u32(bytes, next_order_) ||
      !get_u32(bytes, count) || count > most_slots) {
    return false;
  }
  version_ = static_cast<wire::Version>(version);
  std::vector<bool> used;
  for (; count > 0; --count) {
    std::uint32_t id = 0;
    Slot slot;
    std::uint8_t released = 0;
    std::uint8_t dup = 0;
    wire::ByteView packet;
    wire::Frame frame;
    wire::Publish publish;
    if (!get_u32(bytes, id) || id == 0 || id > most_slots || !get_u64(bytes, slot.token) ||
        !get_u32(bytes, slot.order) || !get_u8(bytes, released) || !get_u8(bytes, dup) ||
        !get_bytes(bytes, packet) ||
        wire::split_frame(packet, wire::max_remaining_length + 5, frame).status !=
            wire::FrameStatus::complete ||
        frame.size != packet.size() || frame.type() != wire::PacketType::publish ||
        wire::decode(frame, version_, publish) != wire::Fault::none || publish.packet_id != id) {
      return false;
    }
    if (slots_.size() < id) slots_.resize(id);
    if (slots_[id - 1].state != State::free) return false;
    slot.state = released != 0 ? State::released : State::published;
    slot.qos = publish.qos;
    slot.dup = dup != 0;
    slot.queued = true;
    store(slot, packet);
    slots_[id - 1] = std::move(slot);
    ++pending_;
  }
  for (std::size_t index = 0; index < slots_.size(); ++index) {
    if (slots_[index].state == State::free) free_slot(static_cast<wire::PacketId>(index + 1));
  }
  return true;
}

}  // namespace mqrig::session
