// What verify() finds, what it puts right, and that rows from the file are not trusted.
#include <doctest/doctest.h>

#include <random>

#include <tests/store/file_content.hpp>
#include <tests/store/spool_file.hpp>

using namespace mqrig;
using store::Spool;
using test::Rows;
using test::spooled;
using test::SpoolFile;
using test::totals;

namespace {

// Queue "a" with messages 1 to 3 of 2 bytes, and 4 refused.
void fill(const SpoolFile& file) {
  const auto spool = file.open();
  const auto queue = spool->queue("a");
  for (int i = 1; i <= 4; ++i) spool->append(queue, spooled("t", "x"));
  spool->refuse(queue, 4, 2, "no");
  spool->put_state("s", wire::as_bytes("x"));
  REQUIRE_FALSE(spool->commit());
  CHECK(spool->verify(true).empty());
}

}  // namespace

TEST_CASE("a message that was never written is refused by every reader") {
  for (const auto& row : {
           std::pair{"topic_name = 'a/#'", "its topic is no name of a topic"},
           std::pair{"topic_name = ''", "its topic is no name of a topic"},
           std::pair{"topic_name = CAST(x'C328' AS TEXT)", "its topic is no name of a topic"},
           std::pair{"properties = x'26'", "its properties cannot be read"},
           std::pair{"properties = x'26FFFF41'", "its properties cannot be read"},
           std::pair{"properties = x'210001'", "its properties cannot be read"},
           std::pair{"flags = 6", "its QoS is none"},
           std::pair{"flags = -1", "its QoS is none"},
           std::pair{"batch = 3", "its batch is none"},
           std::pair{"batch = 4", "its batch is none"},
           std::pair{"batch = -1", "its batch is none"},
       }) {
    const std::string change = row.first;
    CAPTURE(change);
    const SpoolFile file;
    fill(file);
    file.tamper(("UPDATE message SET " + change + " WHERE id = 2").c_str());
    const auto spool = file.open();
    std::uint64_t seen = 0;
    const auto count = [&](const store::SpooledMessage&) { return ++seen != 0; };
    CHECK(spool->read(0, 0, count) == store::Error::damaged);
    CHECK(seen == 1);
    std::error_code error;
    CHECK_FALSE(spool->find(0, 2, count, error));
    CHECK(error == store::Error::damaged);
    CHECK_FALSE(spool->read(0, 2, count));
    CHECK(spool->verify(false).front() ==
          "message 2 of queue a is damaged: " + std::string(row.second));
  }
}

TEST_CASE("a refused message that was never written is found, too") {
  const SpoolFile file;
  fill(file);
  file.tamper("UPDATE refused_message SET flags = 7");
  const auto spool = file.open();
  CHECK(spool->read_refused(0, [](const auto&) { return true; }) == store::Error::damaged);
  CHECK(spool->verify(false) == Rows{"refused message 4 of queue a is damaged: its QoS is none"});
}

TEST_CASE("totals that are wrong are put right on demand") {
  for (const char* change : {"messages = 2", "messages = -1", "bytes = 7", "bytes = -9",
                             "refused = 0", "messages = 9, bytes = 9, refused = 9"}) {
    CAPTURE(change);
    const SpoolFile file;
    fill(file);
    file.tamper((std::string("UPDATE queue SET ") + change).c_str());
    const Rows expected{
        "the totals of queue a are wrong: there are 3 messages of 6 bytes, and 1 refused ones"};
    CHECK(file.open()->verify(false) == expected);
    {
      const auto spool = file.open();
      CHECK(spool->verify(true) == expected);
      CHECK(totals(*spool, 0) == "3 6 4 1");
      CHECK(spool->verify(false).empty());
    }
    CHECK(totals(*file.open(), 0) == "3 6 4 1");
  }
}

TEST_CASE("a sequence that is there is never given again, whatever the totals say") {
  for (const char* last : {"0", "-5", "9223372036854775807"}) {
    const SpoolFile file;
    fill(file);
    file.tamper((std::string("UPDATE queue SET last_sequence = ") + last).c_str());
    const auto spool = file.open();
    CHECK(spool->verify(true) ==
          Rows{"queue a says that its last message was " + std::string(last) + ", but 4 is there"});
    CHECK(spool->append(0, spooled("t", "x")) == 5);
    CHECK_FALSE(spool->commit());
    CHECK(spool->verify(false).empty());
  }
}

TEST_CASE("a message without a queue is found") {
  const SpoolFile file;
  fill(file);
  file.tamper("UPDATE message SET id = -1 WHERE id = 3");
  const Rows faults = file.open()->verify(false);
  REQUIRE(faults.size() == 2);
  CHECK(faults[0] == "message 140737488355327 belongs to no queue");
  CHECK(faults[1].starts_with("the totals of queue a are wrong"));
}

TEST_CASE("a message that is damaged is left out when the others are salvaged") {
  const SpoolFile file;
  fill(file);
  file.tamper("UPDATE message SET topic_name = 'a/#' WHERE id = 2");
  const auto spool = file.open();
  Rows salvaged;
  const auto visit = [&](const store::SpooledMessage& message) {
    salvaged.push_back(std::to_string(message.sequence));
    return true;
  };
  CHECK(spool->salvage(0, visit) == 1);
  CHECK(salvaged == Rows{"1", "3"});
  CHECK(spool->salvage_refused(0, [](const auto&) { return true; }) == 0);
  CHECK(spool->salvage(0, [](const auto&) { return false; }) == 0);
}

TEST_CASE("whatever page is lost, all others are salvaged, and what is not is counted") {
  const SpoolFile file;
  {
    const auto spool = file.open();
    const std::string payload(100, 'x');
    for (const char* name : {"a", "b"}) {
      const auto queue = spool->queue(name);
      for (int i = 0; i < 1000; ++i) spool->append(queue, spooled("t", payload));
    }
    REQUIRE_FALSE(spool->commit());
  }
  const std::string intact = test::content(file.path());
  constexpr std::size_t page = 8192;
  int lost_a_part = 0;
  for (std::size_t at = page; at < intact.size(); at += page) {
    std::string bytes = intact;
    bytes.replace(at, page, page, '\0');
    test::write(file.path(), bytes);
    std::string refusal;
    const auto spool = Spool::open(file.path(), Spool::Mode::look, refusal);
    if (!spool) continue;  // the page of the queues
    std::uint64_t read = 0;
    const auto count = [&](const store::SpooledMessage&) { return ++read != 0; };
    const std::uint64_t left_out = spool->salvage(0, count) + spool->salvage(1, count);
    CHECK(read + left_out == 2000);
    if (read < 2000 && read > 1900) ++lost_a_part;
  }
  CHECK(lost_a_part > 20);
}

TEST_CASE("of very many faults the first are named, and the others counted") {
  const SpoolFile file;
  {
    const auto spool = file.open();
    const auto queue = spool->queue("a");
    for (int i = 0; i < 1000; ++i) spool->append(queue, spooled("t", "x"));
    REQUIRE_FALSE(spool->commit());
  }
  file.tamper("UPDATE message SET flags = 9");
  const Rows faults = file.open()->verify(false);
  REQUIRE(faults.size() == 101);
  CHECK(faults.back() == "and 900 more faults");
}

TEST_CASE("whatever bytes are damaged, each call comes back with an answer") {
  const SpoolFile file;
  {
    const auto spool = file.open();
    const auto queue = spool->queue("a");
    wire::PropertyWriter properties;
    properties.add(wire::PropertyId::user_property, "site", "1");
    for (int i = 1; i <= 200; ++i) {
      store::SpooledMessage message = spooled("site/1", "0123456789abcdef");
      message.publish.properties = properties.view();
      spool->append(queue, message);
      if (i % 10 == 0) spool->refuse(queue, static_cast<std::uint64_t>(i), message.size(), "no");
    }
    spool->put_state("s", wire::as_bytes(std::string(20'000, 'x')));
    REQUIRE_FALSE(spool->commit());
  }
  const std::string intact = test::content(file.path());
  std::mt19937 random(3);
  int opened = 0;
  int faults = 0;
  for (int round = 0; round < 100; ++round) {
    std::string bytes = intact;
    for (std::uint64_t count = random() % 200; count > 0; --count) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    test::write(file.path(), bytes);
    std::string refusal;
    const auto spool = Spool::open(file.path(), Spool::Mode::existing, refusal);
    CHECK((spool == nullptr) == !refusal.empty());
    if (!spool) continue;
    ++opened;
    const auto queue = spool->queue("a");
    const auto all = [](const auto&) { return true; };
    std::error_code error;
    spool->find(queue, 100, all, error);
    if (spool->read(queue, 0, all) || spool->read_refused(queue, all)) ++faults;
    spool->state("s", error);
    spool->append(queue, spooled("t", "x"));
    spool->remove(queue, 1, 2);
    static_cast<void>(spool->commit());
    spool->verify(true);
    spool->requeue(queue, error);
    spool->purge(queue, std::nullopt, error);
  }
  CHECK(opened > 10);
  CHECK(faults > 10);
}
