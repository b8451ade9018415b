#include <mqrig/broker/journal.hpp>

#include <doctest/doctest.h>

#include <tests/store/state_file.hpp>

using namespace mqrig;
using namespace std::chrono_literals;
using broker::Delivery;
using broker::Journal;
using broker::Message;
using broker::MessagePtr;
using broker::Session;
using test::Rows;
using test::StateFile;
using wire::QoS;

namespace {

constexpr session::Time start{1h};
const session::ExchangeSettings exchange;

MessagePtr message(std::string_view topic) {
  wire::Publish publish;
  publish.topic = topic;
  publish.qos = QoS::exactly_once;
  return Message::make(publish, session::never);
}

Delivery delivery(const MessagePtr& message) {
  Delivery delivery;
  delivery.message = message;
  delivery.qos = QoS::at_least_once;
  return delivery;
}

// What the file holds after a commit, without the sessions.
Rows committed(Journal& journal, const StateFile& file) {
  REQUIRE_FALSE(journal.commit());
  journal.open(nullptr);
  Rows rows = test::rows(*file.open());
  std::erase_if(rows, [](const std::string& row) { return row.starts_with("session"); });
  return rows;
}

std::size_t count(const Rows& rows, std::string_view kind) {
  std::size_t count = 0;
  for (const std::string& row : rows) count += row.starts_with(kind);
  return count;
}

}  // namespace

TEST_CASE("without a store nothing is written, and no session has a number") {
  Journal journal;
  Session session("c", exchange);
  const MessagePtr kept = message("t");
  journal.put(session);
  journal.subscribed(session, "t", {});
  journal.received(session, 1);
  journal.retained(kept);
  journal.unretained(kept, false);
  CHECK_FALSE(journal.on());
  CHECK_FALSE(journal.dirty());
  CHECK_FALSE(session.stored());
  CHECK(kept->stored.references == 0);
}

TEST_CASE("of a session that is not kept nothing is written") {
  const StateFile file;
  Journal journal;
  journal.open(file.open());
  Session session("c", exchange);
  journal.subscribed(session, "t", {});
  journal.received(session, 1);
  journal.released(session, 1);
  CHECK_FALSE(journal.dirty());
}

TEST_CASE("a message is in the file once, and as long as anybody refers to it") {
  const StateFile file;
  Journal journal;
  journal.open(file.open());
  journal.set_time(start);
  Session a("a", exchange);
  Session b("b", exchange);
  journal.put(a);
  journal.put(b);
  const MessagePtr shared = message("t");
  journal.retained(shared);
  Delivery to_a = delivery(shared);
  Delivery to_b = delivery(shared);
  journal.put(a, to_a, 0);
  journal.put(b, to_b, 1);
  CHECK(to_a.sequence < to_b.sequence);
  Rows rows;
  SUBCASE("by all") {
    rows = committed(journal, file);
    CHECK(count(rows, "message") == 1);
    CHECK(count(rows, "delivery") == 2);
    CHECK(count(rows, "retained") == 1);
  }
  SUBCASE("by the topic alone") {
    journal.remove(a, to_a);
    journal.remove(b, to_b);
    rows = committed(journal, file);
    CHECK(count(rows, "message") == 1);
    CHECK(count(rows, "delivery") == 0);
  }
  SUBCASE("by one session alone") {
    journal.remove(a, to_a);
    journal.unretained(shared, false);
    rows = committed(journal, file);
    CHECK(count(rows, "message") == 1);
    CHECK(count(rows, "delivery") == 1);
    CHECK(count(rows, "retained") == 0);
  }
  SUBCASE("by nobody") {
    journal.remove(a, to_a);
    journal.unretained(shared, false);
    journal.remove(b, to_b);
    CHECK(shared->stored.references == 0);
    rows = committed(journal, file);
    CHECK(rows.empty());
  }
}

TEST_CASE("a retained message that takes the place of another one leaves one row") {
  const StateFile file;
  Journal journal;
  journal.open(file.open());
  const MessagePtr old = message("t");
  const MessagePtr fresh = message("t");
  journal.retained(old);
  journal.retained(fresh);
  journal.unretained(old, true);
  const Rows rows = committed(journal, file);
  CHECK(count(rows, "message") == 1);
  CHECK(count(rows, "retained") == 1);
}

TEST_CASE("times survive in wall-clock time") {
  Journal journal;
  const StateFile file;
  journal.open(file.open());
  journal.set_time(start);
  CHECK(journal.to_wall(session::never) == 0);
  CHECK(journal.from_wall(0) == session::never);
  const std::int64_t wall = journal.to_wall(start + 90s);
  CHECK(journal.from_wall(wall) > start + 89s);
  CHECK(journal.from_wall(wall) <= start + 90s);
  CHECK(journal.to_wall(session::Time(-100'000h)) > 0);  // never "never"
}

TEST_CASE("numbers go on where the file ends") {
  const StateFile file;
  Journal journal;
  journal.open(file.open());
  journal.resume_numbers(10, 20, 30);
  Session session("c", exchange);
  journal.put(session);
  CHECK(session.store_id == 11);
  const MessagePtr kept = message("t");
  Delivery first = delivery(kept);
  journal.put(session, first, 0);
  CHECK(kept->stored.id == 21);
  CHECK(first.sequence == 31);
}
