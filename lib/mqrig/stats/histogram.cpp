#include <mqrig/stats/histogram.hpp>

#include <cmath>
#include <new>

namespace mqrig::stats {

namespace {

double middle(std::uint64_t lowest, std::uint64_t highest) noexcept {
  return (static_cast<double>(lowest) + static_cast<double>(highest)) / 2;
}

}  // namespace

void Histogram::allocate() {
  // Not new: pages that calloc() gets from the system are zero already, and stay unused until a
  // value falls into them. Latencies of one run share a few.
  counts_.reset(static_cast<std::uint64_t*>(std::calloc(buckets, sizeof(std::uint64_t))));
  if (!counts_) throw std::bad_alloc();
}

void Histogram::record(std::uint64_t value, std::uint64_t count) noexcept {
  record_bucket(value, value, count);
}

void Histogram::record_bucket(std::uint64_t lowest, std::uint64_t highest,
                              std::uint64_t count) noexcept {
  if (count == 0) return;
  lowest = std::min(lowest, largest);
  highest = std::min(highest, largest);
  add(bucket_of(lowest), count);
  totals_.min = std::min(totals_.min, lowest);
  totals_.max = std::max(totals_.max, highest);
  totals_.sum += Sum{count} * (lowest + highest) / 2;
}

void Histogram::refine(std::uint64_t min, std::uint64_t max, double mean) noexcept {
  if (empty() || min > max) return;
  if (bucket_of(min) == bucket_of(totals_.min)) totals_.min = min;
  if (bucket_of(max) == bucket_of(totals_.max)) totals_.max = std::min(max, largest);
  if (!(mean >= static_cast<double>(totals_.min) && mean <= static_cast<double>(totals_.max))) {
    return;
  }
  totals_.sum = static_cast<Sum>(mean * static_cast<double>(totals_.count) + 0.5);
}

void Histogram::merge(const Histogram& other) noexcept {
  if (other.empty()) return;
  if (!counts_) allocate();
  const std::size_t last = bucket_of(other.totals_.max);
  for (std::size_t bucket = bucket_of(other.totals_.min); bucket <= last; ++bucket) {
    counts_[bucket] += other.counts_[bucket];
  }
  totals_.count += other.totals_.count;
  totals_.min = std::min(totals_.min, other.totals_.min);
  totals_.max = std::max(totals_.max, other.totals_.max);
  totals_.sum += other.totals_.sum;
}

void Histogram::clear() noexcept {
  if (empty()) return;
  std::fill(&counts_[bucket_of(totals_.min)], &counts_[bucket_of(totals_.max)] + 1, 0);
  totals_ = {};
}

double Histogram::mean() const noexcept {
  return empty() ? 0 : static_cast<double>(totals_.sum) / static_cast<double>(totals_.count);
}

double Histogram::standard_deviation() const noexcept {
  if (empty()) return 0;
  const double total = static_cast<double>(totals_.count);
  // Around the mean of the buckets, not the exact one: values of one bucket do not deviate.
  double sum = 0;
  for_each([&](std::uint64_t lowest, std::uint64_t highest, std::uint64_t count) {
    sum += middle(lowest, highest) * static_cast<double>(count);
  });
  double squares = 0;
  for_each([&](std::uint64_t lowest, std::uint64_t highest, std::uint64_t count) {
    const double deviation = middle(lowest, highest) - sum / total;
    squares += deviation * deviation * static_cast<double>(count);
  });
  return std::sqrt(squares / total);
}

std::uint64_t Histogram::value_at(double percentile) const noexcept {
  if (empty() || !(percentile > 0)) return min();
  if (percentile >= 100) return max();
  // 99.9 percent of 1000 values are 999, but the double next to 99.9 may lie above it: one step
  // down keeps the product from being rounded up to the next value.
  const double below = std::nextafter(percentile, 0.0);
  const double wanted = std::ceil(below * static_cast<double>(totals_.count) / 100);
  std::uint64_t seen = 0;
  for (std::size_t bucket = bucket_of(totals_.min); bucket < bucket_of(totals_.max); ++bucket) {
    seen += counts_[bucket];
    if (static_cast<double>(seen) >= wanted && seen != 0) return highest_of(bucket);
  }
  return max();
}

std::uint64_t Histogram::count_at_or_below(std::uint64_t value) const noexcept {
  if (value >= totals_.max) return totals_.count;
  std::uint64_t seen = 0;
  for (std::size_t bucket = bucket_of(totals_.min); bucket <= bucket_of(value); ++bucket) {
    seen += counts_[bucket];
  }
  return seen;
}

}  // namespace mqrig::stats
