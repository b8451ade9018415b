#include <mqrig/broker/fault_link.hpp>

#include <algorithm>
#include <string_view>

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

}  // namespace

void FaultLink::published(wire::Buffer& out, std::size_t start) {
  const FaultSettings& settings = faults_.settings();
  if (faults_.happens(settings.drop_publish)) return out.truncate(start);
  if (!late_.empty()) {
    const wire::ByteView next = out.view().subspan(start);
    if (topic_of(late_.view()) == topic_of(next)) {
      late_.append(next);  // [MQTT-4.6.0-6]: a topic keeps its order
      out.truncate(start);
    }
    out.append(late_.view());
    late_.release();
  } else if (faults_.happens(settings.reorder)) {
    late_.append(out.view().subspan(start));
    out.truncate(start);
  }
}

void FaultLink::acknowledged(wire::Buffer& out, std::size_t start, double probability) {
  if (faults_.happens(probability)) out.truncate(start);
}

void FaultLink::answered(wire::Buffer& out, std::size_t start) {
  // Several packets may have been answered at once: each PUBCOMP vanishes by itself.
  wire::Buffer kept;
  wire::ByteView rest = out.view().subspan(start);
  wire::Frame frame;
  while (wire::split_frame(rest, wire::max_remaining_length + 5, frame).status ==
         wire::FrameStatus::complete) {
    const bool pubcomp = frame.type() == wire::PacketType::pubcomp;
    if (!pubcomp || !faults_.happens(faults_.settings().drop_pubcomp)) {
      kept.append(rest.first(frame.size));
    }
    rest = rest.subspan(frame.size);
  }
  out.truncate(start);
  out.append(kept.view());
}

void FaultLink::gather(wire::Buffer& out, session::Time now) {
  // A turn that sends nothing more is the next message's stand-in: nothing waits for ever.
  out.append(late_.view());
  late_.release();
  if (!out.empty()) {
    session::Time due = now + faults_.delay();
    if (!chunks_.empty()) due = std::max(due, chunks_.back().due);
    held_ += out.size();
    chunks_.push_back({due, std::move(out)});
  }
  while (!chunks_.empty() && chunks_.front().due <= now) {
    held_ -= chunks_.front().bytes.size();
    ready_.append(chunks_.front().bytes.view());
    chunks_.pop_front();
  }
  if (!chunks_.empty()) timer_.expires_at(chunks_.front().due);
}

}  // namespace mqrig::broker
