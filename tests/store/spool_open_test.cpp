// Files that are taken for a spool, and files that are refused.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <mqrig/store/broker_store.hpp>

#include <tests/store/child_process.hpp>
#include <tests/store/file_content.hpp>
#include <tests/store/spool_file.hpp>

using namespace mqrig;
using store::Spool;
using test::ChildProcess;
using test::content;
using test::messages;
using test::spooled;
using test::SpoolFile;

namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void fill(const SpoolFile& file, int count) {
  const auto spool = file.open();
  const auto queue = spool->queue("a");
  for (int i = 0; i < count; ++i) spool->append(queue, spooled("t", "0123456789abcdef"));
  REQUIRE_FALSE(spool->commit());
}

// By a process that was killed when it had committed messages one by one, but for the first to the
// log alone.
void leave_in_use(const SpoolFile& file, int count = 2) {
  fill(file, 1);
  ChildProcess child([&](const ChildProcess::Report& report) {
    const auto spool = file.open();
    bool done = true;
    for (int i = 1; i < count; ++i) {
      spool->append(0, spooled("t", "second"));
      done = !spool->commit() && done;
    }
    report(done ? 1 : 0);
    ::pause();
  });
  REQUIRE(child.next() == 1U);
  child.kill();
}

// Opening is refused with this in the sentence, and the file is what it was.
void check_refused(const SpoolFile& file, const std::string& part) {
  const std::string before = content(file.path());
  for (const auto mode : {Spool::Mode::create, Spool::Mode::existing, Spool::Mode::look}) {
    const std::string refusal = file.refusal(mode);
    CHECK_MESSAGE(holds(refusal, part), refusal);
    CHECK(holds(refusal, file.path()));
    CHECK(content(file.path()) == before);
  }
}

}  // namespace

TEST_CASE("a spool and its log are for their owner only") {
  const SpoolFile file;
  fill(file, 1);
  const auto spool = file.open();
  spool->append(0, spooled("t", "x"));
  REQUIRE_FALSE(spool->commit());
  for (const std::string end : {"", "-wal"}) {
    struct stat status {};
    REQUIRE(::stat((file.path() + end).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600);
  }
}

TEST_CASE("a spool that must be there is not made") {
  const SpoolFile file;
  CHECK(holds(file.refusal(Spool::Mode::existing), "there is no spool " + file.path()));
  CHECK_FALSE(std::filesystem::exists(file.path()));
  test::write(file.path(), "");
  CHECK(holds(file.refusal(Spool::Mode::existing), "is empty and no spool of mqrig"));
  CHECK(content(file.path()).empty());
  fill(file, 1);
  CHECK(file.refusal(Spool::Mode::existing).empty());
}

TEST_CASE("a spool in use by another process is refused") {
  const SpoolFile file;
  ChildProcess child([&](const ChildProcess::Report& report) {
    std::string error;
    const auto spool = Spool::open(file.path(), Spool::Mode::create, error);
    report(spool ? 1 : 0);
    ::pause();
  });
  REQUIRE(child.next() == 1U);
  check_refused(file, "the spool " + file.path() + " is in use by another process: stop that one");
  child.kill();
  CHECK(file.refusal().empty());
}

TEST_CASE("a spool of a newer version is refused") {
  const SpoolFile file;
  fill(file, 1);
  file.tamper("PRAGMA user_version = 2");
  check_refused(file, "was written by a newer mqrig");
}

TEST_CASE("a spool that was in use when its process was killed is refused without its log") {
  const SpoolFile file;
  leave_in_use(file);
  const std::string log = file.path() + "-wal";
  const std::string whole = content(log);
  SUBCASE("which is gone") {
    std::filesystem::remove(log);
  }
  SUBCASE("which is empty") {
    test::write(log, "");
  }
  check_refused(file, "-wal, is missing, and with it what was committed last");
  test::write(log, whole);
  CHECK(file.open()->totals(0).messages == 2);
}

TEST_CASE("a spool whose log is damaged before its last commit is refused, and stays as it is") {
  const SpoolFile file;
  const std::string log = file.path() + "-wal";
  leave_in_use(file, 5);
  const std::string whole = content(log);
  for (const auto& row : {
           std::pair{0U, "damaged at its beginning"},     // the magic number
           std::pair{20U, "damaged at its beginning"},    // the salt
           std::pair{26U, "damaged at its beginning"},    // the sum
           std::pair{32U + 8, "damaged in its middle"},   // of the first entry: its salt
           std::pair{32U + 16, "damaged in its middle"},  // its sum
           std::pair{9000U, "damaged in its middle"},     // a page
       }) {
    const unsigned byte = row.first;
    CAPTURE(byte);
    std::string bytes = whole;
    bytes[byte] = static_cast<char>(bytes[byte] ^ 1);
    test::write(log, bytes);
    check_refused(file, row.second);
    CHECK(content(log) == bytes);
  }
  CHECK(file.refusal(Spool::Mode::salvage).empty());
}

TEST_CASE("a spool that is only looked at stays as it is") {
  const SpoolFile file;
  const std::string log = file.path() + "-wal";
  SUBCASE("in use when its process was killed") {
    leave_in_use(file);
  }
  SUBCASE("closed") {
    fill(file, 2);
  }
  const bool killed = std::filesystem::exists(log);
  const std::string before = content(file.path());
  const std::string log_before = content(log);
  {
    std::string error;
    const auto spool = Spool::open(file.path(), Spool::Mode::look, error);
    REQUIRE_MESSAGE(spool != nullptr, error);
    CHECK(messages(*spool, 0).size() == 2);
    CHECK(spool->verify(false).empty());
  }
  CHECK(content(file.path()) == before);
  CHECK(std::filesystem::exists(log) == killed);
  CHECK(content(log) == log_before);
}

TEST_CASE("a spool behind a symbolic link is found with its log") {
  const SpoolFile file;
  const SpoolFile link;
  fill(file, 1);
  std::filesystem::create_symlink(file.path(), link.path());
  leave_in_use(link);
  CHECK(link.open()->totals(0).messages == 3);
  leave_in_use(link);
  std::filesystem::remove(file.path() + "-wal");
  CHECK(holds(link.refusal(), file.path() + "-wal, is missing"));
}

TEST_CASE("a spool without its log is taken when a person says so") {
  const SpoolFile file;
  leave_in_use(file);
  std::filesystem::remove(file.path() + "-wal");
  CHECK(file.refusal(Spool::Mode::salvage).empty());
  CHECK(file.open()->totals(0).messages == 1);
}

TEST_CASE("a spool whose log was cut short is as it was at an earlier commit") {
  const SpoolFile file;
  const std::string log = file.path() + "-wal";
  ChildProcess child([&](const ChildProcess::Report& report) {
    const auto spool = file.open();
    const auto queue = spool->queue("a");
    for (std::uint64_t i = 0; i < 30; ++i) {
      spool->append(queue, spooled("t", "0123456789abcdef"));
      spool->put_state("s", wire::as_bytes(std::to_string(i + 1)));
      if (spool->commit()) return;
    }
    report(1);
    ::pause();
  });
  REQUIRE(child.next() == 1U);
  child.kill();
  std::filesystem::resize_file(log, std::filesystem::file_size(log) / 2);
  const auto spool = file.open();
  CHECK(spool->verify(false) == test::Rows{});
  std::error_code error;
  CHECK(spool->state("s", error) == std::to_string(spool->totals(0).messages));
  CHECK(spool->totals(0).messages > 5);
  CHECK(spool->totals(0).messages < 25);
}

TEST_CASE("what is no spool is refused") {
  const SpoolFile file;
  SUBCASE("the state of a broker, and a spool is no state of a broker") {
    std::string error;
    store::BrokerStore::open(file.path(), error);
    check_refused(file, "is the state of a broker and no spool of mqrig");
    const SpoolFile spool;
    fill(spool, 1);
    CHECK(store::BrokerStore::open(spool.path(), error) == nullptr);
    CHECK_MESSAGE(holds(error, "and no state file of mqrig"), error);
  }
  SUBCASE("the database of another program") {
    file.tamper("CREATE TABLE recipe (name TEXT)");
    check_refused(file, "is an SQLite database, but no spool of mqrig");
  }
  SUBCASE("no database") {
    test::write(file.path(), std::string(10'000, 'x'));
    check_refused(file, "is damaged, or no spool of mqrig");
  }
  SUBCASE("a folder") {
    std::string error;
    CHECK(Spool::open(file.folder(), Spool::Mode::create, error) == nullptr);
    CHECK_MESSAGE(holds(error, "no regular file"), error);
  }
}

TEST_CASE("a spool in a folder that cannot be written is refused") {
  const SpoolFile file;
  fill(file, 1);
  if (::geteuid() == 0) return;  // root may write everywhere
  std::filesystem::permissions(
      file.folder(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  check_refused(file, "and its folder cannot be written");
  std::filesystem::permissions(file.folder(), std::filesystem::perms::owner_all);
}

TEST_CASE("a spool that cannot be a spool any more is refused") {
  const SpoolFile file;
  fill(file, 5000);
  std::string bytes = content(file.path());
  SUBCASE("its end is missing") {
    bytes.resize(bytes.size() / 2);
  }
  SUBCASE("the tables are unreadable") {
    bytes.replace(100, 1000, 1000, '\xA5');
  }
  test::write(file.path(), bytes);
  check_refused(file, "is damaged");
}

TEST_CASE("a spool without one of its tables, or with queues that cannot be, is refused") {
  const SpoolFile file;
  fill(file, 1);
  SUBCASE("a table") {
    file.tamper("DROP TABLE refused_message");
  }
  SUBCASE("a number") {
    file.tamper("UPDATE queue SET id = 65536");
  }
  check_refused(file, "is damaged");
}

TEST_CASE("a page that is damaged is found when it is read") {
  const SpoolFile file;
  fill(file, 5000);
  std::string bytes = content(file.path());
  bytes.replace(bytes.size() / 16384 * 8192, 8192, 8192, '\xA5');
  test::write(file.path(), bytes);
  const auto spool = file.open();
  std::uint64_t seen = 0;
  CHECK(spool->read(0, 0, [&](const store::SpooledMessage&) { return ++seen != 0; }) ==
        store::Error::damaged);
  CHECK(seen > 0);
  CHECK(seen < 5000);
  CHECK_FALSE(spool->verify(true).empty());
}
