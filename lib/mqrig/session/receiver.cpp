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

Receiver::State& Receiver::state() {
  if (!state_) state_ = std::make_unique<State>();
  return *state_;
}

void Receiver::State::push(const Entry& entry) {
  if (count == ring.size()) {
    std::vector<Entry> larger(ring.empty() ? 8 : ring.size() * 2);
    for (std::uint32_t offset = 0; offset < count; ++offset) larger[offset] = at(offset);
    ring = std::move(larger);
    head = 0;
  }
  at(count) = entry;
  ++count;
}

Receiver::Entry Receiver::State::pop() noexcept {
  const Entry entry = at(0);
  head = (head + 1) & static_cast<std::uint32_t>(ring.size() - 1);
  --count;
  return entry;
}

Receiver::Verdict Receiver::received(const wire::Publish& publish, std::uint16_t receive_maximum,
                                     std::uint64_t& receipt) {
  State& state = this->state();
  // Identifiers of 16 bits cannot exceed the largest maximum, so that repeated sending (3.1) does
  // not count against it.
  if (state.in_use >= receive_maximum && receive_maximum != 65'535) return Verdict::quota_exceeded;
  const bool duplicate =
      publish.qos == QoS::exactly_once && !state.unreleased.insert(publish.packet_id);
  ++state.in_use;
  state.push({.id = publish.packet_id,
              .qos = publish.qos,
              .reason = ReasonCode::success,
              .done = duplicate,
              .current = true,
              .forgotten = false});
  if (duplicate) return Verdict::duplicate;
  receipt = first_receipt_ + state.count - 1;
  return Verdict::deliver;
}

void Receiver::acknowledge(std::uint64_t receipt, wire::ReasonCode reason, wire::Version version,
                           wire::Buffer& out) {
  const std::uint64_t offset = receipt - first_receipt_;
  if (offset >= unacknowledged()) return;
  Entry& entry = state_->at(static_cast<std::size_t>(offset));
  if (!entry.done) {
    entry.done = true;
    entry.reason = sendable(reason, entry.qos, version);
    if (wire::is_error(entry.reason)) reject_duplicates(static_cast<std::size_t>(offset));
  }
  flush(version, out);
}

// A message that came again before it was acknowledged is answered as it is now.
void Receiver::reject_duplicates(std::size_t offset) noexcept {
  const Entry first = state_->at(offset);
  if (first.qos != QoS::exactly_once || first.forgotten) return;
  for (++offset; offset < state_->count; ++offset) {
    Entry& entry = state_->at(offset);
    if (entry.id == first.id && entry.qos == first.qos && entry.done) entry.reason = first.reason;
  }
}

void Receiver::acknowledge_through(std::uint64_t receipt, wire::Version version,
                                   wire::Buffer& out) {
  while (unacknowledged() != 0 && (first_receipt_ <= receipt || state_->at(0).done)) {
    ++first_receipt_;
    finish(state_->pop(), version, out);
  }
}

void Receiver::flush(wire::Version version, wire::Buffer& out) {
  acknowledge_through(0, version, out);
}

void Receiver::finish(const Entry& entry, wire::Version version, wire::Buffer& out) {
  if (entry.forgotten) return;
  const bool over = entry.qos == QoS::at_least_once || wire::is_error(entry.reason);
  if (over && entry.qos == QoS::exactly_once) state_->unreleased.erase(entry.id);
  if (!entry.current) return;
  if (over && state_->in_use > 0) --state_->in_use;
  wire::encode(out, version,
               {.type = answer_to(entry.qos),
                .packet_id = entry.id,
                .reason = entry.reason,
                .properties = {}});
}

bool Receiver::released(const wire::Ack& pubrel, wire::Version version, wire::Buffer& out) {
  const bool known = state_ && state_->unreleased.erase(pubrel.packet_id);
  if (known && state_->in_use > 0) --state_->in_use;
  wire::encode(out, version,
               {.type = wire::PacketType::pubcomp,
                .packet_id = pubrel.packet_id,
                .reason = known ? ReasonCode::success : ReasonCode::packet_identifier_not_found,
                .properties = {}});
  return known;
}

void Receiver::connection_lost() noexcept {
  if (!state_) return;
  state_->in_use = 0;
  for (std::uint32_t offset = 0; offset < state_->count; ++offset) {
    state_->at(offset).current = false;
  }
}

void Receiver::resume(bool session_present) noexcept {
  if (!state_) return;
  state_->in_use = 0;
  if (session_present) return;
  state_->unreleased.clear();
  for (std::uint32_t offset = 0; offset < state_->count; ++offset) {
    state_->at(offset).forgotten = true;
  }
}

void Receiver::shrink() noexcept {
  if (unacknowledged() == 0 && unreleased() == 0) state_.reset();
}

PacketIdSet Receiver::taken_over() const {
  PacketIdSet taken_over = state_ ? state_->unreleased : PacketIdSet();
  for (std::size_t offset = 0; offset < unacknowledged(); ++offset) {
    const Entry& entry = state_->at(offset);
    const bool taken = entry.done && !wire::is_error(entry.reason);
    if (entry.qos == QoS::exactly_once && !entry.forgotten && !taken) {
      taken_over.erase(entry.id);
    }
  }
  return taken_over;
}

void Receiver::dump(wire::Buffer& out) const {
  const PacketIdSet identifiers = taken_over();
  put_u32(out, static_cast<std::uint32_t>(identifiers.size()));
  identifiers.for_each([&](wire::PacketId id) { put_integer(out, id); });
}

bool Receiver::restore(wire::ByteView& bytes) {
  std::uint32_t count = 0;
  if (!get_u32(bytes, count)) return false;
  for (; count > 0; --count) {
    wire::PacketId id = 0;
    if (!get_integer(bytes, id) || !restore(id)) return false;
  }
  return true;
}

bool Receiver::restore(wire::PacketId id) {
  return id != 0 && state().unreleased.insert(id);
}

}  // namespace mqrig::session
