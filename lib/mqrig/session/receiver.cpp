#include <mqrig/session/receiver.hpp>

#include <mqrig/session/state_codec.hpp>
#include <mqrig/wire/encode.hpp>

namespace mqrig::session {

using wire::PacketType;
using wire::QoS;
using wire::ReasonCode;

namespace {

PacketType answer_to(QoS qos) {
  return qos == QoS::at_least_once ? PacketType::puback : PacketType::pubrec;
}

ReasonCode sendable(ReasonCode reason, QoS qos, wire::Version version) {
  if (version != wire::Version::mqtt_5) return ReasonCode::success;
  if (wire::allowed(reason, answer_to(qos))) return reason;
  return wire::is_error(reason) ? ReasonCode::unspecified_error : ReasonCode::success;
}

}  // namespace

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
  const bool duplicate = publish.qos == QoS::exactly_once && !unreleased_.insert(publish.packet_id);
  ++in_use_;
  push({.id = publish.packet_id,
        .qos = publish.qos,
        .reason = ReasonCode::success,
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
    entry.reason = sendable(reason, entry.qos, version);
    if (wire::is_error(entry.reason)) reject_duplicates(static_cast<std::size_t>(offset));
  }
  flush(version, out);
}

// A message that came again before it was acknowledged is answered as it is now.
void Receiver::reject_duplicates(std::size_t offset) noexcept {
  const Entry first = at(offset);
  if (first.qos != QoS::exactly_once || first.forgotten) return;
  for (++offset; offset < count_; ++offset) {
    Entry& entry = at(offset);
    if (entry.id == first.id && entry.qos == first.qos && entry.done) entry.reason = first.reason;
  }
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
  const bool over = entry.qos == QoS::at_least_once || wire::is_error(entry.reason);
  if (over && entry.qos == QoS::exactly_once) unreleased_.erase(entry.id);
  if (!entry.current) return;
  if (over && in_use_ > 0) --in_use_;
  wire::encode(out, version,
               {.type = answer_to(entry.qos),
                .packet_id = entry.id,
                .reason = entry.reason,
                .properties = {}});
}

bool Receiver::released(const wire::Ack& pubrel, wire::Version version, wire::Buffer& out) {
  const bool known = unreleased_.erase(pubrel.packet_id);
  if (known && in_use_ > 0) --in_use_;
  wire::encode(out, version,
               {.type = wire::PacketType::pubcomp,
                .packet_id = pubrel.packet_id,
                .reason = known ? ReasonCode::success : ReasonCode::packet_identifier_not_found,
                .properties = {}});
  return known;
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
  PacketIdSet taken_over = unreleased_;
  for (std::uint32_t offset = 0; offset < count_; ++offset) {
    const Entry& entry = at(offset);
    const bool taken = entry.done && !wire::is_error(entry.reason);
    if (entry.qos == QoS::exactly_once && !entry.forgotten && !taken) {
      taken_over.erase(entry.id);
    }
  }
  put_u32(out, static_cast<std::uint32_t>(taken_over.size()));
  taken_over.for_each([&](wire::PacketId id) { put_integer(out, id); });
}

bool Receiver::restore(wire::ByteView& bytes) {
  std::uint32_t count = 0;
  if (!get_u32(bytes, count)) return false;
  for (; count > 0; --count) {
    wire::PacketId id = 0;
    if (!get_integer(bytes, id) || id == 0 || !unreleased_.insert(id)) return false;
  }
  return true;
}

}  // namespace mqrig::session
