#include <mqrig/bridge/ack_ledger.hpp>

#include <algorithm>

namespace mqrig::bridge {

void AckLedger::begin(std::uint64_t receipt) {
  entries_.push_back({.receipt = receipt, .awaited = 1});
  adding_ = true;
  ++open_;
}

void AckLedger::add(std::uint64_t sequence) {
  Entry& entry = entries_.back();
  const auto early = std::ranges::find(early_, sequence, &Early::sequence);
  if (early != early_.end()) {
    if (wire::is_error(early->reason)) entry.reason = early->reason;
    early_.erase(early);
    return;
  }
  if (entry.first == 0) entry.first = sequence;
  entry.last = sequence;
  ++entry.awaited;
}

AckLedger::Settled AckLedger::end() {
  early_.clear();
  adding_ = false;
  Entry& entry = entries_.back();
  if (--entry.awaited != 0) return {};
  const Settled settled{entry.receipt, entry.reason};
  entries_.pop_back();
  --open_;
  return settled;
}

AckLedger::Entry* AckLedger::find(std::uint64_t sequence) {
  const auto entry = !entries_.empty() && entries_.front().last >= sequence
                         ? entries_.begin()
                         : std::lower_bound(entries_.begin(), entries_.end(), sequence,
                                            [](const Entry& open, std::uint64_t wanted) {
                                              return open.last != 0 && open.last < wanted;
                                            });
  const bool found = entry != entries_.end() && entry->first != 0 && entry->first <= sequence &&
                     sequence <= entry->last;
  return found ? &*entry : nullptr;
}

AckLedger::Settled AckLedger::done(std::uint64_t sequence, wire::ReasonCode reason) {
  Entry* const entry = find(sequence);
  if (entry == nullptr) {
    if (adding_) early_.push_back({sequence, reason});
    return {};
  }
  if (wire::is_error(reason)) entry->reason = reason;
  return --entry->awaited == 0 ? settle(*entry) : Settled();
}

AckLedger::Settled AckLedger::settle(Entry& entry) {
  const Settled settled{entry.receipt, entry.reason};
  --open_;
  while (!entries_.empty() && entries_.front().awaited == 0) entries_.pop_front();
  return settled;
}

}  // namespace mqrig::bridge
