#include <mqrig/bridge/flow.hpp>
#include <mqrig/store/wall_time.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace mqrig::bridge {

using wire::QoS;
using wire::ReasonCode;

namespace {

// Without a spool this much waits in memory before nothing more is read from the source.
constexpr std::uint64_t most_waiting_bytes = 4 * 1024 * 1024;
constexpr std::uint64_t most_waiting = 65'536;

}  // namespace

Flow::Flow(const LinkSettings& link, Forwarder& forwarder, End& source, End& target, bool stored,
           End::Owner& owner)
    : link_(link),
      forwarder_(forwarder),
      source_(source),
      target_(target),
      owner_(owner),
      stored_(stored) {}

void Flow::warn_once(bool& warned, std::string_view text) {
  if (!std::exchange(warned, true)) owner_.on_warning(text);
}

void Flow::receive(const wire::Publish& publish, std::uint64_t receipt) {
  ++counters_.received;
  if (link_.limits.policy == FullPolicy::reject &&
      exceeds(1, publish.topic.size() + publish.payload.size())) {
    ++counters_.dropped_full;
    warn_once(warned_full_, "the queue is full: messages are rejected");
    if (receipt != 0) source_.acknowledge(receipt, ReasonCode::quota_exceeded);
    return;
  }
  receipt_ = receipt;
  const bool awaited = receipt != 0 && !stored_;
  if (awaited) ledger_.begin(receipt);
  forwarder_.forward(publish, {source_.client().version(), source_.client().is_bridge()}, *this);
  if (awaited) {
    settle(ledger_.end());
  } else if (receipt != 0) {
    source_.acknowledge(receipt, ReasonCode::success);
  }
}

void Flow::on_forwarded(const Forwarded& forwarded) {
  store::SpooledMessage message;
  message.publish = forwarded.publish;
  message.batch = forwarded.rule->batch;
  const bool unreliable = message.publish.qos == QoS::at_most_once;
  if (unreliable && !target_.connected() && !forwarded.rule->spool_qos_0) {
    ++counters_.dropped_offline;
    return;
  }
  const auto expiry = message.publish.properties.integer(wire::PropertyId::message_expiry_interval);
  if (stored_ || expiry || link_.limits.age.count() != 0) message.received_at = store::wall_time();
  if (expiry) message.expires_at = message.received_at + std::int64_t{*expiry} * 1000;
  const std::uint64_t sequence = target_.put(message);
  if (sequence != 0 && receipt_ != 0 && !stored_) ledger_.add(sequence);
}

void Flow::on_dropped(Dropped why, std::string_view detail) {
  switch (why) {
    case Dropped::unasked:
      if (source_.took_unknown_session()) {
        warn_once(warned_unasked_,
                  source_.client().broker() +
                      " sends what no rule asks for: its session still has subscriptions of an "
                      "earlier start with other topics, and messages may come twice. Give that "
                      "side another id, or the link a spool before its topics change");
      }
      ++counters_.filtered;
      return;
    case Dropped::no_rule:
    case Dropped::filtered:
    case Dropped::retained:
      ++counters_.filtered;
      return;
    case Dropped::hops:
      warn_once(warned_hops_,
                "a message that came over another bridge was not passed on: raise max-hops if your "
                "bridges form no ring");
      ++counters_.looped;
      return;
    case Dropped::returned:
      warn_once(warned_returned_,
                "a message has come back to " + source_.client().broker() +
                    " by a bridge that has another name for it: give that broker the same name in "
                    "every bridge");
      ++counters_.looped;
      return;
    case Dropped::looped:
      ++counters_.looped;
      return;
    case Dropped::invalid:
      ++counters_.invalid;
      warn_once(warned_invalid_, "a message could not be passed on: " + std::string(detail));
      return;
  }
}

void Flow::settle(AckLedger::Settled settled) {
  if (settled.receipt != 0) source_.acknowledge(settled.receipt, settled.reason);
}

void Flow::done(std::uint64_t sequence, ReasonCode reason, std::string_view why) {
  if (wire::is_error(reason)) {
    ++counters_.refused;
    warn_once(warned_refused_, target_.client().broker() +
                                   " did not take a message: " + std::string(why) +
                                   (stored_ ? "; it is kept as refused, see mqrig spool" : ""));
  } else {
    ++counters_.forwarded;
  }
  if (!stored_ && sequence != 0) settle(ledger_.done(sequence, reason));
}

void Flow::expired(std::uint64_t sequence) {
  ++counters_.expired;
  if (!stored_ && sequence != 0) settle(ledger_.done(sequence, ReasonCode::success));
}

// Would so much more be over a limit?
bool Flow::exceeds(std::uint64_t messages, std::uint64_t bytes) const noexcept {
  const client::Outbox& outbox = target_.outbox();
  const Limits& limits = link_.limits;
  return (limits.messages != 0 && outbox.queued() + messages > limits.messages) ||
         (limits.bytes != 0 && outbox.queued_bytes() + bytes > limits.bytes);
}

void Flow::drop_oldest() {
  while (exceeds(0, 0)) {
    const std::uint64_t sequence = target_.outbox().drop_oldest();
    if (sequence == 0) return;
    ++counters_.dropped_full;
    if (!stored_) settle(ledger_.done(sequence, ReasonCode::success));
  }
}

// Without a spool memory has a limit of its own. A source that waits for it goes on when half of
// that has gone.
bool Flow::fills_memory() const noexcept {
  const std::uint64_t part = full_ ? 2 : 1;
  return !stored_ && (target_.outbox().queued_bytes() > most_waiting_bytes / part ||
                      target_.outbox().waiting() > most_waiting / part);
}

bool Flow::full() {
  const Limits& limits = link_.limits;
  if (limits.policy == FullPolicy::drop_oldest) drop_oldest();
  // A blocked source goes on when a tenth of the queue has gone.
  const bool blocked =
      limits.policy == FullPolicy::block &&
      (full_ ? exceeds(limits.messages / 10 + 1, limits.bytes / 10 + 1) : exceeds(1, 1));
  full_ = blocked || fills_memory();
  return full_;
}

DirectionCounters Flow::counters() const {
  DirectionCounters counters = counters_;
  const client::Outbox& outbox = target_.outbox();
  counters.queued = stored_ ? outbox.queued() : outbox.waiting() + outbox.in_flight();
  counters.queued_bytes = outbox.queued_bytes();
  counters.in_flight = outbox.in_flight();
  return counters;
}

}  // namespace mqrig::bridge
