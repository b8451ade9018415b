// Nanoseconds per value for recording latencies of several shapes, and microseconds for what is
// done once in an interval: merging, clearing, percentiles, encoding and decoding.
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include <mqrig/stats/hdr_encoding.hpp>

#include <tests/bench/rounds.hpp>

namespace {

using mqrig::bench::best_of_rounds;
using mqrig::bench::keep;
using mqrig::stats::Histogram;

constexpr std::size_t values_count = 100'000;

template <class Draw>
std::vector<std::uint64_t> draw_values(Draw draw) {
  std::vector<std::uint64_t> values(values_count);
  for (std::uint64_t& value : values) value = static_cast<std::uint64_t>(draw());
  return values;
}

void measure(const char* what, const std::vector<std::uint64_t>& values) {
  Histogram histogram;
  const double record_ns = best_of_rounds(
      values.size(),
      [&] {
        for (const std::uint64_t value : values) histogram.record(value);
      },
      100);
  if (histogram.count() != 100 * values.size()) std::abort();

  const auto microseconds = [](auto&& operation) {
    constexpr std::size_t operations = 10;
    return best_of_rounds(
               operations,
               [&] {
                 for (std::size_t n = 0; n < operations; ++n) operation();
               },
               100) /
           1000;
  };
  Histogram other;
  const double merge_us = microseconds([&] { other.merge(histogram); });
  const double clear_us = microseconds([&] {
    other.clear();
    other.record(histogram.min());
    other.record(histogram.max());
  });
  const double percentile_us = microseconds([&] { keep(histogram.value_at(99)); });
  std::string bytes;
  const double encode_us = microseconds([&] { bytes = encode_hdr(histogram); });
  const double decode_us = microseconds([&] { keep(mqrig::stats::decode_hdr(bytes)->count()); });
  std::string compressed;
  const double compress_us = microseconds([&] { compressed = encode_hdr_compressed(histogram); });
  std::printf("%-24s %6.2f %8.1f %8.1f %8.1f %8.1f %8.1f %8.1f %8zu %8zu\n", what, record_ns,
              merge_us, clear_us, percentile_us, encode_us, decode_us, compress_us, bytes.size(),
              compressed.size());
}

}  // namespace

int main() {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> narrow(11, 0.3);
  std::lognormal_distribution<double> wide(13, 2);
  std::uniform_int_distribution<std::uint64_t> any(0, Histogram::largest);
  std::printf("%-24s %6s %8s %8s %8s %8s %8s %8s %8s %8s\n", "", "record", "merge", "clear", "p99",
              "encode", "decode", "compress", "bytes", "deflated");
  std::printf("%-24s %6s %8s %8s %8s %8s %8s %8s\n", "", "ns", "us", "us", "us", "us", "us", "us");
  measure("one value", draw_values([] { return 60'000; }));
  measure("around 60 us", draw_values([&] { return narrow(random); }));
  measure("10 us to 10 ms", draw_values([&] { return wide(random); }));
  measure("uniform to an hour", draw_values([&] { return any(random); }));
  measure("of every magnitude", draw_values([&] { return any(random) >> random() % 42; }));
}
