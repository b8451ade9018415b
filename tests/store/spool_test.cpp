// What is put into a spool is there after a restart, in order, until it is removed.
#include <doctest/doctest.h>

#include <limits>

#include <tests/store/spool_file.hpp>

using namespace mqrig;
using store::Spool;
using test::messages;
using test::Rows;
using test::spooled;
using test::SpoolFile;
using test::totals;
using wire::QoS;

namespace {

// Applies the changes, commits them, and opens the file as the next process does.
template <typename Changes>
std::unique_ptr<Spool> after(const SpoolFile& file, Changes changes) {
  {
    const auto spool = file.open();
    changes(*spool);
    CHECK_FALSE(spool->commit());
  }
  return file.open();
}

std::optional<std::string> state(Spool& spool, std::string_view name) {
  std::error_code error;
  const auto value = spool.state(name, error);
  CHECK_FALSE(error);
  return value;
}

}  // namespace

TEST_CASE("a new spool holds nothing") {
  const SpoolFile file;
  const auto spool = file.open();
  CHECK(spool->queue_names().empty());
  CHECK_FALSE(spool->find_queue("a").has_value());
  CHECK_FALSE(spool->dirty());
}

TEST_CASE("queues keep their order and their numbers") {
  const SpoolFile file;
  const auto spool = after(file, [](Spool& first) {
    CHECK(first.queue("b") == 0);
    CHECK(first.queue("a") == 1);
    CHECK(first.queue("b") == 0);
    CHECK(first.dirty());
    CHECK_FALSE(first.urgent());
  });
  CHECK(spool->queue_names() == std::vector<std::string>{"b", "a"});
  CHECK(spool->find_queue("a") == Spool::QueueId{1});
  CHECK(spool->queue("c") == 2);
}

TEST_CASE("messages come back in order, each in its queue") {
  const SpoolFile file;
  const auto spool = after(file, [](Spool& first) {
    const auto a = first.queue("a");
    const auto b = first.queue("b");
    CHECK(first.append(a, spooled("t/1", "one")) == 1);
    CHECK(first.append(b, spooled("t/2", "")) == 1);
    CHECK(first.append(a, spooled("t/3", "three")) == 2);
    CHECK(first.urgent());
    CHECK(messages(first, a).empty());  // before the commit
  });
  CHECK(messages(*spool, 0) == Rows{"1 t/1 one", "2 t/3 three"});
  CHECK(messages(*spool, 0, 1) == Rows{"2 t/3 three"});
  CHECK(messages(*spool, 0, 2).empty());
  CHECK(messages(*spool, 0, std::numeric_limits<std::uint64_t>::max()).empty());
  CHECK(messages(*spool, 1) == Rows{"1 t/2 "});
  CHECK(totals(*spool, 0) == "2 14 2 0");
  CHECK(totals(*spool, 1) == "1 3 1 0");
}

TEST_CASE("a message comes back with all its fields, but for the topic alias") {
  const SpoolFile file;
  wire::PropertyWriter properties;
  properties.add(wire::PropertyId::user_property, "#a", "1");  // '#' is the alias' identifier
  properties.add(wire::PropertyId::topic_alias, 7);
  properties.add(wire::PropertyId::message_expiry_interval, 60);
  const store::Batch batch{store::Batch::Format::lines, 100, 0xFFFFFFFF};
  const auto spool = after(file, [&](Spool& first) {
    store::SpooledMessage message = spooled("t", std::string_view("\0x", 2));
    message.publish.qos = QoS::exactly_once;
    message.publish.retain = true;
    message.publish.properties = properties.view();
    message.received_at = 1'790'000'000'123;
    message.expires_at = 1'790'000'060'123;
    message.batch = batch;
    first.append(first.queue("a"), message);
  });
  wire::PropertyWriter kept;
  kept.add(wire::PropertyId::user_property, "#a", "1");
  kept.add(wire::PropertyId::message_expiry_interval, 60);
  std::error_code error;
  CHECK(spool->find(
      0, 1,
      [&](const store::SpooledMessage& message) {
        CHECK(message.sequence == 1);
        CHECK(wire::as_text(message.publish.payload) == std::string_view("\0x", 2));
        CHECK(message.publish.qos == QoS::exactly_once);
        CHECK(message.publish.retain);
        CHECK(wire::as_text(message.publish.properties.encoded()) ==
              wire::as_text(kept.view().encoded()));
        CHECK(message.received_at == 1'790'000'000'123);
        CHECK(message.expires_at == 1'790'000'060'123);
        CHECK(message.batch == batch);
        CHECK(message.size() == spool->totals(0).bytes);
        return true;
      },
      error));
  CHECK_FALSE(error);
}

TEST_CASE("a removed message is gone, and its sequence is not given again") {
  const SpoolFile file;
  after(file, [](Spool& first) {
    const auto queue = first.queue("a");
    for (int i = 0; i < 5; ++i) first.append(queue, spooled("t", "x"));
  });
  auto spool = after(file, [](Spool& second) {
    for (const std::uint64_t sequence : {5U, 1U, 2U}) second.remove(0, sequence, 2);
    CHECK(second.dirty());
    CHECK_FALSE(second.urgent());
    CHECK(messages(second, 0) == Rows{"3 t x", "4 t x"});
    CHECK(totals(second, 0) == "2 4 5 0");
  });
  CHECK(messages(*spool, 0) == Rows{"3 t x", "4 t x"});
  CHECK(totals(*spool, 0) == "2 4 5 0");
  CHECK(spool->append(0, spooled("t", "x")) == 6);
}

TEST_CASE("a message that comes and goes between two commits is never written") {
  const SpoolFile file;
  const auto spool = file.open();
  const auto queue = spool->queue("a");
  REQUIRE_FALSE(spool->commit());
  const std::uint64_t sequence = spool->append(queue, spooled("t", "x"));
  spool->remove(queue, sequence, 2);
  CHECK_FALSE(spool->dirty());
  CHECK_FALSE(spool->commit());
  CHECK(spool->counters().commits == 1);
  SUBCASE("one of two") {
    CHECK(spool->append(queue, spooled("t", "y")) == 2);
    CHECK(spool->append(queue, spooled("t", "z")) == 3);
    spool->remove(queue, 2, 2);
    CHECK_FALSE(spool->commit());
    CHECK(messages(*spool, queue) == Rows{"3 t z"});
    CHECK(totals(*spool, queue) == "1 2 3 0");
  }
}

TEST_CASE("one committed message is found") {
  const SpoolFile file;
  const auto spool = after(file, [](Spool& first) {
    first.append(first.queue("a"), spooled("t", "x"));
    first.append(0, spooled("t", "y"));
  });
  const auto found = [&](std::uint64_t sequence) {
    std::error_code error;
    const bool result = spool->find(
        0, sequence, [](const auto&) { return true; }, error);
    CHECK_FALSE(error);
    return result;
  };
  CHECK(found(1));
  CHECK(found(2));
  CHECK_FALSE(found(3));
  CHECK_FALSE(found(std::numeric_limits<std::uint64_t>::max()));
  spool->remove(0, 2, 2);
  CHECK_FALSE(found(2));
}

TEST_CASE("state is replaced and removed") {
  const SpoolFile file;
  auto spool = after(file, [](Spool& first) {
    first.put_state("a", wire::as_bytes("old"));
    first.put_state("a", wire::as_bytes("new"));
    first.put_state("b", {});
    first.put_state("c", wire::as_bytes("c"));
    CHECK(first.urgent());
    CHECK_FALSE(state(first, "a").has_value());  // before the commit
  });
  CHECK(state(*spool, "a") == "new");
  CHECK(state(*spool, "b") == "");
  spool.reset();
  spool = after(file, [](Spool& second) {
    second.remove_state("a");
    second.remove_state("never");
    second.put_state("c", wire::as_bytes("d"));
    second.remove_state("c");
    second.put_state("c", wire::as_bytes("e"));
  });
  CHECK_FALSE(state(*spool, "a").has_value());
  CHECK(state(*spool, "c") == "e");
}

TEST_CASE("state that is put again as it is, is no change") {
  const SpoolFile file;
  const auto spool = file.open();
  spool->put_state("a", wire::as_bytes("x"));
  REQUIRE_FALSE(spool->commit());
  spool->put_state("a", wire::as_bytes("x"));
  CHECK_FALSE(spool->dirty());
  spool->put_state("a", wire::as_bytes("y"));
  CHECK(spool->urgent());
  spool->put_state("a", wire::as_bytes("x"));
  REQUIRE_FALSE(spool->commit());
  CHECK(state(*spool, "a") == "x");
}

TEST_CASE("reading stops when the visitor has enough") {
  const SpoolFile file;
  const auto spool = after(file, [](Spool& first) {
    first.queue("a");
    for (int i = 0; i < 10; ++i) first.append(0, spooled("t", "x"));
  });
  int seen = 0;
  CHECK_FALSE(spool->read(0, 0, [&](const auto&) { return ++seen < 3; }));
  CHECK(seen == 3);
  spool->remove(0, 1, 2);
  CHECK_FALSE(spool->commit());
  CHECK(messages(*spool, 0).size() == 9);
}

TEST_CASE("what was not committed is not there") {
  const SpoolFile file;
  {
    const auto spool = file.open();
    spool->append(spool->queue("a"), spooled("t", "x"));
    spool->put_state("s", wire::as_bytes("x"));
  }
  const auto spool = file.open();
  CHECK(spool->queue_names().empty());
  CHECK_FALSE(state(*spool, "s").has_value());
}

TEST_CASE("a group of commits is there all or not at all") {
  const SpoolFile file;
  for (const bool ended : {false, true}) {
    const auto spool = file.open();
    const auto queue = spool->queue("a");
    CHECK_FALSE(spool->begin_group());
    for (int i = 0; i < 3; ++i) {
      spool->append(queue, spooled("t", "x"));
      spool->queue("b");
      CHECK_FALSE(spool->commit());
    }
    if (ended) CHECK_FALSE(spool->end_group());
    if (ended) CHECK(totals(*spool, queue) == "3 6 3 0");
  }
  const auto spool = file.open();
  CHECK(spool->queue_names() == Rows{"a", "b"});
  CHECK(totals(*spool, 0) == "3 6 3 0");
}
