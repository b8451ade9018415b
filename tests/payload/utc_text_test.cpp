#include <doctest/doctest.h>

#include <string>

#include <mqrig/payload/utc_text.hpp>

using namespace mqrig::payload;
using namespace std::chrono_literals;

namespace {

std::string text(UtcText& utc, std::chrono::nanoseconds since_epoch) {
  std::uint8_t bytes[UtcText::size];
  utc.put(bytes, WallTime(since_epoch));
  return {reinterpret_cast<const char*>(bytes), sizeof bytes};
}

}  // namespace

TEST_CASE("time stamps are RFC 3339 in UTC with microseconds") {
  UtcText utc;
  CHECK(text(utc, 0s) == "1970-01-01T00:00:00.000000Z");
  CHECK(text(utc, 1'795'329'000s + 123'456'789ns) == "2026-11-22T06:30:00.123456Z");
  CHECK(text(utc, 1'795'329'000s + 999'999'999ns) == "2026-11-22T06:30:00.999999Z");
  CHECK(text(utc, 1'795'329'001s) == "2026-11-22T06:30:01.000000Z");
  CHECK(text(utc, 951'782'399s) == "2000-02-28T23:59:59.000000Z");
  CHECK(text(utc, 951'782'400s) == "2000-02-29T00:00:00.000000Z");
}

TEST_CASE("a time before 1970, and a clock that steps back, are right too") {
  UtcText utc;
  CHECK(text(utc, 100s) == "1970-01-01T00:01:40.000000Z");
  CHECK(text(utc, -1ns) == "1969-12-31T23:59:59.999999Z");
}
