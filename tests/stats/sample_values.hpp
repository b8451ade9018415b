// What the tests of histograms fill them with, and how they look inside.
#pragma once

#include <cstdint>
#include <random>
#include <tuple>
#include <vector>

#include <mqrig/stats/histogram.hpp>

namespace mqrig::stats::test {

using Bucket = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>;  // lowest, highest, count

inline std::vector<Bucket> buckets(const Histogram& histogram) {
  std::vector<Bucket> found;
  histogram.for_each([&](std::uint64_t lowest, std::uint64_t highest, std::uint64_t count) {
    found.emplace_back(lowest, highest, count);
  });
  return found;
}

// Of any magnitude up to 2^41, each as likely.
inline std::uint64_t spread_value(std::mt19937_64& random) {
  const std::uint64_t bits = random() % 42;
  return random() % (std::uint64_t{1} << bits);
}

}  // namespace mqrig::stats::test
