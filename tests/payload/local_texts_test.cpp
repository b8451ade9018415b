#include <doctest/doctest.h>

#include <mqrig/payload/local_texts.hpp>

#include "local_zone.hpp"

using namespace mqrig::payload;
using namespace std::chrono_literals;

TEST_CASE("local texts follow the second and the zone") {
  const test::LocalZone zone("XXX-1");
  LocalTexts texts;
  const std::size_t time = texts.add("%FT%T%z");
  const std::size_t year = texts.add("%Y");
  texts.set(WallTime{1'795'329'000s + 5ns});
  CHECK(texts.text(time) == "2026-11-22T07:30:00+0100");
  CHECK(texts.text(year) == "2026");
  CHECK(texts.seconds() == 1'795'329'000);
  CHECK(texts.nanoseconds() == 5);
  texts.set(WallTime{1'795'329'000s + 999'999'999ns});
  CHECK(texts.text(time) == "2026-11-22T07:30:00+0100");
  CHECK(texts.nanoseconds() == 999'999'999);
  texts.set(WallTime{1'795'329'001s});
  CHECK(texts.text(time) == "2026-11-22T07:30:01+0100");
}

TEST_CASE("a text that is added later is there for the next time") {
  LocalTexts texts;
  texts.add("%Y");
  texts.set(WallTime{1s});
  const std::size_t percent = texts.add("%%");
  texts.set(WallTime{1s});
  CHECK(texts.text(percent) == "%");
}
