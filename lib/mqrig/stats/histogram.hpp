// A log-linear HDR histogram: three significant digits from one nanosecond to an hour.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <utility>

namespace mqrig::stats {

// Counts values of 0 to `largest`; larger ones count as `largest`. Values up to 2047 are exact,
// above that a value is known to one part in 1024 or better. Unit free: latencies are in
// nanoseconds. The layout of the buckets is that of HdrHistogram with 3 significant digits and a
// lowest discernible value of 1: 2048 buckets of one value each, then 1024 buckets for each power
// of two.
//
// Takes no memory for counts until the first value; 270 KB then, of which the system hands out the
// pages that values fall into. Ends the program when there are none. A histogram that was moved
// from is empty. One thread at a time; at most 2^63 - 1 values.
class Histogram {
 public:
  static constexpr std::uint64_t largest = 3'600'000'000'000;
  static constexpr int significant_digits = 3;

  Histogram() = default;
  Histogram(const Histogram& other) { merge(other); }
  Histogram(Histogram&& other) noexcept
      : counts_(std::move(other.counts_)), totals_(std::exchange(other.totals_, {})) {}
  Histogram& operator=(Histogram other) noexcept {
    std::swap(counts_, other.counts_);
    std::swap(totals_, other.totals_);
    return *this;
  }
  ~Histogram() = default;

  // Under 10 ns. Allocates at the first call only.
  void record(std::uint64_t value) noexcept;
  // The same value `count` times.
  void record(std::uint64_t value, std::uint64_t count) noexcept;
  // `count` values of which only the bucket is known, as for_each() tells it: min() and max() are
  // widened to both ends, mean() takes the middle.
  void record_bucket(std::uint64_t lowest, std::uint64_t highest, std::uint64_t count) noexcept;
  // Takes these for min(), max() and mean(), where they were known beside the buckets. What the
  // buckets contradict stays as it was: ends outside their buckets, a mean outside the ends.
  void refine(std::uint64_t min, std::uint64_t max, double mean) noexcept;
  // Exact: as if all values of the other had been recorded here.
  void merge(const Histogram& other) noexcept;
  // Forgets the values and keeps the memory.
  void clear() noexcept;

  std::uint64_t count() const noexcept { return totals_.count; }
  bool empty() const noexcept { return totals_.count == 0; }
  // Exact, of values up to `largest`; 0 when empty.
  std::uint64_t min() const noexcept { return empty() ? 0 : totals_.min; }
  std::uint64_t max() const noexcept { return totals_.max; }
  // Of exact values: a sum is kept. 0 when empty.
  double mean() const noexcept;
  // Of all values, not of a sample; as precise as the buckets are. 0 when empty.
  double standard_deviation() const noexcept;
  // The value at or below which `percentile` (0 to 100) percent of all lie: the highest value of
  // its bucket, at most max(), as HdrHistogram has it; min() at 0 percent. 0 when empty.
  std::uint64_t value_at(double percentile) const noexcept;
  // How many values lie in buckets at or below that of `value`.
  std::uint64_t count_at_or_below(std::uint64_t value) const noexcept;

  // Calls visit(lowest, highest, count) for every bucket with a count, in ascending order.
  template <class Visit>
  void for_each(Visit&& visit) const;

  // The layout: buckets have numbers from 0 to `buckets` - 1, in the order of their values.
  static constexpr std::size_t bucket_of(std::uint64_t value) noexcept;
  static constexpr std::uint64_t lowest_of(std::size_t bucket) noexcept;
  static constexpr std::uint64_t highest_of(std::size_t bucket) noexcept;
  static const std::size_t buckets;

 private:
  // A sum in 64 bits would overflow at 5 million values of an hour.
  __extension__ typedef unsigned __int128 Sum;

  struct Totals {
    std::uint64_t count = 0;
    std::uint64_t min = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t max = 0;
    Sum sum = 0;
  };
  struct Free {
    void operator()(std::uint64_t* counts) const noexcept { std::free(counts); }
  };

  static constexpr int single_bits = 11;  // below 2^11 each value has its own bucket
  static constexpr int half_bits = single_bits - 1;

  void allocate();
  void add(std::size_t bucket, std::uint64_t count);

  std::unique_ptr<std::uint64_t[], Free> counts_;
  Totals totals_;
};

constexpr std::size_t Histogram::bucket_of(std::uint64_t value) noexcept {
  value = std::min(value, largest);
  const auto shift = static_cast<unsigned>(std::bit_width(value | ((1U << single_bits) - 1))) -
                     static_cast<unsigned>(single_bits);
  return (std::size_t{shift} << half_bits) + static_cast<std::size_t>(value >> shift);
}

constexpr std::uint64_t Histogram::lowest_of(std::size_t bucket) noexcept {
  if (bucket >> single_bits == 0) return bucket;
  const std::size_t shift = (bucket >> half_bits) - 1;
  return std::uint64_t{bucket - (shift << half_bits)} << shift;
}

constexpr std::uint64_t Histogram::highest_of(std::size_t bucket) noexcept {
  return std::min(lowest_of(bucket + 1) - 1, largest);
}

inline constexpr std::size_t Histogram::buckets = Histogram::bucket_of(Histogram::largest) + 1;

inline void Histogram::add(std::size_t bucket, std::uint64_t count) {
  if (!counts_) [[unlikely]]
    allocate();
  counts_[bucket] += count;
  totals_.count += count;
}

inline void Histogram::record(std::uint64_t value) noexcept {
  value = std::min(value, largest);
  add(bucket_of(value), 1);
  totals_.min = std::min(totals_.min, value);
  totals_.max = std::max(totals_.max, value);
  totals_.sum += value;
}

template <class Visit>
void Histogram::for_each(Visit&& visit) const {
  if (empty()) return;
  const std::size_t last = bucket_of(totals_.max);
  for (std::size_t bucket = bucket_of(totals_.min); bucket <= last; ++bucket) {
    const std::uint64_t count = counts_[bucket];
    if (count != 0) visit(lowest_of(bucket), highest_of(bucket), count);
  }
}

}  // namespace mqrig::stats
