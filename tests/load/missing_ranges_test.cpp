#include <doctest/doctest.h>

#include <set>

#include <mqrig/load/missing_ranges.hpp>
#include <mqrig/load/small_random.hpp>

using mqrig::load::MissingRanges;
using mqrig::load::SmallRandom;

TEST_CASE("a number is missing once") {
  MissingRanges missing;
  CHECK_FALSE(missing.take(5));
  missing.add_last(5, 1);
  CHECK(missing.count() == 1);
  CHECK_FALSE(missing.take(4));
  CHECK_FALSE(missing.take(6));
  CHECK(missing.take(5));
  CHECK_FALSE(missing.take(5));
  CHECK(missing.count() == 0);
  CHECK(missing.ranges() == 0);
}

TEST_CASE("a range is shortened at its ends and split between them") {
  MissingRanges missing;
  missing.add_last(10, 10);
  CHECK(missing.take(10));
  CHECK(missing.take(19));
  CHECK(missing.ranges() == 1);
  CHECK(missing.take(15));
  CHECK(missing.ranges() == 2);
  for (const std::uint32_t gone : {10U, 15U, 19U, 20U}) CHECK_FALSE(missing.take(gone));
  for (const std::uint32_t there : {11U, 14U, 16U, 18U, 12U, 13U, 17U}) CHECK(missing.take(there));
  CHECK(missing.ranges() == 0);
}

TEST_CASE("thousands of ranges that are split and filled at random behave as a set") {
  SmallRandom random(1);
  // Numbers on both sides of 2^32.
  const std::uint32_t start = 0U - 30'000;
  MissingRanges missing;
  std::set<std::uint32_t> expected;
  const auto add = [&](std::uint32_t first, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) expected.insert(first + i);
  };
  std::uint32_t last = start;
  std::uint32_t first = start;
  for (int i = 0; i < 3000; ++i) {
    last += 1 + random.below(5);
    const std::uint32_t count = 1 + random.below(20);
    missing.add_last(last, count);
    add(last, count);
    last += count;
    const std::uint32_t before = 1 + random.below(20);
    first -= before + 1 + random.below(5);
    missing.add_first(first, before);
    add(first, before);
  }
  const std::uint32_t width = last - first;
  for (int i = 0; i < 200'000; ++i) {
    const std::uint32_t number = first + random.below(width);
    REQUIRE(missing.take(number) == (expected.erase(number) != 0));
    REQUIRE(missing.count() == expected.size());
  }
  while (!expected.empty()) {
    REQUIRE(missing.take(*expected.begin()));
    expected.erase(expected.begin());
  }
  CHECK(missing.ranges() == 0);
  CHECK(missing.count() == 0);
}

TEST_CASE("what is settled stays missing but is no longer kept") {
  MissingRanges missing;
  for (std::uint32_t i = 0; i < 1000; ++i) missing.add_last(10 * i, 5);
  missing.settle_before(5000);
  CHECK(missing.ranges() == 500);
  CHECK(missing.count() == 5000);
  CHECK_FALSE(missing.take(4994));
  CHECK(missing.take(5000));
  // A range is settled as a whole.
  missing.settle_before(5013);
  CHECK(missing.ranges() == 499);
  CHECK(missing.take(5011));
  missing.settle_before(20'000);
  CHECK(missing.ranges() == 0);
  CHECK(missing.count() == 4998);
  CHECK(missing.given_up() == 0);
}

TEST_CASE("the oldest of too many ranges are given up") {
  MissingRanges missing;
  const std::uint32_t ranges = MissingRanges::most_ranges + 10'000;
  for (std::uint32_t i = 0; i < ranges; ++i) missing.add_last(3 * i, 2);
  CHECK(missing.ranges() <= MissingRanges::most_ranges);
  CHECK(missing.ranges() > MissingRanges::most_ranges - 1000);
  CHECK(missing.count() == 2 * std::uint64_t{ranges});
  CHECK(missing.given_up() == 2 * (ranges - missing.ranges()));
  CHECK_FALSE(missing.take(0));
  CHECK(missing.take(3 * (ranges - 1)));
}
