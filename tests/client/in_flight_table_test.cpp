#include <doctest/doctest.h>

#include <mqrig/client/in_flight_table.hpp>

namespace mqrig::client::tests {
namespace {

InFlightTable::Publication of(std::uint64_t sequence, std::vector<std::uint64_t> others = {}) {
  InFlightTable::Publication publication{{sequence, 10}, {}};
  for (const std::uint64_t other : others) publication.others.push_back({other, 10});
  return publication;
}

std::vector<std::uint64_t> sequences(InFlightTable& table) {
  std::vector<std::uint64_t> all;
  table.for_each([&](const InFlightTable::Message& message) { all.push_back(message.sequence); });
  return all;
}

}  // namespace

TEST_CASE("a token is that of the next entry, and used again when it is free") {
  InFlightTable table;
  for (std::uint64_t token = 0; token < 3; ++token) {
    CHECK(table.next_token() == token);
    table.add(of(token + 1));
  }
  CHECK(table.take(1).first.sequence == 2);
  CHECK_FALSE(table.contains(1));
  CHECK(table.next_token() == 1);
  table.add(of(4, {5, 6}));
  CHECK(table[1].first.sequence == 4);
  CHECK(table.next_token() == 3);
  CHECK(table.size() == 3);
  CHECK(table.messages() == 5);
  CHECK_FALSE(table.contains(3));
}

TEST_CASE("a table is the same after it was saved, tokens and batches included") {
  InFlightTable table;
  table.add(of(1));
  table.add(of(2, {3, 4}));
  table.add(of(5));
  table.take(0);
  wire::Buffer bytes;
  table.save(bytes);
  bytes.append(wire::as_bytes("rest"));

  InFlightTable restored;
  wire::ByteView view = bytes.view();
  REQUIRE(restored.restore(view));
  CHECK(wire::as_text(view) == "rest");
  CHECK(sequences(restored) == std::vector<std::uint64_t>{2, 3, 4, 5});
  CHECK(restored.messages() == 4);
  CHECK(restored.size() == 2);
  CHECK(restored.next_token() == 0);
  CHECK(restored.take(1).others.size() == 2);
}

TEST_CASE("bytes that are damaged are refused, wherever they end or change") {
  InFlightTable table;
  table.add(of(1));
  table.add(of(2, {3}));
  wire::Buffer bytes;
  table.save(bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    InFlightTable restored;
    wire::ByteView view = bytes.view().first(size);
    CHECK_FALSE(restored.restore(view));
  }
  for (std::size_t position = 0; position < bytes.size(); ++position) {
    std::vector<std::uint8_t> changed(bytes.view().begin(), bytes.view().end());
    changed[position] ^= 0xFF;
    InFlightTable restored;
    wire::ByteView view(changed);
    restored.restore(view);  // whatever it says, it takes no memory that is not there
    CHECK(restored.size() <= 65'536);
  }
}

TEST_CASE("two entries under one token are damage") {
  InFlightTable table;
  table.add(of(1));
  wire::Buffer entry;
  table.save(entry);
  std::vector<std::uint8_t> twice(entry.view().begin(), entry.view().end());
  twice.insert(twice.end(), entry.view().begin() + 4, entry.view().end());
  twice[0] = twice[0] == 1 ? 2 : 0;
  twice[3] = twice[3] == 1 ? 2 : 0;  // the count, in either order of bytes
  InFlightTable restored;
  wire::ByteView view(twice);
  CHECK_FALSE(restored.restore(view));
}

}  // namespace mqrig::client::tests
