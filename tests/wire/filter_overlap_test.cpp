#include <mqrig/wire/filter_overlap.hpp>

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <mqrig/wire/topic.hpp>

using mqrig::wire::covers;
using mqrig::wire::matches;
using mqrig::wire::overlap;

namespace {

// All texts of up to three of these levels.
std::vector<std::string> up_to_three(const std::vector<std::string>& levels) {
  std::vector<std::string> texts = levels;
  for (const std::string& first : levels) {
    for (const std::string& second : levels) {
      texts.push_back(first + "/" + second);
      for (const std::string& third : levels) texts.push_back(first + "/" + second + "/" + third);
    }
  }
  std::erase(texts, "");
  return texts;
}

std::vector<std::string> all_filters() {
  std::vector<std::string> filters = up_to_three({"a", "b", "", "$s", "+"});
  const std::size_t plain = filters.size();
  filters.push_back("#");
  for (std::size_t i = 0; i < plain; ++i) {
    if (filters[i].size() < 4) filters.push_back(filters[i] + "/#");
  }
  return filters;
}

}  // namespace

TEST_CASE("filters overlap when a topic matches both, and cover when all do") {
  const std::vector<std::string> topics = up_to_three({"a", "b", "", "$s", "other"});
  std::vector<std::string> longer = topics;
  for (const std::string& topic : topics) longer.push_back(topic + "/a/b");
  const std::vector<std::string> filters = all_filters();
  std::vector<std::vector<bool>> matching;
  for (const std::string& filter : filters) {
    std::vector<bool>& row = matching.emplace_back();
    for (const std::string& topic : longer) row.push_back(matches(filter, topic));
  }
  for (std::size_t i = 0; i < filters.size(); ++i) {
    for (std::size_t j = 0; j < filters.size(); ++j) {
      bool some = false;
      bool all = true;
      for (std::size_t t = 0; t < longer.size(); ++t) {
        some = some || (matching[i][t] && matching[j][t]);
        all = all && (matching[i][t] || !matching[j][t]);
      }
      if (overlap(filters[i], filters[j]) != some || (covers(filters[i], filters[j]) && !all)) {
        FAIL_CHECK(filters[i] << " and " << filters[j]);
      }
    }
  }
}

TEST_CASE("a filter covers those that are narrower") {
  CHECK(covers("a/#", "a"));
  CHECK(covers("a/#", "a/#"));
  CHECK(covers("a/#", "a/+/c"));
  CHECK(covers("a/+", "a/b"));
  CHECK(covers("a/+", "a/+"));
  CHECK(covers("#", "+/#"));
  CHECK_FALSE(covers("a/b", "a/+"));
  CHECK_FALSE(covers("a/+", "a/#"));
  CHECK_FALSE(covers("#", "$SYS/#"));
}
