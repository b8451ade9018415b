#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <mqrig/stats/histogram.hpp>

#include <tests/stats/sample_values.hpp>

using mqrig::stats::Histogram;
using mqrig::stats::test::Bucket;
using mqrig::stats::test::buckets;
using mqrig::stats::test::spread_value;

namespace {

Histogram histogram_of(const std::vector<std::uint64_t>& values) {
  Histogram histogram;
  for (const std::uint64_t value : values) histogram.record(value);
  return histogram;
}

std::vector<std::uint64_t> spread_values(std::mt19937_64& random, std::size_t count) {
  std::vector<std::uint64_t> values(count);
  for (std::uint64_t& value : values) value = spread_value(random);
  return values;
}

// The value in a sorted list that as many lie at or below as the percentile asks for, in integers:
// the percentile is in thousandths of a percent.
std::uint64_t naive_value_at(const std::vector<std::uint64_t>& sorted, std::uint64_t thousandths) {
  const std::uint64_t wanted = (thousandths * sorted.size() + 99'999) / 100'000;
  return sorted[std::max<std::uint64_t>(wanted, 1) - 1];
}

void check_same(const Histogram& left, const Histogram& right) {
  CHECK(left.count() == right.count());
  CHECK(left.min() == right.min());
  CHECK(left.max() == right.max());
  CHECK(left.mean() == right.mean());
  CHECK(left.standard_deviation() == right.standard_deviation());
  CHECK(buckets(left) == buckets(right));
}

}  // namespace

TEST_CASE("a new histogram is empty, and all it says is 0") {
  const Histogram histogram;
  CHECK(histogram.empty());
  CHECK(histogram.count() == 0);
  CHECK(histogram.min() == 0);
  CHECK(histogram.max() == 0);
  CHECK(histogram.mean() == 0);
  CHECK(histogram.standard_deviation() == 0);
  CHECK(histogram.value_at(0) == 0);
  CHECK(histogram.value_at(99.9) == 0);
  CHECK(histogram.count_at_or_below(Histogram::largest) == 0);
  CHECK(buckets(histogram).empty());
}

TEST_CASE("the buckets lie side by side and hold what they say") {
  std::uint64_t next = 0;
  for (std::size_t bucket = 0; bucket < Histogram::buckets; ++bucket) {
    const std::uint64_t lowest = Histogram::lowest_of(bucket);
    const std::uint64_t highest = Histogram::highest_of(bucket);
    REQUIRE(lowest == next);
    REQUIRE(highest >= lowest);
    REQUIRE((highest - lowest) * 1024 <= lowest);
    REQUIRE(Histogram::bucket_of(lowest) == bucket);
    REQUIRE(Histogram::bucket_of(highest) == bucket);
    next = highest + 1;
  }
  CHECK(next == Histogram::largest + 1);
  CHECK(Histogram::highest_of(2047) == 2047);
}

TEST_CASE("values below 2048 are exact") {
  Histogram histogram;
  for (std::uint64_t value = 0; value < 2048; ++value) histogram.record(value, value + 1);
  const std::vector<Bucket> found = buckets(histogram);
  REQUIRE(found.size() == 2048);
  for (std::uint64_t value = 0; value < 2048; ++value) {
    REQUIRE(found[value] == Bucket{value, value, value + 1});
  }
}

TEST_CASE("percentiles are those of the sorted values, to one part in 1000") {
  std::mt19937_64 random(4711);
  for (const std::size_t count : {1U, 2U, 10U, 1'000U, 1'001U, 50'000U}) {
    std::vector<std::uint64_t> values = spread_values(random, count);
    const Histogram histogram = histogram_of(values);
    std::sort(values.begin(), values.end());
    CHECK(histogram.min() == values.front());
    CHECK(histogram.max() == values.back());
    CHECK(histogram.value_at(0) == values.front());
    CHECK(histogram.value_at(100) == values.back());
    for (std::uint64_t thousandths = 10; thousandths <= 100'000; thousandths += 10) {
      const std::uint64_t expected = naive_value_at(values, thousandths);
      const std::uint64_t found = histogram.value_at(static_cast<double>(thousandths) / 1000);
      REQUIRE(found >= expected);
      REQUIRE((found - expected) * 1000 <= expected);
      if (expected < 2048) REQUIRE(found == expected);
    }
  }
}

TEST_CASE("a percentile that falls between two values takes the one that it includes") {
  const Histogram histogram = histogram_of({10, 20, 30, 40});
  CHECK(histogram.value_at(25) == 10);
  CHECK(histogram.value_at(25.1) == 20);
  CHECK(histogram.value_at(50) == 20);
  CHECK(histogram.value_at(75) == 30);
  CHECK(histogram.value_at(99.999) == 40);
  CHECK(histogram.value_at(-1) == 10);
  CHECK(histogram.value_at(101) == 40);
  CHECK(histogram.value_at(std::nan("")) == 10);
}

TEST_CASE("no percentile lies above the largest value recorded") {
  const Histogram histogram = histogram_of({1'000'000'001});
  CHECK(histogram.value_at(50) == 1'000'000'001);
  CHECK(histogram.value_at(100) == 1'000'000'001);
}

TEST_CASE("all values include the largest, however many others there are") {
  Histogram histogram;
  histogram.record(1, std::uint64_t{1} << 60);
  histogram.record(2);
  CHECK(histogram.value_at(99.999999) == 1);
  CHECK(histogram.value_at(100) == 2);
}

TEST_CASE("values above the largest count as the largest") {
  Histogram histogram;
  histogram.record(Histogram::largest + 1);
  histogram.record(~std::uint64_t{0});
  histogram.record(~std::uint64_t{0}, 2);
  CHECK(histogram.count() == 4);
  CHECK(histogram.min() == Histogram::largest);
  CHECK(histogram.max() == Histogram::largest);
  CHECK(histogram.mean() == doctest::Approx(Histogram::largest));
  CHECK(histogram.value_at(50) == Histogram::largest);
  CHECK(histogram.count_at_or_below(~std::uint64_t{0}) == 4);
  CHECK(buckets(histogram).size() == 1);
}

TEST_CASE("a value recorded several times at once is as if recorded singly") {
  std::mt19937_64 random(8);
  Histogram once;
  Histogram singly;
  for (int round = 0; round < 300; ++round) {
    const std::uint64_t value = spread_value(random);
    const std::uint64_t count = random() % 5;
    once.record(value, count);
    for (std::uint64_t n = 0; n < count; ++n) singly.record(value);
  }
  check_same(once, singly);
}

TEST_CASE("a value recorded no times leaves nothing") {
  Histogram histogram;
  histogram.record(5, 0);
  histogram.record_bucket(5, 5, 0);
  CHECK(histogram.empty());
  CHECK(histogram.max() == 0);
}

TEST_CASE("histograms that are merged, in any order, are as if one had counted all") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    std::mt19937_64 random(seed);
    Histogram all;
    std::vector<Histogram> parts(1 + seed % 7);
    for (std::uint64_t n = 0; n < 200 * (seed % 4); ++n) {
      const std::uint64_t value = spread_value(random);
      all.record(value);
      parts[random() % parts.size()].record(value);
    }
    std::shuffle(parts.begin(), parts.end(), random);
    Histogram merged;
    for (const Histogram& part : parts) merged.merge(part);
    check_same(merged, all);
  }
}

TEST_CASE("a histogram merged with itself has everything twice") {
  Histogram histogram = histogram_of({5, 3'000'000});
  histogram.merge(histogram);
  check_same(histogram, histogram_of({5, 3'000'000, 5, 3'000'000}));
}

TEST_CASE("a histogram that was cleared counts anew") {
  std::mt19937_64 random(15);
  Histogram histogram = histogram_of(spread_values(random, 1'000));
  histogram.clear();
  CHECK(histogram.empty());
  check_same(histogram, Histogram());
  const std::vector<std::uint64_t> values = spread_values(random, 1'000);
  for (const std::uint64_t value : values) histogram.record(value);
  check_same(histogram, histogram_of(values));
}

TEST_CASE("a copy is its own, and a histogram moved from is empty and can be used") {
  Histogram first = histogram_of({1, 2'000'000});
  Histogram copy = first;
  copy.record(3);
  CHECK(first.count() == 2);
  CHECK(copy.count() == 3);
  const Histogram moved = std::move(first);
  check_same(moved, histogram_of({1, 2'000'000}));
  CHECK(first.empty());  // NOLINT: what is promised
  first.record(7);
  check_same(first, histogram_of({7}));
  copy = first;
  check_same(copy, first);
}

TEST_CASE("the mean is exact, where 64 bits would not hold the sum and a double not its digits") {
  Histogram histogram;
  histogram.record(Histogram::largest, 1'000'000'000);
  CHECK(histogram.mean() == static_cast<double>(Histogram::largest));
  histogram.clear();
  histogram.record(1'000'001);
  histogram.record(1'000'002);
  CHECK(histogram.mean() == 1'000'001.5);
}

TEST_CASE("the standard deviation is that of the values, as precise as the buckets") {
  CHECK(histogram_of({2, 4, 4, 4, 5, 5, 7, 9}).standard_deviation() == 2);
  CHECK(histogram_of({1'000'000'001, 1'000'000'002}).standard_deviation() == 0);

  std::mt19937_64 random(16);
  std::normal_distribution<double> normal(5e6, 1e6);
  std::vector<std::uint64_t> values(20'000);
  for (std::uint64_t& value : values) {
    value = static_cast<std::uint64_t>(std::max(normal(random), 0.0));
  }
  const Histogram histogram = histogram_of(values);
  double squares = 0;
  for (const std::uint64_t value : values) {
    squares += std::pow(static_cast<double>(value) - histogram.mean(), 2);
  }
  const double expected = std::sqrt(squares / static_cast<double>(values.size()));
  CHECK(histogram.standard_deviation() == doctest::Approx(expected).epsilon(0.001));
}

TEST_CASE("the values at or below a value are counted by whole buckets") {
  const Histogram histogram = histogram_of({10, 20, 4'096, 4'099, 4'100});
  CHECK(histogram.count_at_or_below(9) == 0);
  CHECK(histogram.count_at_or_below(10) == 1);
  CHECK(histogram.count_at_or_below(4'095) == 2);
  CHECK(histogram.count_at_or_below(4'096) == 4);  // 4096 to 4099 share one
  CHECK(histogram.count_at_or_below(4'100) == 5);
  CHECK(histogram.count_at_or_below(Histogram::largest) == 5);
}

TEST_CASE("a histogram is restored from its buckets, extremes and mean as precise as those are") {
  std::mt19937_64 random(23);
  const Histogram histogram = histogram_of(spread_values(random, 5'000));
  Histogram restored;
  for (const auto& [lowest, highest, count] : buckets(histogram)) {
    restored.record_bucket(lowest, highest, count);
  }
  CHECK(buckets(restored) == buckets(histogram));
  CHECK(restored.min() == Histogram::lowest_of(Histogram::bucket_of(histogram.min())));
  CHECK(restored.max() == Histogram::highest_of(Histogram::bucket_of(histogram.max())));
  CHECK(restored.mean() == doctest::Approx(histogram.mean()).epsilon(0.001));
  CHECK(restored.standard_deviation() == histogram.standard_deviation());
}

TEST_CASE("extremes and mean that are known beside the buckets are taken") {
  std::mt19937_64 random(24);
  const Histogram histogram = histogram_of(spread_values(random, 5'000));
  Histogram restored;
  for (const auto& [lowest, highest, count] : buckets(histogram)) {
    restored.record_bucket(lowest, highest, count);
  }
  restored.refine(histogram.min(), histogram.max(), histogram.mean());
  CHECK(restored.min() == histogram.min());
  CHECK(restored.max() == histogram.max());
  CHECK(restored.mean() == doctest::Approx(histogram.mean()).epsilon(1e-14));
}

TEST_CASE("extremes and a mean that the buckets contradict are not taken") {
  Histogram histogram = histogram_of({5'000, 6'000});
  histogram.refine(1, 9'000, 100);
  CHECK(histogram.min() == 5'000);
  CHECK(histogram.max() == 6'000);
  CHECK(histogram.mean() == 5'500);
  histogram.refine(5'000, 6'000, std::numeric_limits<double>::quiet_NaN());
  CHECK(histogram.mean() == 5'500);
}
