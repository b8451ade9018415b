// One direction of a link.
#pragma once

#include <cstdint>
#include <string_view>

#include <mqrig/bridge/ack_ledger.hpp>
#include <mqrig/bridge/bridge.hpp>
#include <mqrig/bridge/end.hpp>
#include <mqrig/bridge/forwarder.hpp>

namespace mqrig::bridge {

// Takes what comes from the source, makes of it what the rules say, puts that into the outbox of
// the target, and acknowledges to the source what the target has taken, or, with a spool, what the
// next commit will hold.
class Flow final : private Forwarder::Sink {
 public:
  // `link`, source and target outlive it. `stored`: the outbox is a queue of a spool.
  Flow(const LinkSettings& link, Forwarder& forwarder, End& source, End& target, bool stored,
       End::Owner& owner);

  void receive(const wire::Publish& publish, std::uint64_t receipt);
  // What became of a message in the outbox.
  void done(std::uint64_t sequence, wire::ReasonCode reason, std::string_view why);
  void expired(std::uint64_t sequence);

  // Looks at the limits: gives up the oldest, and tells whether nothing more is to be read from the
  // source for now.
  bool full();
  // Something is on its way that the target can still answer for.
  bool busy() const noexcept {
    return target_.connected() && (target_.outbox().in_flight() != 0 || ledger_.size() != 0);
  }
  DirectionCounters counters() const;

 private:
  void on_forwarded(const Forwarded& message) override;
  void on_dropped(Dropped why, std::string_view detail) override;
  bool exceeds(std::uint64_t messages, std::uint64_t bytes) const noexcept;
  void drop_oldest();
  bool fills_memory() const noexcept;
  void settle(AckLedger::Settled settled);
  void warn_once(bool& warned, std::string_view text);

  const LinkSettings& link_;
  Forwarder& forwarder_;
  End& source_;
  End& target_;
  End::Owner& owner_;
  AckLedger ledger_;  // without a spool
  DirectionCounters counters_;
  std::uint64_t receipt_ = 0;  // of the message that is being forwarded
  bool stored_;
  bool full_ = false;
  bool warned_invalid_ = false;
  bool warned_hops_ = false;
  bool warned_unasked_ = false;
  bool warned_returned_ = false;
  bool warned_refused_ = false;
  bool warned_full_ = false;
};

}  // namespace mqrig::bridge
