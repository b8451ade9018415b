#include <vector>

#include <mqrig/load/sample.hpp>

#include "random_sample.hpp"
#include "same_numbers.hpp"

using namespace mqrig;
using namespace mqrig::load;

namespace {

void check_same(const Sample& one, const Sample& other) {
  CHECK(one.start == other.start);
  CHECK(one.end == other.end);
  CHECK(one.stage == other.stage);
  CHECK(one.cpu_seconds == other.cpu_seconds);
  CHECK(numbers(one.counters) == numbers(other.counters));
  CHECK(numbers(one.gauges) == numbers(other.gauges));
  CHECK(one.errors.texts() == other.errors.texts());
  load::check_same(one.histograms, other.histograms);
}

std::string encoded(const Sample& sample) {
  std::string bytes;
  encode(bytes, sample);
  return bytes;
}

}  // namespace

TEST_CASE("samples come out of a pipe as they went in, one after the other") {
  std::mt19937_64 random(4);
  std::string pipe;
  std::vector<Sample> samples;
  for (int index = 0; index < 5; ++index) {
    samples.push_back(random_sample(random));
    encode(pipe, samples.back());
  }
  std::string_view in = pipe;
  std::string error;
  Sample read;  // the same object for all: what the last one had does not stay
  for (const Sample& sample : samples) {
    REQUIRE(decode(in, read, error));
    check_same(read, sample);
  }
  CHECK(in.empty());
  CHECK_FALSE(decode(in, read, error));
  CHECK(error.empty());
}

TEST_CASE("an empty sample is small, and is one") {
  const std::string bytes = encoded(Sample());
  CHECK(bytes.size() < 512);
  std::string_view in = bytes;
  std::string error;
  Sample read;
  REQUIRE(decode(in, read, error));
  check_same(read, Sample());
}

TEST_CASE("a sample that has not arrived in full waits for the rest") {
  std::mt19937_64 random(5);
  const std::string bytes = encoded(random_sample(random));
  for (std::size_t size = 0; size < bytes.size(); size += 97) {
    std::string_view in = std::string_view(bytes).substr(0, size);
    std::string error;
    Sample read;
    CHECK_FALSE(decode(in, read, error));
    CHECK(error.empty());
    CHECK(in.size() == size);
  }
}

TEST_CASE("bytes that are no sample are told, and nothing is taken") {
  const auto error_of = [](std::string bytes) {
    std::string_view in = bytes;
    std::string error;
    Sample read;
    CHECK_FALSE(decode(in, read, error));
    CHECK(in.size() == bytes.size());
    return error;
  };
  std::mt19937_64 random(6);
  const std::string good = encoded(random_sample(random));
  CHECK(error_of("Traceback: something") == "not a sample of a load test");
  std::string too_long = good;
  too_long.replace(4, 4, "\x7F\x01\x02\x03");
  CHECK(error_of(too_long) == "a sample of 2130772483 bytes");
  std::string damaged = good;
  damaged[8 + 16] = 100;  // no stage
  CHECK(error_of(damaged) == "a damaged sample");
}

TEST_CASE("no damage of a byte makes a read beyond the end") {
  std::mt19937_64 random(7);
  const std::string good = encoded(random_sample(random));
  for (int round = 0; round < 2000; ++round) {
    std::string bytes = good;
    bytes[random() % bytes.size()] = static_cast<char>(random());
    std::string_view in = bytes;
    std::string error;
    Sample read;
    if (decode(in, read, error)) {
      CHECK(in.empty());
    } else {
      CHECK(in.size() == bytes.size());
    }
  }
}
