#include <mqrig/cli/suggestion.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace mqrig::cli {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> before_last(width);
  std::vector<std::size_t> last(width);
  std::vector<std::size_t> row(width);
  for (std::size_t j = 0; j < width; ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j < width; ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

void Suggestion::offer(std::string_view word) {
  if (word.empty()) return;
  const std::size_t limit = std::max<std::size_t>(1, std::min(typed_.size(), word.size()) / 3);
  std::size_t distance = edit_distance(typed_, word);
  // An unfinished word is a likely slip too: "--reconnect-max" for "--reconnect-max-delay".
  const bool unfinished = typed_.size() >= 3 && word.substr(0, typed_.size()) == typed_;
  if (unfinished) distance = std::min<std::size_t>(distance, 1);
  if (distance > limit || distance >= distance_) return;
  best_ = word;
  distance_ = distance;
}

std::string Suggestion::question(std::string_view prefix) const {
  if (best_.empty()) return {};
  std::string text = "; did you mean '";
  text += prefix;
  text += best_;
  text += "'?";
  return text;
}

}  // namespace mqrig::cli
