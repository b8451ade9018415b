// What happens to messages in flight when a connection ends and another one begins.
#include <algorithm>

#include <mqrig/session/sender.hpp>
#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/encode.hpp>

namespace mqrig::session {

using wire::PacketId;
using wire::ReasonCode;

namespace {

constexpr std::uint8_t dup_flag = 0x08;
constexpr std::uint8_t retain_flag = 0x01;

// Success when the kept PUBLISH may be sent to a peer with these limits.
ReasonCode refusal(wire::ByteView packet, wire::QoS qos, const Limits& limits) {
  if (qos > limits.maximum_qos) return ReasonCode::qos_not_supported;
  if ((packet[0] & retain_flag) != 0 && !limits.retain_available) {
    return ReasonCode::retain_not_supported;
  }
  return packet.size() > limits.maximum_packet_size ? ReasonCode::packet_too_large
                                                    : ReasonCode::success;
}

}  // namespace

void Sender::connection_lost() noexcept {
  for (std::size_t index = 0; index < slots_.size(); ++index) {
    if (slots_[index].state == State::request) free_slot(static_cast<PacketId>(index + 1));
  }
}

void Sender::resume(bool session_present, wire::Version version) {
  in_flight_ = in_flight_qos_2_ = 0;
  // While released ones were waiting, no PUBLISH was sent again: this is the original order.
  const List lists[] = {released_, published_, waiting_};
  released_ = published_ = waiting_ = {};
  for (const List& list : lists) resume_all(list, session_present, version);
  version_ = version;
}

void Sender::resume_all(List list, bool session_present, wire::Version version) {
  for (PacketId id = list.head; id != 0;) {
    Slot& slot = at(id);
    const PacketId next = slot.next;
    if (!session_present) {
      // The receiver has forgotten the exchange. A message that it had taken over with PUBREC may
      // be lost with it, so this one is sent again, too: a duplicate is possible, a loss is not.
      slot.state = State::published;
      slot.sent = false;
    }
    if (version == version_ || convert(slot, version)) {
      slot.waiting = true;
      push(waiting_, id);
    } else {
      refuse(id, ReasonCode::packet_too_large);
    }
    id = next;
  }
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

void Sender::resend(const Limits& limits, wire::Buffer& out, std::size_t enough) {
  while (resending() && out.size() < enough) {
    const PacketId id = waiting_.head;
    Slot& slot = at(id);
    const ReasonCode reason = slot.state == State::released
                                  ? ReasonCode::success
                                  : refusal({slot.packet.get(), slot.size}, slot.qos, limits);
    const bool refused = reason != ReasonCode::success;
    if (slot.state == State::published && !refused && !window_is_open(slot.qos)) return;
    remove(waiting_, id);
    slot.waiting = false;
    if (refused) {
      refuse(id, reason);
    } else {
      send_again(id, out);
    }
  }
}

void Sender::send_again(PacketId id, wire::Buffer& out) {
  Slot& slot = at(id);
  count_in_flight(slot);
  if (slot.state == State::released) {
    push(released_, id);
    wire::encode(out, version_,
                 {.type = wire::PacketType::pubrel,
                  .packet_id = id,
                  .reason = ReasonCode::success,
                  .properties = {}});
    return;
  }
  push(published_, id);
  std::uint8_t* copy = out.prepare(slot.size);
  std::copy_n(slot.packet.get(), slot.size, copy);
  if (slot.sent) copy[0] |= dup_flag;
  slot.sent = true;
  out.commit(slot.size);
}

void Sender::refuse(PacketId id, ReasonCode reason) noexcept {
  Slot& slot = at(id);
  slot.state = State::refused;
  slot.reason = reason;
  slot.waiting = false;
  push(refused_, id);
}

Sender::Outcome Sender::take_refused() noexcept {
  const PacketId id = refused_.head;
  if (id == 0) return {};
  remove(refused_, id);
  --pending_;
  const Outcome outcome{true, false, at(id).token, at(id).reason};
  free_slot(id);
  return outcome;
}

}  // namespace mqrig::session
