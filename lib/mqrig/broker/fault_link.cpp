#include <mqrig/broker/fault_link.hpp>

#include <algorithm>
#include <cstring>
#include <string_view>

#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/frame.hpp>

namespace mqrig::broker {

namespace {

// Of a PUBLISH that has one: where faults are made there are no topic aliases.
std::string_view topic_of(wire::ByteView packet) {
  wire::Frame frame;
  wire::split_frame(packet, wire::max_remaining_length + 5, frame);
  const std::size_t size = static_cast<std::size_t>(frame.body[0]) << 8 | frame.body[1];
  return wire::as_text(frame.body.subspan(2, size));
}

wire::QoS qos_of(wire::ByteView packet) {
  return static_cast<wire::QoS>(packet[0] >> 1 & 3);
}

// A message that waits for its successor is late, and not lost.
constexpr session::Duration longest_wait = std::chrono::milliseconds(100);

}  // namespace

void FaultLink::published(wire::Buffer& out, std::size_t start, wire::Version version) {
  const FaultSettings& settings = faults_.settings();
  if (faults_.happens(settings.drop_publish)) {
    ++made_.drop_publish;
    return out.truncate(start);
  }
  const bool corrupted = settings.corrupt > 0 && corrupt(out, start, version);
  if (!corrupted && faults_.happens(settings.duplicate)) duplicate(out, start);
  if (!late_.empty()) return follow(out, start, corrupted);
  if (corrupted) return;
  const bool within_topic = faults_.happens(settings.reorder_topic);
  if (within_topic || faults_.happens(settings.reorder)) hold(out, start, within_topic);
}

// False if there was nothing to change, or it was not to happen.
bool FaultLink::corrupt(wire::Buffer& out, std::size_t start, wire::Version version) {
  const wire::ByteView packet = out.view().subspan(start);
  wire::Frame frame;
  wire::split_frame(packet, wire::max_remaining_length + 5, frame);
  wire::Publish publish;
  if (decode(frame, version, publish) != wire::Fault::none || publish.payload.empty()) return false;
  if (!faults_.happens(faults_.settings().corrupt)) return false;
  const std::size_t payload = out.size() - publish.payload.size();
  // The lowest bit: text stays text, and a checksum has to see it all the same.
  out.data()[payload + faults_.place(publish.payload.size())] ^= 1;
  ++made_.corrupt;
  return true;
}

void FaultLink::duplicate(wire::Buffer& out, std::size_t start) {
  constexpr std::uint8_t dup = 0x08;
  const std::size_t size = out.size() - start;
  std::uint8_t* copy = out.prepare(size);
  std::memcpy(copy, out.data() + start, size);
  out.commit(size);
  if (qos_of({copy, size}) != wire::QoS::at_most_once) copy[0] |= dup;  // [MQTT-3.3.1-2]
  ++made_.duplicate;
}

void FaultLink::hold(wire::Buffer& out, std::size_t start, bool within_topic) {
  late_.append(out.view().subspan(start));
  out.truncate(start);
  within_topic_ = within_topic;
  late_until_ = session::never;
}

// A message after the one that is held.
void FaultLink::follow(wire::Buffer& out, std::size_t start, bool corrupted) {
  const wire::ByteView next = out.view().subspan(start);
  const bool of_its_topic = topic_of(late_.view()) == topic_of(next);
  if (within_topic_ && !of_its_topic) return;
  // A receiver that can't tell what a corrupt message was can't tell either what came before it.
  if (within_topic_ == of_its_topic && !corrupted) {
    ++(within_topic_ ? made_.reorder_topic : made_.reorder);
  } else {
    late_.append(next);  // [MQTT-4.6.0-6]: a topic keeps its order
    out.truncate(start);
  }
  release(out);
}

void FaultLink::release(wire::Buffer& out) {
  out.append(late_.view());
  late_.release();
}

void FaultLink::acknowledged(wire::Buffer& out, std::size_t start, wire::QoS qos) {
  const FaultSettings& settings = faults_.settings();
  const bool twice = qos == wire::QoS::exactly_once;
  if (!faults_.happens(twice ? settings.drop_pubrec : settings.drop_puback)) return;
  ++(twice ? made_.drop_pubrec : made_.drop_puback);
  out.truncate(start);
}

void FaultLink::answered(wire::Buffer& out, std::size_t start) {
  // Several packets may have been answered at once: each PUBCOMP vanishes by itself.
  wire::Buffer kept;
  wire::ByteView rest = out.view().subspan(start);
  wire::Frame frame;
  while (wire::split_frame(rest, wire::max_remaining_length + 5, frame).status ==
         wire::FrameStatus::complete) {
    if (frame.type() == wire::PacketType::disconnect) release(kept);  // nothing follows it
    if (frame.type() == wire::PacketType::pubcomp &&
        faults_.happens(faults_.settings().drop_pubcomp)) {
      ++made_.drop_pubcomp;
    } else {
      kept.append(rest.first(frame.size));
    }
    rest = rest.subspan(frame.size);
  }
  out.truncate(start);
  out.append(kept.view());
}

void FaultLink::gather(wire::Buffer& out, session::Time now) {
  if (!late_.empty()) wait_for_next(out, now);
  if (!out.empty()) {
    session::Time due = now + faults_.delay();
    if (due > now) ++made_.delay;
    if (!chunks_.empty()) due = std::max(due, chunks_.back().due);
    held_ += out.size();
    chunks_.push_back({due, std::move(out)});
  }
  while (!chunks_.empty() && chunks_.front().due <= now) {
    held_ -= chunks_.front().bytes.size();
    ready_.append(chunks_.front().bytes.view());
    chunks_.pop_front();
  }
  session::Time due = late_.empty() ? session::never : late_until_;
  if (!chunks_.empty()) due = std::min(due, chunks_.front().due);
  if (due != session::never) timer_.expires_at(due);
}

// The end of the turn: nothing waits for ever.
void FaultLink::wait_for_next(wire::Buffer& out, session::Time now) {
  if (late_until_ == session::never) late_until_ = now + longest_wait;
  // Topics may have their next message in a turn to come; another topic, now or never.
  if (!within_topic_ || late_until_ <= now) release(out);
}

}  // namespace mqrig::broker
