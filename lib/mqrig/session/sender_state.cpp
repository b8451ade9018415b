// How messages in flight are saved, and come back.
#include <mqrig/session/sender.hpp>
#include <mqrig/session/state_codec.hpp>
#include <mqrig/wire/decode.hpp>

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
  for (std::size_t index = 0; index < slots_.size(); ++index) {
    if (slots_[index].state == State::free) free_slot(static_cast<PacketId>(index + 1));
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
  wire::Frame frame;
  wire::Publish publish;
  if (!get_integer(bytes, id) || id == 0 || !get_u64(bytes, token) || !get_u8(bytes, released) ||
      !get_u8(bytes, reason) || !get_u8(bytes, sent) || !get_bytes(bytes, packet) ||
      wire::split_frame(packet, wire::max_remaining_length + 5, frame).status !=
          wire::FrameStatus::complete ||
      frame.size != packet.size() || frame.type() != wire::PacketType::publish ||
      wire::decode(frame, version_, publish) != wire::Fault::none || publish.packet_id != id ||
      publish.dup || publish.topic_alias != 0 ||
      (released != 0 && publish.qos != wire::QoS::exactly_once)) {
    return false;
  }
  if (slots_.size() < id) slots_.resize(id);
  Slot& slot = at(id);
  if (slot.state != State::free) return false;
  slot.token = token;
  slot.state = released != 0 ? State::released : State::published;
  slot.reason = static_cast<wire::ReasonCode>(reason);
  slot.qos = publish.qos;
  slot.sent = sent != 0;
  slot.waiting = true;
  store(slot, packet);
  push(waiting_, id);
  ++pending_;
  return true;
}

}  // namespace mqrig::session
