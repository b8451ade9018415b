// Timing of short operations: the best of several rounds, which is what the machine can do when
// nothing else disturbs it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>

namespace mqrig::bench {

// Nanoseconds per operation. `batch()` performs `operations` of them.
template <class Batch>
double best_of_rounds(std::size_t operations, Batch&& batch, int rounds = 1000) {
  double best = std::numeric_limits<double>::max();
  for (int round = 0; round < rounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    batch();
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count() / static_cast<double>(operations));
  }
  return best;
}

// Keeps the compiler from computing `value` never.
template <class T>
void keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

}  // namespace mqrig::bench
