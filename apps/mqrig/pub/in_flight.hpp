#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace mqrig::pub {

/// The record numbers of messages on their way, by the token under which the client knows them.
/// Tokens are reused, so this stays as small as the most messages in flight at once.
class InFlight {
 public:
  /// The token that the next add() will use.
  std::uint64_t next_token() const { return free_.empty() ? numbers_.size() : free_.back(); }

  void add(std::uint64_t number) {
    if (free_.empty()) {
      numbers_.push_back(number);
    } else {
      numbers_[free_.back()] = number;
      free_.pop_back();
    }
  }

  /// Gives the record's number back, and the token free.
  std::uint64_t take(std::uint64_t token) {
    const std::uint64_t number = numbers_[token];
    numbers_[token] = none;
    free_.push_back(static_cast<std::uint32_t>(token));
    return number;
  }

  std::size_t size() const { return numbers_.size() - free_.size(); }
  /// The lowest number in flight; there must be one.
  std::uint64_t first() const { return *std::min_element(numbers_.begin(), numbers_.end()); }

 private:
  static constexpr std::uint64_t none = ~std::uint64_t{0};

  std::vector<std::uint64_t> numbers_;  // index: token
  std::vector<std::uint32_t> free_;
};

}  // namespace mqrig::pub
