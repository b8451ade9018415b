// Histograms from arbitrary bytes. What is read is sound, and comes back from the bytes that are
// written for it. The bytes are also taken as counts behind a right header, or the input would
// hardly get past its lengths.
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <mqrig/stats/hdr_encoding.hpp>

#include <tests/fuzz/require.hpp>

using mqrig::fuzz::require;
using mqrig::stats::decode_hdr;
using mqrig::stats::Histogram;

namespace {

using Bucket = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>;

std::vector<Bucket> buckets(const Histogram& histogram) {
  std::vector<Bucket> found;
  histogram.for_each([&](std::uint64_t lowest, std::uint64_t highest, std::uint64_t count) {
    found.emplace_back(lowest, highest, count);
  });
  return found;
}

void check_sound(const Histogram& histogram, const std::vector<Bucket>& found) {
  require(histogram.empty() == found.empty(), "what was counted lies in a bucket");
  require(histogram.min() <= histogram.max(), "the extremes are in order");
  require(histogram.max() <= Histogram::largest, "no value is above the largest");
  require(histogram.count_at_or_below(histogram.max()) == histogram.count(), "all are counted");
  std::uint64_t total = 0;
  std::uint64_t next = 0;
  for (const auto& [lowest, highest, count] : found) {
    require(lowest >= next && highest >= lowest && count > 0, "buckets are in order and not empty");
    total += count;
    next = highest + 1;
    require(histogram.count_at_or_below(lowest) == total, "the buckets below are counted");
  }
  require(total == histogram.count(), "no value lies elsewhere");
  std::uint64_t value = 0;
  for (const double percentile : {0.0, 0.1, 50.0, 99.999, 100.0}) {
    require(histogram.value_at(percentile) >= value, "percentiles rise");
    value = histogram.value_at(percentile);
  }
  require(value == histogram.max(), "the last of them is the largest");
}

void check(std::string_view bytes) {
  const auto histogram = decode_hdr(bytes);
  if (!histogram) return;
  const std::vector<Bucket> found = buckets(*histogram);
  if (found.size() <= 100) check_sound(*histogram, found);  // each of its buckets looks at all
  const auto again = decode_hdr(encode_hdr(*histogram));
  require(again && buckets(*again) == found, "it comes back");
}

void check_compressed(std::string_view bytes) {
  const auto histogram = decode_hdr(bytes);
  if (!histogram) return;
  const auto again = decode_hdr(encode_hdr_compressed(*histogram));
  require(again && buckets(*again) == buckets(*histogram), "it comes back compressed");
}

std::string behind_header(std::string_view counts) {
  std::string bytes = encode_hdr(Histogram());
  bytes.pop_back();  // the one count of an empty histogram
  for (std::size_t n = 0; n < 4; ++n) {
    bytes[4 + n] = static_cast<char>(counts.size() >> (24 - 8 * n) & 0xff);
  }
  return bytes.append(counts);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(bytes);
  check_compressed(bytes);
  check(behind_header(bytes));
  return 0;
}
