// How messages in flight are saved, and come back.
#include <algorithm>

#include <mqrig/session/sender.hpp>
#include <mqrig/session/state_codec.hpp>
#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/publish_layout.hpp>

namespace mqrig::session {

using wire::PacketId;

void Sender::dump(wire::Buffer& out) const {
  put_u8(out, static_cast<std::uint8_t>(version_));
  put_u32(out, pending_);
  for (const List& list : {released_, published_, waiting_, refused_}) dump_all(list, out);
}

void Sender::dump_all(const List& list, wire::Buffer& out) const {
  for (PacketId id = list.head; id != 0; id = at(id).next) {
    const Slot& slot = at(id);
    const bool released = slot.state == State::released;
    put_integer(out, id);
    put_u64(out, slot.token);
    put_u8(out, released ? 1 : 0);
    put_u8(out, released ? static_cast<std::uint8_t>(slot.reason) : 0);
    put_u8(out, slot.sent ? 1 : 0);
    put_bytes(out, {slot.packet.get(), slot.size});
  }
}

bool Sender::restore(wire::ByteView& bytes) {
  std::uint8_t version = 0;
  std::uint32_t count = 0;
  if (!get_u8(bytes, version) || version < 3 || version > 5 || !get_u32(bytes, count)) return false;
  version_ = static_cast<wire::Version>(version);
  for (; count > 0; --count) {
    if (!restore_message(bytes)) return false;
  }
  return true;
}

bool Sender::restore_message(wire::ByteView& bytes) {
  PacketId id = 0;
  std::uint64_t token = 0;
  std::uint8_t released = 0;
  std::uint8_t reason = 0;
  std::uint8_t sent = 0;
  wire::ByteView packet;
  if (!get_integer(bytes, id) || !get_u64(bytes, token) || !get_u8(bytes, released) ||
      !get_u8(bytes, reason) || !get_u8(bytes, sent) || !get_bytes(bytes, packet) ||
      !restore(id, token, version_, packet, released != 0)) {
    return false;
  }
  at(id).reason = static_cast<wire::ReasonCode>(reason);
  at(id).sent = sent != 0;
  return true;
}

bool Sender::restore(PacketId id, std::uint64_t token, wire::Version version,
                     wire::ByteView publish, bool released) {
  wire::Frame frame;
  wire::Publish packet;
  if (id == 0 ||
      wire::split_frame(publish, wire::max_remaining_length + 5, frame).status !=
          wire::FrameStatus::complete ||
      frame.size != publish.size() || frame.type() != wire::PacketType::publish ||
      wire::decode(frame, version, packet) != wire::Fault::none || packet.packet_id != id ||
      packet.dup || packet.topic_alias != 0 ||
      (released && packet.qos != wire::QoS::exactly_once)) {
    return false;
  }
  Slot* const slot = restore_slot(id);
  if (slot == nullptr) return false;
  version_ = version;
  slot->token = token;
  slot->state = released ? State::released : State::published;
  slot->reason = wire::ReasonCode::success;
  slot->qos = packet.qos;
  slot->sent = true;
  store(*slot, publish);
  push(released ? released_ : published_, id);
  ++pending_;
  return true;
}

// Takes the identifier out of the free ones; null when it is in use.
Sender::Slot* Sender::restore_slot(PacketId id) {
  while (slots_.size() < id) {
    slots_.emplace_back();
    push(free_, static_cast<PacketId>(slots_.size()));
  }
  if (at(id).state != State::free) return nullptr;
  remove(free_, id);
  return &at(id);
}

std::uint8_t* Sender::expiry_of(Slot& slot) const noexcept {
  if (slot.state != State::published) return nullptr;
  const std::size_t offset = wire::message_expiry_offset({slot.packet.get(), slot.size}, version_);
  return offset == 0 ? nullptr : slot.packet.get() + offset;
}

void Sender::put_seconds(std::uint8_t* at, std::uint32_t seconds) noexcept {
  for (int shift = 24; shift >= 0; shift -= 8) *at++ = static_cast<std::uint8_t>(seconds >> shift);
}

void Sender::shrink() noexcept {
  const bool in_use = std::any_of(slots_.begin(), slots_.end(),
                                  [](const Slot& slot) { return slot.state != State::free; });
  if (in_use) return;
  slots_ = std::vector<Slot>();
  free_ = {};
}

}  // namespace mqrig::session
