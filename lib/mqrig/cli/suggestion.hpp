#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace mqrig::cli {

/// Edits between two words: insert, delete, replace, or swap two neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// Collects the nearest of the offered words; a word too far away to be a typing error never wins.
class Suggestion {
 public:
  explicit Suggestion(std::string_view typed) : typed_(typed) {}

  void offer(std::string_view word);

  /// The best word so far, or empty.
  std::string_view best() const { return best_; }

  /// "; did you mean '<prefix><word>'?", or nothing.
  std::string question(std::string_view prefix = {}) const;

 private:
  std::string_view typed_;
  std::string_view best_;
  std::size_t distance_ = static_cast<std::size_t>(-1);
};

}  // namespace mqrig::cli
