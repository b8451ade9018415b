#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include <mqrig/session/packet_id_set.hpp>

using mqrig::session::PacketIdSet;
using mqrig::wire::PacketId;

namespace {

std::vector<PacketId> members(const PacketIdSet& set) {
  std::vector<PacketId> ids;
  set.for_each([&](PacketId id) { ids.push_back(id); });
  std::sort(ids.begin(), ids.end());
  return ids;
}

// Random insertions and erasures of identifiers that `draw` makes, against the standard set.
template <class Draw>
void compare_with_standard_set(std::uint32_t seed, int steps, Draw draw) {
  std::mt19937 random(seed);
  PacketIdSet set;
  std::set<PacketId> expected;
  for (int step = 0; step < steps; ++step) {
    const PacketId id = draw(random);
    if (random() % 2 == 0) {
      REQUIRE(set.insert(id) == expected.insert(id).second);
    } else {
      REQUIRE(set.erase(id) == (expected.erase(id) != 0));
    }
    REQUIRE(set.size() == expected.size());
    const PacketId other = draw(random);
    REQUIRE(set.contains(other) == (expected.count(other) != 0));
  }
  CHECK(members(set) == std::vector<PacketId>(expected.begin(), expected.end()));
}

}  // namespace

TEST_CASE("a new packet id set is empty and finds nothing") {
  PacketIdSet set;
  CHECK(set.empty());
  CHECK_FALSE(set.contains(1));
  CHECK_FALSE(set.erase(1));
  CHECK(members(set).empty());
}

TEST_CASE("a packet id set behaves as the standard set does") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    compare_with_standard_set(
        seed, 3'000, [](std::mt19937& random) { return static_cast<PacketId>(random() % 40 + 1); });
    compare_with_standard_set(seed, 3'000, [](std::mt19937& random) {
      return static_cast<PacketId>(random() % 65'535 + 1);
    });
  }
}

TEST_CASE("identifiers with the same home in a packet id set do not disturb each other") {
  // Multiples of a large power of two share a place in every table that is smaller.
  compare_with_standard_set(7, 20'000, [](std::mt19937& random) {
    return static_cast<PacketId>((random() % 16) * 4096 + random() % 3 + 1);
  });
  compare_with_standard_set(8, 20'000, [](std::mt19937& random) {
    return static_cast<PacketId>(65'535 - random() % 12);
  });
}

TEST_CASE("a packet id set holds all 65,535 identifiers") {
  PacketIdSet set;
  for (unsigned id = 1; id <= 65'535; ++id) REQUIRE(set.insert(static_cast<PacketId>(id)));
  CHECK(set.size() == 65'535);
  CHECK_FALSE(set.insert(1));
  for (unsigned id = 65'535; id >= 1; --id) REQUIRE(set.erase(static_cast<PacketId>(id)));
  CHECK(set.empty());
}

TEST_CASE("a cleared packet id set is empty and usable") {
  PacketIdSet set;
  for (PacketId id = 1; id < 100; ++id) set.insert(id);
  set.clear();
  CHECK(set.empty());
  CHECK_FALSE(set.contains(5));
  CHECK(set.insert(5));
  CHECK(members(set) == std::vector<PacketId>{5});
}
