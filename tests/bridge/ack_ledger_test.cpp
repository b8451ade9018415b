#include <doctest/doctest.h>

#include <mqrig/bridge/ack_ledger.hpp>

using mqrig::bridge::AckLedger;
using mqrig::wire::ReasonCode;

namespace {

// A message of the source that becomes these sequences.
AckLedger::Settled take(AckLedger& ledger, std::uint64_t receipt,
                        std::initializer_list<std::uint64_t> sequences) {
  ledger.begin(receipt);
  for (const std::uint64_t sequence : sequences) ledger.add(sequence);
  return ledger.end();
}

std::uint64_t done(AckLedger& ledger, std::uint64_t sequence) {
  return ledger.done(sequence, ReasonCode::success).receipt;
}

}  // namespace

TEST_CASE("a message is settled when the last of what it became is done with") {
  AckLedger ledger;
  CHECK(take(ledger, 7, {1, 2, 3}).receipt == 0);
  CHECK(done(ledger, 2) == 0);
  CHECK(done(ledger, 1) == 0);
  CHECK(ledger.size() == 1);
  CHECK(done(ledger, 3) == 7);
  CHECK(ledger.size() == 0);
}

TEST_CASE("a message that became nothing is settled at once") {
  AckLedger ledger;
  CHECK(take(ledger, 7, {}).receipt == 7);
  CHECK(ledger.size() == 0);
}

TEST_CASE("messages are settled in any order") {
  AckLedger ledger;
  take(ledger, 1, {10});
  take(ledger, 2, {11, 12});
  take(ledger, 3, {15});
  CHECK(done(ledger, 12) == 0);
  CHECK(done(ledger, 15) == 3);
  CHECK(done(ledger, 11) == 2);
  CHECK(ledger.size() == 1);
  CHECK(done(ledger, 10) == 1);
  take(ledger, 4, {16});
  CHECK(done(ledger, 16) == 4);
}

TEST_CASE("sequences of messages that need no acknowledgement mean nothing") {
  AckLedger ledger;
  CHECK(done(ledger, 1) == 0);
  take(ledger, 1, {2});
  take(ledger, 2, {4});
  for (const std::uint64_t sequence : {1U, 3U, 5U}) CHECK(done(ledger, sequence) == 0);
  CHECK(ledger.size() == 2);
}

TEST_CASE("what is done with before it was added counts, with its reason") {
  AckLedger ledger;
  ledger.begin(7);
  ledger.add(1);
  CHECK(ledger.done(2, ReasonCode::not_authorized).receipt == 0);
  CHECK(ledger.done(99, ReasonCode::quota_exceeded).receipt == 0);  // of another message
  ledger.add(2);
  CHECK(ledger.end().receipt == 0);
  const AckLedger::Settled settled = ledger.done(1, ReasonCode::success);
  CHECK(settled.receipt == 7);
  CHECK(settled.reason == ReasonCode::not_authorized);
}

TEST_CASE("an earlier message may be settled while the next one is being taken") {
  AckLedger ledger;
  take(ledger, 1, {1});
  ledger.begin(2);
  CHECK(done(ledger, 1) == 1);
  ledger.add(2);
  CHECK(ledger.end().receipt == 0);
  CHECK(done(ledger, 2) == 2);
}

TEST_CASE("an error stays, whatever else is delivered") {
  AckLedger ledger;
  take(ledger, 7, {1, 2});
  ledger.done(1, ReasonCode::quota_exceeded);
  CHECK(ledger.done(2, ReasonCode::success).reason == ReasonCode::quota_exceeded);
}
