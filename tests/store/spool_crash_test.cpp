// Processes that are killed while they commit to a spool, and machines that lose their power.
#include <doctest/doctest.h>

#include <chrono>
#include <random>

#include <tests/store/child_process.hpp>
#include <tests/store/spool_file.hpp>
#include <tests/store/synced_files.hpp>

using namespace mqrig;
using store::Spool;
using test::ChildProcess;
using test::Rows;
using test::SpoolFile;

namespace {

constexpr std::uint64_t messages_a_step = 20;

// Numbered changes that touch every table: 20 messages come, those of the last step leave, but for
// one that is refused; the state is the number.
void step(Spool& spool, std::uint64_t number, std::string_view payload) {
  const auto queue = spool.queue("a");
  const std::uint64_t last = spool.totals(queue).last_sequence;
  for (std::uint64_t i = 0; i < messages_a_step; ++i) {
    spool.append(queue, test::spooled("t", payload));
  }
  const std::uint64_t size = 1 + payload.size();
  for (std::uint64_t i = 0; number > 1 && i < messages_a_step; ++i) {
    if (i == 7) {
      spool.refuse(queue, last - i, size, "no");
    } else {
      spool.remove(queue, last - i, size);
    }
  }
  spool.put_state("s", wire::as_bytes(std::to_string(number)));
}

std::uint64_t number_of(Spool& spool) {
  std::error_code error;
  const auto state = spool.state("s", error);
  CHECK_FALSE(error);
  return state ? std::stoull(*state) : 0;
}

// The file holds this step, all of it, and nothing of the next one.
void check_step(Spool& spool, std::uint64_t number, std::string_view payload) {
  CHECK(spool.verify(false) == Rows{});
  if (number == 0) return;
  Rows expected;
  const std::uint64_t last = number * messages_a_step;
  for (std::uint64_t sequence = last - messages_a_step + 1; sequence <= last; ++sequence) {
    expected.push_back(std::to_string(sequence) + " t " + std::string(payload));
  }
  CHECK(test::messages(spool, 0) == expected);
  CHECK(test::refused(spool, 0).size() == number - 1);
  CHECK(spool.totals(0).last_sequence == last);
}

// Commits one step after the other, and reports each when commit() has returned.
void commit_steps(const SpoolFile& file, std::uint64_t number, std::string_view payload,
                  const ChildProcess::Report& report) {
  std::string error;
  const auto spool = Spool::open(file.path(), Spool::Mode::create, error);
  while (spool) {
    step(*spool, ++number, payload);
    if (spool->commit()) return;
    report(number);
    spool->maintain();
  }
}

}  // namespace

TEST_CASE("after kill -9 at any moment a spool holds all reported commits, and no half of one") {
  // The longer payload makes a checkpoint every few dozen commits.
  for (const std::size_t size : {std::size_t{16}, std::size_t{4096}}) {
    const SpoolFile file;
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

      const auto spool = file.open();
      number = number_of(*spool);
      REQUIRE(number >= reported);
      REQUIRE(number <= reported + 1);
      check_step(*spool, number, payload);
    }
  }
}

TEST_CASE("after a loss of power at any moment a spool holds all reported commits") {
  const SpoolFile file;
  const std::string payload(16384, 'x');
  std::uint64_t reported = 0;
  std::size_t cuts = 0;
  std::unique_ptr<test::SyncedFiles> disk;
  const auto cut = [&] {
    ++cuts;
    const SpoolFile survivor;
    disk->copy_to(survivor.folder());
    const auto spool = survivor.open();
    const std::uint64_t number = number_of(*spool);
    CHECK(number >= reported);  // no REQUIRE: no exception may pass through SQLite
    check_step(*spool, number, payload);
  };
  disk = std::make_unique<test::SyncedFiles>(file.folder(), cut);
  {
    const auto spool = file.open();
    for (std::uint64_t number = 1; number <= 15; ++number) {
      step(*spool, number, payload);
      REQUIRE_FALSE(spool->commit());
      reported = number;
      cut();
      spool->maintain();
    }
  }
  CHECK(cuts > 30);  // at each sync, and after each commit
}
