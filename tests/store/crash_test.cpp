// Processes that are killed while they commit, and machines that lose their power.
#include <doctest/doctest.h>

#include <chrono>
#include <random>

#include <tests/store/child_process.hpp>
#include <tests/store/state_file.hpp>
#include <tests/store/synced_files.hpp>

using namespace mqrig;
using store::BrokerStore;
using test::ChildProcess;
using test::Rows;
using test::StateFile;

namespace {

constexpr std::uint64_t messages_a_step = 20;

// Numbered changes that touch every table; ended_at of the session is the number.
void step(BrokerStore& store, std::uint64_t number, std::string_view payload) {
  store::SessionRecord session;
  session.id = 1;
  session.client_id = "a";
  session.ended_at = static_cast<std::int64_t>(number);
  store.put_session(session);
  store::SubscriptionRecord subscription;
  subscription.session = 1;
  subscription.subscription.filter = "t";
  subscription.identifier = static_cast<std::uint32_t>(number);
  store.put_subscription(subscription);
  const auto packet_id = static_cast<wire::PacketId>(number % 65'535 + 1);
  store.put_received(1, packet_id);
  if (number > 1) store.remove_received(1, static_cast<wire::PacketId>((number - 1) % 65'535 + 1));
  const std::uint64_t first = number * messages_a_step;
  for (std::uint64_t id = first; id < first + messages_a_step; ++id) {
    store::MessageRecord message = test::message(id);
    message.payload = wire::as_bytes(payload);
    store.put_message(message);
    store.put_delivery(test::delivery(id));
    if (number > 1) store.remove_message(id - messages_a_step);
  }
  store.put_retained("t", first);
}

// What the file holds after the step with this number.
Rows state(std::uint64_t number, std::string_view payload) {
  const std::string text = std::to_string(number);
  Rows rows{"session 1 \"a\" nobody 0 5 " + text + " no will",
            "subscription 1 \"t\" 0 0 0 0 " + text};
  const std::uint64_t first = number * messages_a_step;
  for (std::uint64_t id = first; id < first + messages_a_step; ++id) {
    rows.push_back("message " + std::to_string(id) + " \"site/4/sensor\" \"" +
                   std::string(payload) + "\" \"\" 1 0 0 0");
  }
  rows.push_back("retained \"t\" " + std::to_string(first));
  rows.push_back("received 1 " + std::to_string(number % 65'535 + 1));
  for (std::uint64_t id = first; id < first + messages_a_step; ++id) {
    const std::string name = std::to_string(id);
    rows.push_back("delivery 1 " + name + " " + name + " 0 1 0 0 \"\"");
  }
  return rows;
}

std::uint64_t number_of(const Rows& rows) {
  return rows.empty() ? 0 : std::stoull(rows[0].substr(rows[0].find(" 5 ") + 3));
}

// Commits one step after the other, and reports each when commit() has returned.
void commit_steps(const StateFile& file, std::uint64_t number, std::string_view payload,
                  const ChildProcess::Report& report) {
  std::string error;
  const auto store = BrokerStore::open(file.path(), error);
  while (store) {
    step(*store, ++number, payload);
    if (store->commit()) return;
    report(number);
    store->maintain();
  }
}

}  // namespace

TEST_CASE("after kill -9 at any moment all reported commits are there, and no half of one") {
  // The longer payload makes a checkpoint every few dozen commits.
  for (const std::size_t size : {std::size_t{16}, std::size_t{4096}}) {
    const StateFile file;
    const std::string payload(size, 'x');
    std::mt19937 random(7);
    std::uint64_t number = 0;
    for (int round = 0; round < 8; ++round) {
      ChildProcess child(
          [&](const ChildProcess::Report& report) { commit_steps(file, number, payload, report); });
      std::uint64_t reported = number;
      const std::uint64_t enough = number + random() % 30;
      while (reported < enough) {
        const auto next = child.next();
        REQUIRE(next.has_value());
        reported = *next;
      }
      // Anywhere in the next commits, not only at their ends.
      const auto moment =
          std::chrono::steady_clock::now() + std::chrono::microseconds(random() % 3000);
      while (std::chrono::steady_clock::now() < moment) {
      }
      child.kill();
      while (const auto next = child.next()) reported = *next;

      const Rows rows = test::rows(*file.open());
      number = number_of(rows);
      REQUIRE(number >= reported);
      REQUIRE(number <= reported + 1);
      if (number > 0) REQUIRE(rows == state(number, payload));
    }
  }
}

TEST_CASE("a process that is killed leaves no lock behind") {
  const StateFile file;
  ChildProcess child(
      [&](const ChildProcess::Report& report) { commit_steps(file, 0, "x", report); });
  REQUIRE(child.next().has_value());
  child.kill();
  CHECK(file.refusal().empty());
}

TEST_CASE("after a loss of power at any moment all reported commits are there") {
  const StateFile file;
  const std::string payload(16384, 'x');
  std::uint64_t reported = 0;
  std::size_t cuts = 0;
  std::unique_ptr<test::SyncedFiles> disk;
  const auto cut = [&] {
    ++cuts;
    const StateFile survivor;
    disk->copy_to(survivor.folder());
    const Rows rows = test::rows(*survivor.open());
    const std::uint64_t number = number_of(rows);
    CHECK(number >= reported);  // no REQUIRE: no exception may pass through SQLite
    if (number > 0) CHECK(rows == state(number, payload));
  };
  disk = std::make_unique<test::SyncedFiles>(file.folder(), cut);
  {
    const auto store = file.open();
    for (std::uint64_t number = 1; number <= 24; ++number) {
      step(*store, number, payload);
      REQUIRE_FALSE(store->commit());
      reported = number;
      cut();
      store->maintain();
    }
    CHECK(store->counters().checkpoints > 1);
  }
  CHECK(cuts > 48);  // at each sync, and after each commit
}
