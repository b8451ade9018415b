// Messages that wait for a person's decision, and queues that are emptied.
#include <doctest/doctest.h>

#include <tests/store/spool_file.hpp>

using namespace mqrig;
using store::Spool;
using test::messages;
using test::refused;
using test::Rows;
using test::spooled;
using test::SpoolFile;
using test::totals;

namespace {

// Queue "a" with messages 1 to 4, received at 100, 200, ..., and "b" with one.
void fill(Spool& spool) {
  for (const char* queue : {"a", "b"}) spool.queue(queue);
  for (int i = 1; i <= 4; ++i) {
    store::SpooledMessage message = spooled("t", "x");
    message.received_at = i * 100;
    spool.append(0, message);
  }
  spool.append(1, spooled("t", "y"));
  REQUIRE_FALSE(spool.commit());
}

}  // namespace

TEST_CASE("a refused message leaves its queue and is kept with the reason") {
  const SpoolFile file;
  {
    const auto spool = file.open();
    fill(*spool);
    spool->refuse(0, 2, 2, "Not authorized");
    CHECK(spool->dirty());
    CHECK(messages(*spool, 0) == Rows{"1 t x", "3 t x", "4 t x"});
    REQUIRE_FALSE(spool->commit());
  }
  const auto spool = file.open();
  CHECK(messages(*spool, 0) == Rows{"1 t x", "3 t x", "4 t x"});
  CHECK(refused(*spool, 0) == Rows{"2 t x: Not authorized"});
  CHECK(refused(*spool, 1).empty());
  CHECK(totals(*spool, 0) == "3 6 4 1");
  CHECK_FALSE(spool->read_refused(0, [](const store::RefusedMessage& message) {
    CHECK(message.message.received_at == 200);
    CHECK(message.refused_at > 1'700'000'000'000);
    return true;
  }));
}

TEST_CASE("a message can be refused before it was committed") {
  const SpoolFile file;
  const auto spool = file.open();
  const auto queue = spool->queue("a");
  spool->append(queue, spooled("t", "x"));
  spool->refuse(queue, 1, 2, "too large");
  REQUIRE_FALSE(spool->commit());
  CHECK(messages(*spool, queue).empty());
  CHECK(refused(*spool, queue) == Rows{"1 t x: too large"});
  CHECK(totals(*spool, queue) == "0 0 1 1");
}

TEST_CASE("refused messages go back to the end of their queue, oldest first") {
  const SpoolFile file;
  const auto spool = file.open();
  fill(*spool);
  for (const std::uint64_t sequence : {3U, 1U}) spool->refuse(0, sequence, 2, "no");
  std::error_code error;
  CHECK(spool->requeue(0, error) == 2);
  CHECK_FALSE(error);
  CHECK(messages(*spool, 0) == Rows{"2 t x", "4 t x", "5 t x", "6 t x"});
  std::vector<std::int64_t> received;
  CHECK_FALSE(spool->read(0, 4, [&](const store::SpooledMessage& message) {
    received.push_back(message.received_at);
    return true;
  }));
  CHECK(received == std::vector<std::int64_t>{100, 300});
  CHECK(totals(*spool, 0) == "4 8 6 0");
  CHECK(spool->requeue(1, error) == 0);
  CHECK(spool->verify(false).empty());
}

TEST_CASE("a queue is emptied, all of it or what is older than a time") {
  const SpoolFile file;
  const auto spool = file.open();
  fill(*spool);
  spool->refuse(0, 4, 2, "no");
  std::error_code error;
  SUBCASE("all") {
    CHECK(spool->purge(0, std::nullopt, error) == 3);
    CHECK(totals(*spool, 0) == "0 0 4 1");
  }
  SUBCASE("older") {
    CHECK(spool->purge(0, 300, error) == 2);
    CHECK(messages(*spool, 0) == Rows{"3 t x"});
    CHECK(totals(*spool, 0) == "1 2 4 1");
  }
  SUBCASE("nothing is so old") {
    CHECK(spool->purge(0, 100, error) == 0);
    CHECK(totals(*spool, 0) == "3 6 4 1");
  }
  SUBCASE("the refused ones") {
    CHECK(spool->purge_refused(0, error) == 1);
    CHECK(refused(*spool, 0).empty());
    CHECK(totals(*spool, 0) == "3 6 4 0");
  }
  CHECK_FALSE(error);
  CHECK(messages(*spool, 1) == Rows{"1 t y"});
  CHECK(spool->append(0, spooled("t", "x")) == 5);
  CHECK(spool->verify(false).empty());
}
