#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace mqrig::pub {

/// The record numbers and sizes of messages on their way, by the token under which the client knows
/// them. Tokens are reused, so this stays as small as the most messages in flight at once.
class InFlight {
 public:
  /// The token that the next add() will use.
  std::uint64_t next_token() const { return free_.empty() ? entries_.size() : free_.back(); }

  void add(std::uint64_t number, std::size_t bytes) {
    bytes_ += bytes;
    const Entry entry{number, bytes};
    if (free_.empty()) {
      entries_.push_back(entry);
    } else {
      entries_[free_.back()] = entry;
      free_.pop_back();
    }
  }

  /// Gives the record's number back, and the token free.
  std::uint64_t take(std::uint64_t token) {
    Entry& entry = entries_[token];
    const std::uint64_t number = entry.number;
    bytes_ -= entry.bytes;
    entry = Entry();
    free_.push_back(static_cast<std::uint32_t>(token));
    return number;
  }

  std::size_t size() const { return entries_.size() - free_.size(); }
  std::size_t bytes() const { return bytes_; }

  /// The lowest number in flight; there must be one.
  std::uint64_t first() const {
    const auto before = [](const Entry& a, const Entry& b) { return a.number < b.number; };
    return std::min_element(entries_.begin(), entries_.end(), before)->number;
  }

 private:
  struct Entry {
    std::uint64_t number = ~std::uint64_t{0};  // of no message
    std::size_t bytes = 0;
  };

  std::vector<Entry> entries_;  // index: token
  std::vector<std::uint32_t> free_;
  std::size_t bytes_ = 0;
};

}  // namespace mqrig::pub
