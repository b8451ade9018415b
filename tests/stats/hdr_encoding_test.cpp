#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <utility>

#include <zlib.h>

#include <mqrig/payload/base64.hpp>
#include <mqrig/stats/hdr_encoding.hpp>

#include <tests/stats/sample_values.hpp>

using mqrig::stats::decode_hdr;
using mqrig::stats::encode_hdr;
using mqrig::stats::encode_hdr_compressed;
using mqrig::stats::Histogram;
using mqrig::stats::test::buckets;
using mqrig::stats::test::spread_value;

namespace {

constexpr std::size_t header_size = 40;

using Counted = std::pair<std::uint64_t, std::uint64_t>;  // a value, and how often

Histogram histogram_of(std::initializer_list<Counted> values) {
  Histogram histogram;
  for (const Counted& counted : values) histogram.record(counted.first, counted.second);
  return histogram;
}

Histogram empty_one() {
  return {};
}
Histogram zero() {
  return histogram_of({{0, 1}});
}
Histogram one() {
  return histogram_of({{1, 1}});
}
Histogram mixed() {
  return histogram_of({{0, 3},
                       {1, 1},
                       {3, 2},
                       {2'047, 1},
                       {2'048, 5},
                       {2'051, 1},
                       {123'456, 64},
                       {1'000'000, 8'192},
                       {1'000'999, 1},
                       {987'654'321, 100'000},
                       {3'600'000'000'000, 1}});
}

Histogram spread(std::uint64_t seed, int count) {
  std::mt19937_64 random(seed);
  Histogram histogram;
  for (int n = 0; n < count; ++n) {
    const std::uint64_t value = spread_value(random);
    histogram.record(value, random() >> (1 + random() % 63) >> 10);
  }
  return histogram;
}

std::string from_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); at += 2) {
    bytes += static_cast<char>(std::stoi(std::string(text.substr(at, 2)), nullptr, 16));
  }
  return bytes;
}

std::string from_base64(std::string_view text) {
  std::string bytes;
  REQUIRE(mqrig::payload::decode_base64(text, bytes));
  return bytes;
}

void check_decodes(const std::string& bytes, const Histogram& expected) {
  const auto decoded = decode_hdr(bytes);
  REQUIRE(decoded);
  CHECK(decoded->count() == expected.count());
  CHECK(buckets(*decoded) == buckets(expected));
}

// The bytes of an encoding with the 32 bits at `at` replaced.
std::string with_number(std::string bytes, std::size_t at, std::uint32_t number) {
  for (std::size_t n = 0; n < 4; ++n) bytes[at + n] = static_cast<char>(number >> (24 - 8 * n));
  return bytes;
}

// An encoding of ours with other counts.
std::string with_counts(const std::string& counts) {
  const std::string header = encode_hdr(Histogram()).substr(0, header_size);
  return with_number(header, 4, static_cast<std::uint32_t>(counts.size())) + counts;
}

// Bytes compressed as an encoding is.
std::string deflated(const std::string& bytes) {
  uLongf size = compressBound(bytes.size());
  std::string out(8 + size, '\0');
  REQUIRE(compress(reinterpret_cast<Bytef*>(out.data() + 8), &size,
                   reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()) == Z_OK);
  out.resize(8 + size);
  return with_number(with_number(out, 0, 0x1c84'9314), 4, static_cast<std::uint32_t>(size));
}

// Whatever is made of damaged bytes is a histogram that can be used.
void check_use(const std::string& bytes) {
  const auto decoded = decode_hdr(bytes);
  if (!decoded) return;
  REQUIRE(decoded->max() <= Histogram::largest);
  REQUIRE(decoded->value_at(50) <= decoded->max());
  check_decodes(encode_hdr(*decoded), *decoded);
}

}  // namespace

// Made by hdr-histogram-js 3.0.1 with a highest value of 3.6e12. It writes 1 as the index offset
// and the ratio, where HdrHistogram itself has 0 and 1.0; neither it nor we read them.
TEST_CASE("what hdr-histogram-js has written is read") {
  check_decodes(from_base64("HISTFAAAACB4nJNpmSzMwMDACMXMDBDAyMDA7GawYwEDnA8ASQ8DHw=="),
                empty_one());
  check_decodes(from_base64("HISTFAAAACF4nJNpmSzMwMDACMXMDBDAyMDA7GawYwEDjM8EAEkRAyE="), zero());
  check_decodes(from_base64("HISTFAAAACZ4nJNpmSzMwMDAxMDAwMjAwMDMAAGMDAzMbgY7FjDA+UwATFMDIg=="),
                one());
  check_decodes(from_base64("HISTFAAAAER4nJNpmSzMwMAgx8DAwMjAwMDMAAGMDAzMbgY7FjDA+GxMDCxf5Zm4mHrjG"
                            "hjXGjQ0MDIwvZ3HeGAWz/09jEwAIIgMRg=="),
                mixed());
  // One that has grown with its values: its highest is 8,388,607.
  check_decodes(from_base64("HISTFAAAACZ4nJNpmSzMwMDAwsDAwMjAwMDMAAGMYLL+/38Yv/0yIxMAXmYFKw=="),
                histogram_of({{5'000'000, 1}}));
}

// Decoded by the same program, these have the counts and percentiles that they should.
TEST_CASE("what is written is what HdrHistogram writes, byte for byte") {
  const std::string header = from_hex(
      "00000000000000030000000000000001"
      "0000034630b8a0003ff0000000000000");
  const auto expected = [&](const char* start, const char* counts) {
    return from_hex(start) + header + from_hex(counts);
  };
  CHECK(encode_hdr(empty_one()) == expected("1c84931300000001", "00"));
  CHECK(encode_hdr(zero()) == expected("1c84931300000001", "02"));
  CHECK(encode_hdr(one()) == expected("1c84931300000002", "0002"));
  CHECK(
      encode_hdr(mixed()) ==
      expected("1c8493130000001e", "06020004f51f020a028d5e8001ad308080010002ed9e01c09a0cdfbc0102"));
}

TEST_CASE("what is compressed starts with its cookie and the length of the rest") {
  const std::string bytes = encode_hdr_compressed(mixed());
  CHECK(bytes.substr(0, 4) == from_hex("1c849314"));
  CHECK(with_number(bytes, 4, static_cast<std::uint32_t>(bytes.size() - 8)) == bytes);
}

TEST_CASE("every histogram comes back from its bytes") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Histogram histogram = spread(seed, static_cast<int>(seed * seed));
    check_decodes(encode_hdr(histogram), histogram);
    check_decodes(encode_hdr_compressed(histogram), histogram);
  }
}

TEST_CASE("counts of every size come back, up to the largest of 63 bits") {
  for (int bits = 0; bits < 63; ++bits) {
    const std::uint64_t count = std::uint64_t{1} << bits;
    check_decodes(encode_hdr(histogram_of({{7, count}})), histogram_of({{7, count}}));
    check_decodes(encode_hdr(histogram_of({{7, count - 1}})), histogram_of({{7, count - 1}}));
  }
  const std::uint64_t most = (std::uint64_t{1} << 63) - 1;
  check_decodes(encode_hdr(histogram_of({{7, most}})), histogram_of({{7, most}}));
}

TEST_CASE("extremes and mean come back as precise as the buckets are") {
  const Histogram histogram = histogram_of({{5'000'001, 1}, {70'000'001, 3}});
  const auto decoded = decode_hdr(encode_hdr_compressed(histogram));
  REQUIRE(decoded);
  CHECK(decoded->min() <= histogram.min());
  CHECK(decoded->max() >= histogram.max());
  CHECK(static_cast<double>(decoded->min()) == doctest::Approx(5'000'001).epsilon(0.001));
  CHECK(static_cast<double>(decoded->max()) == doctest::Approx(70'000'001).epsilon(0.001));
  CHECK(decoded->mean() == doctest::Approx(histogram.mean()).epsilon(0.001));
}

TEST_CASE("encodings are small: a header, and two bytes or less for most of the buckets in use") {
  std::mt19937_64 random(42);
  std::lognormal_distribution<double> latency(11, 0.5);  // around 60 microseconds
  Histogram histogram;
  for (int n = 0; n < 100'000; ++n) histogram.record(static_cast<std::uint64_t>(latency(random)));
  const std::size_t used = buckets(histogram).size();
  CHECK(encode_hdr(histogram).size() < header_size + 2 * used + 400);
  CHECK(encode_hdr_compressed(histogram).size() < encode_hdr(histogram).size());
  CHECK(encode_hdr(Histogram()).size() == header_size + 1);
}

TEST_CASE("histograms with other settings are refused") {
  // All by hdr-histogram-js: two digits, a unit of 1000, and a value above the largest of ours.
  CHECK_FALSE(decode_hdr(from_base64("HISTFAAAACF4nJNpmSzMwMDAxMDAwAilGSBsZjeDHQsY4HwmAEw4AyE=")));
  CHECK_FALSE(
      decode_hdr(from_base64("HISTFAAAACZ4nJNpmSzMwMDAzMDAwAilQdQLBgZmN4MdCxiggFGQiQEAYhcEHg==")));
  CHECK_FALSE(decode_hdr(
      from_base64("HISTFAAAACl4nJNpmSzMwMDAwsDAwMjAwMDMAAGMDAzMbgY7FjDA+J+7WJgAWE8EpQ==")));
}

TEST_CASE("other cookies are refused, whatever their word size") {
  const std::string bytes = encode_hdr(mixed());
  check_decodes(with_number(bytes, 0, 0x1c84'9303), mixed());
  check_decodes(with_number(bytes, 0, 0x1c84'9383), mixed());
  CHECK_FALSE(decode_hdr(with_number(bytes, 0, 0x1c84'9301)));  // V1
  CHECK_FALSE(decode_hdr(with_number(bytes, 0, 0x1c84'9314)));  // compressed
  CHECK_FALSE(decode_hdr(with_number(encode_hdr_compressed(mixed()), 0, 0x1c84'9313)));
}

TEST_CASE("counts behind the last bucket, and numbers that end early, are refused") {
  check_decodes(with_counts(from_hex("0002")), one());
  CHECK_FALSE(decode_hdr(with_counts(from_hex("80"))));
  CHECK_FALSE(decode_hdr(with_counts(from_hex("0280ff"))));
  CHECK_FALSE(decode_hdr(with_counts(from_hex("ffffffffffffffffff02"))));
  CHECK_FALSE(decode_hdr(with_counts(std::string(Histogram::buckets + 1, '\2'))));
  CHECK(decode_hdr(with_counts(std::string(Histogram::buckets, '\2'))));
}

TEST_CASE("a run of zeros ends at the last bucket at the latest") {
  const std::string all_but_one = encode_hdr(histogram_of({{Histogram::largest, 1}}));
  const std::string run = all_but_one.substr(header_size, all_but_one.size() - header_size - 1);
  check_decodes(with_counts(run + from_hex("02")), histogram_of({{Histogram::largest, 1}}));
  CHECK(decode_hdr(with_counts(run + from_hex("01"))));
  CHECK_FALSE(decode_hdr(with_counts(run + from_hex("03"))));
  CHECK_FALSE(decode_hdr(with_counts(run + from_hex("0202"))));
}

TEST_CASE("counts whose sum does not fit are refused") {
  const std::string count = from_hex("808080808080808080");  // 2^62
  check_decodes(with_counts(count), histogram_of({{0, std::uint64_t{1} << 62}}));
  CHECK_FALSE(decode_hdr(with_counts(count + count)));
}

TEST_CASE("bytes that claim more than there is are refused, and so is what follows the end") {
  for (const std::string& bytes : {encode_hdr(mixed()), encode_hdr_compressed(mixed())}) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      REQUIRE_FALSE(decode_hdr(std::string_view(bytes).substr(0, size)));
    }
    CHECK_FALSE(decode_hdr(bytes + '\0'));
    CHECK_FALSE(decode_hdr(with_number(bytes, 4, 0xffff'ffff)));
    CHECK_FALSE(decode_hdr(with_number(bytes, 4, 0x7fff'ffff)));
    CHECK_FALSE(decode_hdr(with_number(bytes, 4, 0)));
  }
}

TEST_CASE("damaged bytes are refused or are another histogram") {
  std::mt19937_64 random(99);
  for (const std::string& good : {encode_hdr(spread(3, 300)), encode_hdr_compressed(spread(3, 300)),
                                  encode_hdr(mixed()), encode_hdr_compressed(mixed())}) {
    for (int round = 0; round < 2'000; ++round) {
      std::string bytes = good;
      for (std::uint64_t flips = 1 + random() % 4; flips > 0; --flips) {
        bytes[random() % bytes.size()] ^= static_cast<char>(1U << random() % 8);
      }
      check_use(bytes);
    }
  }
}

TEST_CASE("no more is unpacked than a histogram may have, and nothing that is not one") {
  check_decodes(deflated(encode_hdr(mixed())), mixed());
  CHECK_FALSE(decode_hdr(deflated(with_counts(std::string(Histogram::buckets * 100, '\0')))));
  CHECK_FALSE(decode_hdr(deflated(encode_hdr_compressed(mixed()))));
  CHECK_FALSE(decode_hdr(deflated("")));
  const std::string longer = encode_hdr_compressed(mixed()) + '\0';
  CHECK_FALSE(decode_hdr(with_number(longer, 4, static_cast<std::uint32_t>(longer.size() - 8))));
}
