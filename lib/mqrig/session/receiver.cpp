#include <mqrig/session/receiver.hpp>

#include <mqrig/session/state_codec.hpp>
#include <mqrig/wire/encode.hpp>

namespace mqrig::session {

void Receiver::push(const Entry& entry) {
  if (count_ == ring_.size()) {
    std::vector<Entry> larger(ring_.empty() ? 8 : ring_.size() * 2);
    for (std::uint32_t offset = 0; offset < count_; ++offset) larger[offset] = at(offset);
    ring_ = std::move(larger);
    head_ = 0;
  }
  at(count_) = entry;
  ++count_;
}

Receiver::Verdict Receiver::received(const wire::Publish& publish, std::uint16_t receive_maximum,
                                     std::uint64_t& receipt) {
  // Identifiers of 16 bits cannot exceed the largest maximum, so that repeated sending (3.1) does
  // not count against it.
  if (in_use_ >= receive_maximum && receive_maximum != 65'535) return Verdict::quota_exceeded;
  const bool duplicate =
      publish.qos == wire::QoS::exactly_once && !unreleased_.insert(publish.packet_id);
  ++in_use_;
  push({.id = publish.packet_id,
        .qos = publish.qos,
        .reason = wire::ReasonCode::success,
        .done = duplicate,
        .current = true,
        .forgotten = false});
  if (duplicate) return Verdict::duplicate;
  receipt = first_receipt_ + count_ - 1;
  return Verdict::deliver;
}

void Receiver::acknowledge(std::uint64_t receipt, wire::ReasonCode reason, wire::Version version,
                           wire::Buffer& out) {
  const std::uint64_t offset = receipt - first_receipt_;
  if (offset >= count_) return;
  Entry& entry = at(static_cast<std::size_t>(offset));
  if (!entry.done) {
    entry.done = true;
    entry.reason = version == wire::Version::mqtt_5 ? reason : wire::ReasonCode::success;
  }
  flush(version, out);
}

void Receiver::acknowledge_through(std::uint64_t receipt, wire::Version version,
                                   wire::Buffer& out) {
  while (count_ != 0 && (first_receipt_ <= receipt || at(0).done)) {
    const Entry entry = at(0);
    head_ = (head_ + 1) & static_cast<std::uint32_t>(ring_.size() - 1);
    --count_;
    ++first_receipt_;
    finish(entry, version, out);
  }
}

void Receiver::flush(wire::Version version, wire::Buffer& out) {
  acknowledge_through(0, version, out);
}

void Receiver::finish(const Entry& entry, wire::Version version, wire::Buffer& out) {
  if (entry.forgotten) return;
  const bool over = entry.qos == wire::QoS::at_least_once || wire::is_error(entry.reason);
  if (over && entry.qos == wire::QoS::exactly_once) unreleased_.erase(entry.id);
  if (!entry.current) return;
  if (over && in_use_ > 0) --in_use_;
  wire::encode(out, version,
               {.type = entry.qos == wire::QoS::at_least_once ? wire::PacketType::puback
                                                              : wire::PacketType::pubrec,
                .packet_id = entry.id,
                .reason = entry.reason,
                .properties = {}});
}

void Receiver::released(const wire::Ack& pubrel, wire::Version version, wire::Buffer& out) {
  const bool known = unreleased_.erase(pubrel.packet_id);
  if (known && in_use_ > 0) --in_use_;
  wire::encode(
      out, version,
      {.type = wire::PacketType::pubcomp,
       .packet_id = pubrel.packet_id,
       .reason = known ? wire::ReasonCode::success : wire::ReasonCode::packet_identifier_not_found,
       .properties = {}});
}

void Receiver::connection_lost() noexcept {
  in_use_ = 0;
  for (std::uint32_t offset = 0; offset < count_; ++offset) at(offset).current = false;
}

void Receiver::resume(bool session_present) noexcept {
  in_use_ = 0;
  if (session_present) return;
  unreleased_.clear();
  for (std::uint32_t offset = 0; offset < count_; ++offset) at(offset).forgotten = true;
}

void Receiver::dump(wire::Buffer& out) const {
  put_u32(out, static_cast<std::uint32_t>(unreleased_.size()));
  unreleased_.for_each([&](wire::PacketId id) { put_u32(out, id); });
}

bool Receiver::restore(wire::ByteView& bytes) {
  std::uint32_t count = 0;
  if (!get_u32(bytes, count)) return false;
  for (; count > 0; --count) {
    std::uint32_t id = 0;
    if (!get_u32(bytes, id) || id == 0 || id > 65'535 ||
        !unreleased_.insert(static_cast<wire::PacketId>(id))) {
      return false;
    }
  }
  return true;
}

}  // namespace mqrig::session
