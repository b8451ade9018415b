#include <doctest/doctest.h>

#include <deque>
#include <map>

#include <mqrig/load/open_loop.hpp>

#include "tests/load/shard_rig.hpp"

using namespace mqrig;
using namespace mqrig::load;
using namespace mqrig::load::tests;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t group_size = 23;
const session::Time begin{1000s};

Group group() {
  Group group = publishers(group_size, "a");
  group.publish->rate = 1;  // the schedule's is the test's
  return group;
}

// Clients of one shard of many, and their loop.
struct Part {
  Part(asio::io_context& context, std::uint32_t number, std::uint32_t of, std::uint64_t limit)
      : rig(context, 1, scenario_of(group()), {}, only_one_client_of_many()) {
    std::vector<Client*> own;
    for (std::uint32_t client = number; client < group_size; client += of) {
      own.push_back(&clients.emplace_back(*rig.shard, rig.plan->groups[0], client));
    }
    loop.emplace(own, group_size, limit);
  }

  // The shard of the rig has as few clients as can be.
  static RunSettings only_one_client_of_many() {
    RunSettings settings;
    settings.machines = group_size;
    return settings;
  }

  ShardRig rig;
  std::deque<Client> clients;
  std::optional<OpenLoop> loop;
};

}  // namespace

TEST_CASE("shards send each message of a group exactly once, each client in its turn") {
  asio::io_context context(1);
  constexpr std::uint64_t messages = 1000;
  for (std::uint32_t shards = 1; shards <= 30; shards += shards < 7 ? 1 : 23) {
    CAPTURE(shards);
    std::map<session::Time, std::uint32_t> sent;  // when, and by which client
    const Schedule schedule(begin, {}, 1000);
    for (std::uint32_t shard = 0; shard < shards; ++shard) {
      Part part(context, shard, shards, messages);
      part.loop->begin(schedule);
      for (; part.loop->next_due() != session::never; part.loop->advance()) {
        const bool is_new =
            sent.emplace(part.loop->next_due(), part.loop->next_client().number()).second;
        REQUIRE(is_new);
      }
    }
    CHECK(sent.size() == messages);
    std::uint64_t number = 0;
    for (const auto& [time, client] : sent) {
      REQUIRE(time == schedule.due(number));
      REQUIRE(client == number % group_size);
      ++number;
    }
  }
}

TEST_CASE("a client knows when each of its messages was due") {
  asio::io_context context(1);
  Part part(context, 3, 5, 0);
  part.loop->begin(Schedule(begin, {}, 1000));
  std::map<std::uint32_t, std::uint64_t> messages;
  for (int i = 0; i < 1000; ++i, part.loop->advance()) {
    const std::uint32_t client = part.loop->next_client().number();
    REQUIRE(part.loop->due(client, messages[client]++) == part.loop->next_due());
  }
}

TEST_CASE("a new schedule begins with what each client sends next") {
  asio::io_context context(1);
  Part part(context, 0, 1, 0);
  part.loop->begin(Schedule(begin, {}, 1000));
  for (Client& client : part.clients) client.publisher()->next = 100 + client.number();
  part.loop->begin(Schedule(begin + 1h, {}, 10));
  CHECK(part.loop->next_due() == begin + 1h);
  CHECK(part.loop->next_client().number() == 0);
  for (Client& client : part.clients) CHECK(client.publisher()->first == 100 + client.number());
}

TEST_CASE("nothing is due before a loop begins, after it ends, and without clients") {
  asio::io_context context(1);
  Part part(context, 0, 1, 0);
  CHECK(part.loop->next_due() == session::never);
  part.loop->begin(Schedule(begin, {}, 1000));
  CHECK(part.loop->next_due() == begin);
  part.loop->end();
  CHECK(part.loop->next_due() == session::never);
  Part none(context, group_size, group_size + 1, 0);
  none.loop->begin(Schedule(begin, {}, 1000));
  CHECK(none.loop->next_due() == session::never);
}
