#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include <mqrig/load/sequence_tracker.hpp>

using mqrig::load::MissingRanges;
using mqrig::load::SequenceTracker;
using Verdict = SequenceTracker::Verdict;

namespace {

constexpr std::uint64_t wrap = std::uint64_t{1} << 28;

Verdict arrived(SequenceTracker& tracker, std::uint64_t number) {
  return tracker.arrived(static_cast<std::uint32_t>(number % wrap));
}

void arrive(SequenceTracker& tracker, std::uint64_t first, std::uint64_t end) {
  for (std::uint64_t number = first; number < end; ++number) {
    REQUIRE(arrived(tracker, number) == Verdict::in_order);
  }
}

// The plain truth: all numbers that have come.
struct Model {
  std::set<std::uint64_t> seen;

  Verdict arrived(std::uint64_t number) {
    const bool ahead = seen.empty() || number > *seen.rbegin();
    if (!seen.insert(number).second) return Verdict::duplicate;
    return ahead ? Verdict::in_order : Verdict::late;
  }
  std::uint64_t missing() const {
    return seen.empty() ? 0 : *seen.rbegin() - *seen.begin() + 1 - seen.size();
  }
};

struct Faults {
  double loss = 0;
  double duplication = 0;
  double reordering = 0;
  std::size_t distance = 1;  // how far a reordered message may move, either way
};

std::vector<std::uint64_t> disturbed(std::mt19937& random, std::uint64_t first, std::size_t count,
                                     const Faults& faults) {
  const auto happens = [&](double probability) {
    return std::bernoulli_distribution(probability)(random);
  };
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t number = first; number < first + count; ++number) {
    if (happens(faults.loss)) continue;
    numbers.push_back(number);
    if (happens(faults.duplication)) numbers.push_back(number);
  }
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (!happens(faults.reordering)) continue;
    const std::size_t other = i + random() % (2 * faults.distance + 1);
    if (other >= faults.distance && other - faults.distance < numbers.size()) {
      std::swap(numbers[i], numbers[other - faults.distance]);
    }
  }
  return numbers;
}

void compare_with_model(const std::vector<std::uint64_t>& numbers) {
  SequenceTracker tracker;
  Model model;
  for (const std::uint64_t number : numbers) {
    REQUIRE(arrived(tracker, number) == model.arrived(number));
    REQUIRE(tracker.missing() == model.missing());
  }
  CHECK(tracker.given_up() == 0);
}

}  // namespace

TEST_CASE("a sequence tracker is small") {
  CHECK(sizeof(SequenceTracker) == 16);
}

TEST_CASE("messages in order miss nothing") {
  SequenceTracker tracker;
  CHECK(tracker.missing() == 0);
  arrive(tracker, 0, 1000);
  CHECK(tracker.missing() == 0);
}

TEST_CASE("numbers that were left out are missing until they come, late") {
  SequenceTracker tracker;
  arrive(tracker, 0, 10);
  CHECK(arrived(tracker, 15) == Verdict::in_order);
  CHECK(tracker.missing() == 5);
  CHECK(arrived(tracker, 12) == Verdict::late);
  CHECK(arrived(tracker, 12) == Verdict::duplicate);
  CHECK(arrived(tracker, 15) == Verdict::duplicate);
  CHECK(arrived(tracker, 3) == Verdict::duplicate);
  CHECK(tracker.missing() == 4);
  for (const std::uint64_t number : {10U, 14U, 13U, 11U}) {
    CHECK(arrived(tracker, number) == Verdict::late);
  }
  CHECK(tracker.missing() == 0);
  CHECK(arrived(tracker, 11) == Verdict::duplicate);
}

TEST_CASE("who joins late misses nothing of what was before") {
  SequenceTracker tracker;
  arrive(tracker, 500, 510);
  CHECK(tracker.missing() == 0);
  // Until a lower number comes: then those between should have come as well.
  CHECK(arrived(tracker, 496) == Verdict::late);
  CHECK(tracker.missing() == 3);
  CHECK(arrived(tracker, 498) == Verdict::late);
  CHECK(arrived(tracker, 496) == Verdict::duplicate);
  CHECK(arrived(tracker, 495) == Verdict::late);
  CHECK(tracker.missing() == 2);
}

TEST_CASE("the first message may have any number") {
  for (const std::uint64_t first : {std::uint64_t{0}, wrap / 2, wrap - 1}) {
    CAPTURE(first);
    SequenceTracker tracker;
    CHECK(arrived(tracker, first) == Verdict::in_order);
    CHECK(arrived(tracker, first) == Verdict::duplicate);
    CHECK(arrived(tracker, first + wrap - 1) == Verdict::late);
    CHECK(arrived(tracker, first + 1) == Verdict::in_order);
    CHECK(tracker.missing() == 0);
  }
}

TEST_CASE("a sequence tracker knows what a set of all numbers knows") {
  const std::vector<Faults> kinds = {
      {0.1, 0, 0, 1},       {0, 0.1, 0, 1},        {0, 0, 0.2, 3},    {0.5, 0.3, 0.5, 10},
      {0.01, 0.01, 1, 400}, {0.9, 0.1, 0.2, 1000}, {0, 0.5, 1, 3000},
  };
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    for (const Faults& faults : kinds) {
      CAPTURE(faults.loss);
      CAPTURE(faults.reordering);
      compare_with_model(disturbed(random, wrap, 3000, faults));
      compare_with_model(disturbed(random, 2 * wrap - 1500, 3000, faults));
      compare_with_model(disturbed(random, wrap + random() % wrap, 3000, faults));
    }
  }
}

TEST_CASE("long gaps that fill in any order are tracked exactly") {
  std::mt19937 random(5);
  std::vector<std::uint64_t> numbers(20'000);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = wrap - 10'000 + i;
  std::shuffle(numbers.begin(), numbers.end(), random);
  compare_with_model(numbers);
  std::reverse(numbers.begin(), numbers.end());
  compare_with_model(numbers);
  std::sort(numbers.begin(), numbers.end(), std::greater<>());
  compare_with_model(numbers);
}

TEST_CASE("distances up to 2^27 are understood in both directions") {
  constexpr std::uint64_t window = SequenceTracker::window;
  SequenceTracker tracker;
  CHECK(arrived(tracker, wrap) == Verdict::in_order);
  CHECK(arrived(tracker, wrap + window) == Verdict::in_order);
  CHECK(tracker.missing() == window - 1);
  CHECK(arrived(tracker, wrap + window + 1 - window) == Verdict::late);
  CHECK(arrived(tracker, wrap + window + 1 - window) == Verdict::duplicate);

  SequenceTracker downwards;
  CHECK(arrived(downwards, wrap) == Verdict::in_order);
  CHECK(arrived(downwards, wrap + 1 - window) == Verdict::late);
  CHECK(downwards.missing() == window - 2);
}

TEST_CASE("what is too old to come stays missing, whatever comes later") {
  SequenceTracker tracker;
  std::uint64_t number = 0;
  CHECK(arrived(tracker, number) == Verdict::in_order);
  // Steps that pass 2^32 several times, so that all the positions come again.
  for (int step = 1; step <= 200; ++step) {
    number += 100'000'000;
    REQUIRE(arrived(tracker, number) == Verdict::in_order);
    REQUIRE(tracker.missing() == static_cast<std::uint64_t>(step) * 99'999'999);
    REQUIRE(arrived(tracker, number) == Verdict::duplicate);
    REQUIRE(arrived(tracker, number - 100'000'000) == Verdict::duplicate);
  }
}

TEST_CASE("more gaps than are kept stay missing, and late ones of them count as duplicates") {
  SequenceTracker tracker;
  const std::uint64_t gaps = MissingRanges::most_ranges + 1000;
  for (std::uint64_t i = 0; i <= gaps; ++i) REQUIRE(arrived(tracker, 2 * i) == Verdict::in_order);
  CHECK(tracker.missing() == gaps);
  CHECK(tracker.given_up() >= 1000);
  CHECK(tracker.given_up() < 2000);
  CHECK(arrived(tracker, 1) == Verdict::duplicate);
  CHECK(arrived(tracker, 2 * gaps - 1) == Verdict::late);
  CHECK(arrived(tracker, 2 * tracker.given_up() + 1) == Verdict::late);
  CHECK(tracker.missing() == gaps - 2);
}
