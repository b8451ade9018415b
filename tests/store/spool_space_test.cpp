// A disk that is full for a while, a log that stays short, and memory that does.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <tests/store/full_disk.hpp>
#include <tests/store/spool_file.hpp>
#include <tests/support/sanitized.hpp>

using namespace mqrig;
using store::Spool;
using test::FullDisk;
using test::spooled;
using test::SpoolFile;
using test::totals;

namespace {

void put(Spool& spool, int count, std::string_view payload) {
  const auto queue = spool.queue("a");
  for (int i = 0; i < count; ++i) spool.append(queue, spooled("t", payload));
}

void remove_all(Spool& spool, std::uint64_t first, std::uint64_t last, std::uint64_t size) {
  for (std::uint64_t sequence = first; sequence <= last; ++sequence) {
    spool.remove(0, sequence, size);
  }
}

// By how much the memory of this process grew at most since this was made, in KiB.
class MemoryPeak {
 public:
  MemoryPeak() {
    std::ofstream("/proc/self/clear_refs") << 5;  // the peak is what is used now
    before_ = peak();
  }
  std::int64_t growth() const { return peak() - before_; }
  std::int64_t before() const { return before_; }

 private:
  static std::int64_t peak() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
      std::int64_t kilobytes = 0;
      if (word == "VmHWM:" && status >> kilobytes) return kilobytes;
    }
    FAIL("no VmHWM");
    return 0;
  }

  std::int64_t before_;
};

}  // namespace

TEST_CASE("messages that find no space are kept, and written when there is some") {
  const SpoolFile file;
  const std::string payload(999, 'x');
  {
    const auto spool = file.open();
    put(*spool, 3, payload);
    REQUIRE_FALSE(spool->commit());
    {
      const FullDisk disk(200'000);
      put(*spool, 997, payload);
      spool->remove(0, 1, 1000);
      spool->put_state("s", wire::as_bytes("new"));
      CHECK(spool->commit() == store::Error::no_space);
      CHECK(spool->dirty());
      CHECK(spool->urgent());
      CHECK(test::messages(*spool, 0).size() == 2);  // the first is removed, if not committed
      CHECK(totals(*spool, 0) == "999 999000 1000 0");
      std::error_code error;
      CHECK_FALSE(spool->state("s", error).has_value());
      CHECK(spool->commit() == store::Error::no_space);
      CHECK(spool->purge(0, std::nullopt, error) == 0);
      CHECK(error == store::Error::no_space);
      CHECK(spool->counters().failures == 3);
      remove_all(*spool, 5, 1000, 1000);
      CHECK_FALSE(spool->commit());  // what is left fits
      CHECK_FALSE(spool->dirty());
    }
    put(*spool, 1, payload);
    CHECK_FALSE(spool->commit());
  }
  const auto spool = file.open();
  CHECK(totals(*spool, 0) == "4 4000 1001 0");
  CHECK(test::messages(*spool, 0).size() == 4);
  CHECK(spool->verify(false).empty());
}

TEST_CASE("a spool that has filled its disk can be drained") {
  const SpoolFile file;
  const FullDisk disk(3'000'000);
  const std::string payload(999, 'x');
  {
    const auto spool = file.open();
    do {
      put(*spool, 10, payload);
    } while (!spool->commit());
    CHECK(std::filesystem::file_size(file.path()) > 2'500'000);
  }
  const auto spool = file.open();
  const std::uint64_t count = spool->totals(0).messages;
  CHECK(count > 2000);
  CHECK(spool->verify(false).empty());
  for (std::uint64_t first = 1; first <= count; first += 100) {
    remove_all(*spool, first, std::min(first + 99, count), 1000);
    REQUIRE_FALSE(spool->commit());
    spool->maintain();
  }
  CHECK(totals(*spool, 0) == "0 0 " + std::to_string(count) + " 0");
  CHECK(spool->verify(false).empty());
}

TEST_CASE("a purge that finds no space changes nothing") {
  const SpoolFile file;
  const auto spool = file.open();
  put(*spool, 3000, std::string(999, 'x'));
  for (std::uint64_t sequence = 1; sequence <= 2000; ++sequence) {
    spool->refuse(0, sequence, 1000, "no");
  }
  REQUIRE_FALSE(spool->commit());
  {
    const FullDisk disk(1);
    std::error_code error;
    CHECK(spool->requeue(0, error) == 0);
    CHECK(error == store::Error::no_space);
    CHECK(spool->purge(0, 1, error) == 0);
    CHECK(error == store::Error::no_space);
  }
  CHECK(totals(*spool, 0) == "1000 1000000 3000 2000");
  CHECK(spool->verify(false).empty());
}

TEST_CASE("the log and the file stay short while messages come and go") {
  for (const bool maintained : {true, false}) {
    const SpoolFile file;
    const auto spool = file.open();
    const std::string payload(999, 'x');
    std::uintmax_t longest = 0;
    for (std::uint64_t done = 0; done < 30'000; done += 500) {
      put(*spool, 500, payload);
      if (done != 0) remove_all(*spool, done - 499, done, 1000);
      REQUIRE_FALSE(spool->commit());
      if (maintained) spool->maintain();
      longest = std::max(longest, std::filesystem::file_size(file.path() + "-wal"));
    }
    CHECK(longest < (maintained ? 5U : 9U) * 1024 * 1024);
    CHECK(spool->counters().file_bytes == std::filesystem::file_size(file.path()) +
                                              std::filesystem::file_size(file.path() + "-wal"));
    CHECK(std::filesystem::file_size(file.path()) < 4 * 1024 * 1024);
  }
}

TEST_CASE("memory does not grow with the messages in a spool") {
  const SpoolFile file;
  const MemoryPeak memory;
  constexpr int messages = 250'000;
  const std::string payload(200, 'x');
  {
    const auto spool = file.open();
    for (int done = 0; done < messages; done += 10'000) {
      put(*spool, 10'000, payload);
      REQUIRE_FALSE(spool->commit());
    }
  }
  CHECK(std::filesystem::file_size(file.path()) > 50'000'000);
  const auto spool = file.open();
  int seen = 0;
  CHECK_FALSE(spool->read(0, 0, [&](const auto&) { return ++seen != 0; }));
  CHECK(seen == messages);
  CHECK(spool->verify(false).empty());
  std::error_code error;
  CHECK(spool->purge(0, 1, error) == messages);  // all were received at 0
  CHECK_FALSE(error);
#ifndef MQRIG_SANITIZED
  CHECK(memory.growth() < 30 * 1024);
#endif
}

TEST_CASE("one huge commit leaves no huge buffer behind") {
  const SpoolFile file;
  const auto spool = file.open();
  const std::string payload(1024 * 1024, 'x');
  put(*spool, 1, payload);
  REQUIRE_FALSE(spool->commit());
  const MemoryPeak before;
  put(*spool, 40, payload);
  REQUIRE_FALSE(spool->commit());
  const MemoryPeak after;
#ifndef MQRIG_SANITIZED
  CHECK(after.before() - before.before() < 30 * 1024);
#endif
}
