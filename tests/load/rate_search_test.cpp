#include <doctest/doctest.h>

#include <mqrig/load/rate_search.hpp>

using namespace mqrig::load;

namespace {

struct Result {
  double best = 0;
  int steps = 0;
};

// Searches where every rate up to the threshold is met.
Result search(double first, double most, double threshold) {
  RateSearch search(first, most);
  Result result;
  while (const auto rate = search.next()) {
    REQUIRE(*rate > 0);
    if (most != 0) REQUIRE(*rate <= most);
    search.tried(*rate <= threshold);
    ++result.steps;
    REQUIRE(result.steps < 100);
  }
  result.best = search.best();
  return result;
}

}  // namespace

TEST_CASE("a search finds the highest rate within a twentieth, in few steps") {
  for (double threshold = 1; threshold < 5'000'000; threshold *= 1.37) {
    for (const double first : {1.0, 100.0, 1000.0, 70'000.0}) {
      CAPTURE(threshold);
      CAPTURE(first);
      const Result result = search(first, 0, threshold);
      CHECK(result.best <= threshold);
      CHECK(result.best >= threshold / 1.05);
      CHECK(result.steps <= 48);
    }
  }
}

TEST_CASE("a search that meets nothing tries one message a second before it ends with none") {
  CHECK(search(1000, 0, 0.5).best == 0);
  CHECK(search(1000, 0, 1.2).best >= 1);
  CHECK(search(0.25, 0, 0.1).best == 0);
}

TEST_CASE("the bound is tried, and nothing above it") {
  const Result result = search(1000, 5000, 1e9);
  CHECK(result.best == 5000);
  CHECK(result.steps == 4);  // 1000, 2000, 4000, 5000
  CHECK(search(1000, 1000, 1e9).best == 1000);
  CHECK(search(3000, 1000, 1e9).best == 1000);
}

TEST_CASE("a rate is too much when it was twice") {
  RateSearch search(1000, 1000);
  search.tried(false);
  REQUIRE(search.next() == 1000);
  search.tried(true);
  CHECK_FALSE(search.next());
  CHECK(search.best() == 1000);
}

TEST_CASE("a search ends whatever the steps say") {
  for (unsigned pattern = 0; pattern < 256; ++pattern) {
    RateSearch search(1000, 1e6);
    int steps = 0;
    for (; search.next(); ++steps) {
      search.tried((pattern >> (steps % 8) & 1U) != 0);
      REQUIRE(steps < 100);
    }
    CHECK(steps > 0);
  }
}
