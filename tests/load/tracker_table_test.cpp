#include <doctest/doctest.h>

#include <map>
#include <random>

#include <mqrig/load/stamp.hpp>
#include <mqrig/load/tracker_table.hpp>

#include <tests/wire/counting_new.hpp>

using mqrig::load::SequenceTracker;
using mqrig::load::Stamp;
using mqrig::load::TrackerTable;
using mqrig::wire::test::allocation_count;

namespace {

std::map<std::uint32_t, std::uint64_t> missing_by_stream(const TrackerTable& table) {
  std::map<std::uint32_t, std::uint64_t> missing;
  table.for_each([&](std::uint32_t stream, const SequenceTracker& tracker) {
    CHECK(missing.emplace(stream, tracker.missing()).second);
  });
  return missing;
}

}  // namespace

TEST_CASE("a new tracker table has no stream") {
  const TrackerTable table;
  CHECK(table.size() == 0);
  CHECK(missing_by_stream(table).empty());
}

TEST_CASE("one stream of a tracker table costs no allocation") {
  const std::size_t before = allocation_count();
  TrackerTable table;
  for (std::uint32_t number = 0; number < 1000; ++number) table.of(77).arrived(number);
  CHECK(allocation_count() == before);
  CHECK(table.size() == 1);
}

TEST_CASE("each stream of a tracker table has its own tracker") {
  std::mt19937 random(1);
  for (const std::uint32_t streams : {2U, 3U, 4U, 5U, 100U, 5000U}) {
    CAPTURE(streams);
    TrackerTable table;
    std::map<std::uint32_t, std::uint64_t> expected;
    while (expected.size() < streams) expected.emplace(random() % Stamp::most_streams, 0);
    for (std::uint32_t round = 0; round < 3; ++round) {
      for (auto& [stream, missing] : expected) {
        // The gaps differ from stream to stream.
        const std::uint32_t gap = stream % 7;
        table.of(stream).arrived(round * (gap + 1));
        missing = std::uint64_t{round} * gap;
      }
    }
    CHECK(table.size() == streams);
    CHECK(missing_by_stream(table) == expected);
  }
}

TEST_CASE("the lowest and the highest stream are as good as others") {
  TrackerTable table;
  for (const std::uint32_t stream : {0U, Stamp::most_streams - 1, 1U}) {
    table.of(stream).arrived(0);
    table.of(stream).arrived(stream == 1 ? 4 : 1);
  }
  CHECK(missing_by_stream(table) ==
        std::map<std::uint32_t, std::uint64_t>{{0, 0}, {1, 3}, {Stamp::most_streams - 1, 0}});
}
