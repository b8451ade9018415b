// A disk that is full for a while, and a log that must not fill it.
#include <doctest/doctest.h>

#include <filesystem>

#include <tests/store/full_disk.hpp>
#include <tests/store/state_file.hpp>

using namespace mqrig;
using store::BrokerStore;
using test::FullDisk;
using test::Rows;
using test::StateFile;

namespace {

void put(BrokerStore& store, std::uint64_t first, std::uint64_t last, std::string_view payload) {
  for (std::uint64_t id = first; id <= last; ++id) {
    store::MessageRecord message = test::message(id);
    message.payload = wire::as_bytes(payload);
    store.put_message(message);
    store.put_delivery(test::delivery(id));
  }
}

std::vector<std::uint64_t> message_ids(const Rows& rows) {
  std::vector<std::uint64_t> ids;
  for (const std::string& row : rows) {
    if (row.starts_with("message ")) ids.push_back(std::stoull(row.substr(8)));
  }
  return ids;
}

}  // namespace

TEST_CASE("changes that find no space are kept, and written when there is some") {
  const StateFile file;
  const std::string payload(1000, 'x');
  {
    const auto store = file.open();
    put(*store, 1, 3, payload);
    REQUIRE_FALSE(store->commit());
    {
      const FullDisk disk(200'000);
      put(*store, 4, 1000, payload);
      store->remove_message(1);
      CHECK(store->commit() == store::Error::no_space);
      CHECK(store->dirty());
      CHECK(message_ids(test::rows(*store)) == std::vector<std::uint64_t>{1, 2, 3});
      store->remove_message(2);
      put(*store, 1001, 1001, payload);
      CHECK(store->commit() == store::Error::no_space);
      CHECK(store->counters().failures == 2);
      for (std::uint64_t id = 5; id <= 1000; ++id) store->remove_message(id);
      CHECK_FALSE(store->commit());  // what is left fits
      CHECK_FALSE(store->dirty());
    }
    put(*store, 1002, 3000, payload);
    CHECK_FALSE(store->commit());
  }
  const std::vector<std::uint64_t> ids = message_ids(test::rows(*file.open()));
  REQUIRE(ids.size() == 2002);
  CHECK(std::vector(ids.begin(), ids.begin() + 4) == std::vector<std::uint64_t>{3, 4, 1001, 1002});
  CHECK(ids.back() == 3000);
}

TEST_CASE("the log stays short, with and without maintain()") {
  for (const bool maintained : {true, false}) {
    const StateFile file;
    const auto store = file.open();
    const std::string payload(1000, 'x');
    std::uintmax_t longest = 0;
    for (std::uint64_t first = 1; first < 30'000; first += 500) {
      put(*store, first, first + 499, payload);
      REQUIRE_FALSE(store->commit());
      if (maintained) store->maintain();
      longest = std::max(longest, std::filesystem::file_size(file.path() + "-wal"));
    }
    CHECK(longest < (maintained ? 5U : 9U) * 1024 * 1024);
    CHECK(store->counters().checkpoints > 0);
  }
}

TEST_CASE("room of removed messages is used again") {
  const StateFile file;
  const auto store = file.open();
  const std::string payload(1000, 'x');
  for (std::uint64_t first = 1; first < 50'000; first += 500) {
    put(*store, first, first + 499, payload);
    for (std::uint64_t id = first; first > 500 && id < first + 500; ++id) {
      store->remove_message(id - 500);
    }
    REQUIRE_FALSE(store->commit());
    store->maintain();
  }
  CHECK(std::filesystem::file_size(file.path()) < 4 * 1024 * 1024);
}

TEST_CASE("a file that is mostly free room is shortened when it is opened") {
  const StateFile file;
  {
    const auto store = file.open();
    put(*store, 1, 20'000, std::string(1000, 'x'));
    REQUIRE_FALSE(store->commit());
    for (std::uint64_t id = 1; id <= 19'990; ++id) store->remove_message(id);
    REQUIRE_FALSE(store->commit());
  }
  CHECK(std::filesystem::file_size(file.path()) > 16 * 1024 * 1024);
  const auto store = file.open();
  CHECK(std::filesystem::file_size(file.path()) < 1024 * 1024);
  CHECK(message_ids(test::rows(*store)).size() == 10);
}
