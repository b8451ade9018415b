#include <mqrig/broker/fault_link.hpp>

#include <algorithm>

namespace mqrig::broker {

void FaultLink::published(wire::Buffer& out, std::size_t start) {
  const FaultSettings& settings = faults_.settings();
  if (faults_.happens(settings.drop_publish)) return out.truncate(start);
  if (!late_.empty()) {
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
  const auto type = static_cast<wire::PacketType>(out.data()[start] >> 4);
  if (type == wire::PacketType::pubcomp) acknowledged(out, start, faults_.settings().drop_pubcomp);
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
