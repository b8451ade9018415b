// Which acknowledgement to the source waits for which deliveries to the target.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include <mqrig/wire/reason_code.hpp>

namespace mqrig::bridge {

// For links without a spool. A message of the source becomes any number of messages to the target,
// with sequences that grow; when the last of them is done with, the source is acknowledged.
// Settling the oldest message costs the same however many are open.
class AckLedger {
 public:
  struct Settled {
    std::uint64_t receipt = 0;  // 0: none
    wire::ReasonCode reason = wire::ReasonCode::success;
  };

  // Between begin() and end() lie the sequences that a message becomes. A delivery may be reported
  // before its sequence is added.
  void begin(std::uint64_t receipt);
  void add(std::uint64_t sequence);
  Settled end();

  // A sequence is done with, whether it was added or not; an error is remembered for the
  // acknowledgement.
  Settled done(std::uint64_t sequence, wire::ReasonCode reason);

  // Receipts that are not settled.
  std::size_t size() const noexcept { return open_; }

 private:
  struct Entry {
    std::uint64_t receipt = 0;
    std::uint64_t first = 0;  // sequence; 0: none yet
    std::uint64_t last = 0;
    std::uint32_t awaited = 0;
    wire::ReasonCode reason = wire::ReasonCode::success;
  };

  struct Early {
    std::uint64_t sequence;
    wire::ReasonCode reason;
  };

  Entry* find(std::uint64_t sequence);
  Settled settle(Entry& entry);

  std::deque<Entry> entries_;  // by sequence; settled ones leave at the front
  std::size_t open_ = 0;
  std::vector<Early> early_;  // done with before they were added
  bool adding_ = false;       // between begin() and end()
};

}  // namespace mqrig::bridge
