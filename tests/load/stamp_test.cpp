#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include <mqrig/load/stamp.hpp>

using namespace mqrig;
using load::Stamp;
using load::StampCodec;
using Verdict = StampCodec::Verdict;
using Payload = std::vector<std::uint8_t>;

namespace {

constexpr std::uint64_t run = 0x0123'4567'89AB'CDEF;
constexpr std::int64_t noon = 1'795'348'800'000'000'000;
constexpr std::int64_t hour = 3'600'000'000'000;

Payload random_payload(std::mt19937_64& random, std::size_t size) {
  Payload payload(size);
  for (std::uint8_t& byte : payload) byte = static_cast<std::uint8_t>(random());
  return payload;
}

wire::ByteView body_of(const Payload& payload) {
  return wire::ByteView(payload).subspan(Stamp::size);
}

Payload stamped(const StampCodec& codec, const Stamp& stamp, Payload payload) {
  codec.write(payload.data(), stamp, StampCodec::digest(body_of(payload)));
  return payload;
}

Payload stamped(const StampCodec& codec, const Stamp& stamp, std::size_t size = Stamp::size) {
  return stamped(codec, stamp, Payload(size, 'x'));
}

void flip(Payload& payload, std::size_t bit) {
  payload[bit / 8] = static_cast<std::uint8_t>(payload[bit / 8] ^ 1U << bit % 8);
}

// How many of the payloads that differ from `payload` in one bit are taken for ours and whole.
int unnoticed_flips(const StampCodec& codec, Payload payload) {
  int unnoticed = 0;
  Stamp read;
  for (std::size_t bit = 0; bit < 8 * payload.size(); ++bit) {
    flip(payload, bit);
    const Verdict verdict = codec.read(payload, noon, true, read);
    CHECK(verdict != Verdict::foreign);
    if (verdict == Verdict::ours) ++unnoticed;
    flip(payload, bit);
  }
  return unnoticed;
}

std::int64_t time_read(std::int64_t written, std::int64_t now) {
  const StampCodec codec(run);
  Stamp read;
  CHECK(codec.read(stamped(codec, {1, 2, written}), now, true, read) == Verdict::ours);
  return read.time;
}

}  // namespace

TEST_CASE("a stamp is read as it was written") {
  const StampCodec codec(run);
  const std::vector<Stamp> stamps = {
      {0, 0, noon},
      {7, 1'000'000, noon - 5'000'000},
      {Stamp::most_streams - 1, (1U << 28U) - 1, noon + 48},
  };
  for (const Stamp& stamp : stamps) {
    for (const std::size_t size : {16U, 17U, 23U, 24U, 64U, 80U, 1024U, 1027U}) {
      CAPTURE(size);
      for (const bool full : {false, true}) {
        Stamp read;
        CHECK(codec.read(stamped(codec, stamp, size), noon, full, read) == Verdict::ours);
        CHECK(read.stream == stamp.stream);
        CHECK(read.number == stamp.number);
        CHECK(read.time == stamp.time);
      }
    }
  }
}

TEST_CASE("a stamp stands in the payload as documented") {
  const StampCodec codec(run);
  const Payload payload = stamped(codec, {0xAABBCC, 0x7654321, 16 * 0x0102'0304'0506});
  CHECK(std::vector<int>(payload.begin(), payload.begin() + 5) ==
        std::vector<int>{0x06, 0x05, 0x04, 0x03, 0x02});
  CHECK((payload[5] & 0x0F) == 0x01);
  CHECK(std::vector<int>(payload.begin() + 8, payload.end()) ==
        std::vector<int>{0xCC, 0xBB, 0xAA, 0x21, 0x43, 0x65, 0xF7, 0xDE});
}

TEST_CASE("digests and checks are the same on every machine") {
  const StampCodec codec(run);
  Payload body(100);
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<std::uint8_t>(3 * i);
  CHECK(StampCodec::digest({}) == 0xAAAF'D869'A0D3'B605);
  CHECK(StampCodec::digest(wire::ByteView(body).first(5)) == 0x1C15'7819'0FA5'83F0);
  CHECK(StampCodec::digest(body) == 0x03A2'B0A3'FB52'B608);
  const Payload payload = stamped(codec, {5, 6, noon});
  CHECK((payload[7] << 12 | payload[6] << 4 | payload[5] >> 4) == 0xE482C);
}

TEST_CASE("only the low 28 bits of a number are written") {
  const StampCodec codec(run);
  Stamp read;
  CHECK(codec.read(stamped(codec, {1, (1U << 28U) + 5, noon}), noon, true, read) == Verdict::ours);
  CHECK(read.number == 5);
}

TEST_CASE("a time is cut to 16 ns and completed by the time of reading") {
  CHECK(time_read(noon + 15, noon) == noon);
  CHECK(time_read(noon + 16, noon) == noon + 16);
  CHECK(time_read(noon, noon + 39 * hour) == noon);
  CHECK(time_read(noon, noon - 39 * hour) == noon);
  // Beyond that it is 2^48 ns off.
  CHECK(time_read(noon, noon + 40 * hour) == noon + (std::int64_t{1} << 48));
  // Around a change of all 44 bits.
  const std::int64_t change = std::int64_t{1} << 60;
  CHECK(time_read(change - 16, change + 5) == change - 16);
  CHECK(time_read(change, change - 5) == change);
  CHECK(time_read(0, 1000) == 0);
}

TEST_CASE("the payload of another run or of somebody else is foreign") {
  const StampCodec ours(run);
  const StampCodec theirs(run + 1);
  Stamp read{9, 9, 9};
  for (const bool full : {false, true}) {
    CHECK(ours.read(stamped(theirs, {1, 2, noon}, 40), noon, full, read) == Verdict::foreign);
    CHECK(ours.read({}, noon, full, read) == Verdict::foreign);
    CHECK(ours.read(Payload(15, 'x'), noon, full, read) == Verdict::foreign);
    CHECK(ours.read(Payload(64, 'x'), noon, full, read) == Verdict::foreign);
  }
  CHECK(read.stream == 9);
}

TEST_CASE("a receiver that knows of no run learns it from a payload") {
  const Payload payload = stamped(StampCodec(run), {1, 2, noon});
  Stamp read;
  CHECK(StampCodec(StampCodec::run_of(payload)).read(payload, noon, true, read) == Verdict::ours);
  CHECK(StampCodec(StampCodec::run_of(payload) + 1).read(payload, noon, true, read) ==
        Verdict::foreign);
}

TEST_CASE("one changed bit anywhere makes a payload corrupt") {
  std::mt19937_64 random(1);
  for (const std::size_t size : {16U, 17U, 20U, 24U, 31U, 64U, 79U, 80U, 81U, 150U, 1024U}) {
    CAPTURE(size);
    const StampCodec codec(random());
    const Stamp stamp{static_cast<std::uint32_t>(random() % Stamp::most_streams), random(), noon};
    CHECK(unnoticed_flips(codec, stamped(codec, stamp, random_payload(random, size))) == 0);
  }
}

TEST_CASE("a changed bit goes unnoticed once in a million times") {
  // 5,120,000 flips: 4.9 are expected to be missed.
  std::mt19937_64 random(2);
  int unnoticed = 0;
  for (int i = 0; i < 20'000; ++i) {
    const StampCodec codec(random());
    const Stamp stamp{static_cast<std::uint32_t>(i), static_cast<std::uint64_t>(i), noon};
    unnoticed += unnoticed_flips(codec, stamped(codec, stamp, 32));
  }
  CHECK(unnoticed < 20);
}

TEST_CASE("damage is reported only where it is looked for") {
  const StampCodec codec(run);
  Payload payload = stamped(codec, {1, 2, noon}, 40);
  flip(payload, 8 * 30);
  Stamp read;
  CHECK(codec.read(payload, noon, false, read) == Verdict::ours);
  CHECK(codec.read(payload, noon, true, read) == Verdict::corrupt);
  CHECK(read.stream == 1);
  CHECK(read.number == 2);
}

TEST_CASE("a payload that was cut, lengthened or mixed with another is corrupt") {
  std::mt19937_64 random(3);
  const StampCodec codec(run);
  const Payload whole = stamped(codec, {1, 2, noon}, random_payload(random, 100));
  Stamp read;
  for (std::size_t size = Stamp::size; size < whole.size(); ++size) {
    const Payload cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK(codec.read(cut, noon, true, read) == Verdict::corrupt);
  }
  Payload longer = whole;
  longer.push_back(0);
  CHECK(codec.read(longer, noon, true, read) == Verdict::corrupt);
  const Payload other = stamped(codec, {1, 3, noon}, random_payload(random, 100));
  Payload mixed = whole;
  std::copy(other.begin(), other.begin() + Stamp::size, mixed.begin());
  CHECK(codec.read(mixed, noon, true, read) == Verdict::corrupt);
}

TEST_CASE("bodies that differ in one bit, or in the number of their zeros, have other digests") {
  std::mt19937_64 random(4);
  for (std::size_t size = 1; size <= 200; ++size) {
    CAPTURE(size);
    Payload body = random_payload(random, size);
    std::set<std::uint64_t> digests = {StampCodec::digest(body)};
    for (std::size_t bit = 0; bit < 8 * size; ++bit) {
      flip(body, bit);
      digests.insert(StampCodec::digest(body));
      flip(body, bit);
    }
    CHECK(digests.size() == 8 * size + 1);
  }
  std::set<std::uint64_t> zeros;
  for (std::size_t size = 0; size < 300; ++size) zeros.insert(StampCodec::digest(Payload(size)));
  CHECK(zeros.size() == 300);
}
