// Files that the store takes, and files that it refuses.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <tests/store/child_process.hpp>
#include <tests/store/file_content.hpp>
#include <tests/store/state_file.hpp>

using namespace mqrig;
using test::ChildProcess;
using test::content;
using test::StateFile;
using test::write;

namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

unsigned mode(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

void fill(const StateFile& file, std::uint64_t messages) {
  const auto store = file.open();
  for (std::uint64_t id = 1; id <= messages; ++id) store->put_message(test::message(id));
  REQUIRE_FALSE(store->commit());
}

// Opening is refused with this in the sentence, and the file is what it was.
void check_refused(const StateFile& file, const std::string& part) {
  const std::string before = content(file.path());
  const std::string refusal = file.refusal();
  CHECK_MESSAGE(holds(refusal, part), refusal);
  CHECK(holds(refusal, file.path()));
  CHECK(content(file.path()) == before);
}

}  // namespace

TEST_CASE("only its owner can read a state file and its log") {
  const StateFile file;
  const mode_t old = ::umask(0);
  fill(file, 1);
  const auto store = file.open();
  store->put_message(test::message(2));
  REQUIRE_FALSE(store->commit());
  ::umask(old);
  CHECK(mode(file.path()) == 0600);
  CHECK(mode(file.path() + "-wal") == 0600);
}

TEST_CASE("an empty file is a new one") {
  const StateFile file;
  write(file.path(), "");
  fill(file, 1);
  CHECK(test::rows(*file.open()).size() == 1);
}

TEST_CASE("the log is part of the file") {
  const StateFile file;
  const StateFile copy;
  const auto store = file.open();
  store->put_message(test::message(1));
  REQUIRE_FALSE(store->commit());
  for (const std::string end : {"", "-wal"}) {
    std::filesystem::copy_file(file.path() + end, copy.path() + end);
  }
  CHECK(test::rows(*copy.open()).size() == 1);
}

TEST_CASE("a file in use is refused, by this process and by others") {
  const StateFile file;
  SUBCASE("this process") {
    const auto store = file.open();
    check_refused(file, "is in use by another process: stop that one");
    // Refusing has not opened the door for others.
    ChildProcess child([&](const ChildProcess::Report& report) {
      std::string error;
      report(store::BrokerStore::open(file.path(), error) ? 1 : 0);
    });
    CHECK(child.next() == 0U);
    store->put_message(test::message(1));
    CHECK_FALSE(store->commit());
  }
  SUBCASE("another process") {
    ChildProcess child([&](const ChildProcess::Report& report) {
      std::string error;
      const auto store = store::BrokerStore::open(file.path(), error);
      report(store ? 1 : 0);
      ::pause();
    });
    REQUIRE(child.next() == 1U);
    check_refused(file, "is in use by another process: stop that one");
    child.kill();
    CHECK(file.refusal().empty());
  }
}

TEST_CASE("a file of a newer version is refused") {
  const StateFile file;
  fill(file, 1);
  file.tamper("PRAGMA user_version = 2");
  check_refused(file, "was written by a newer mqrig");
}

TEST_CASE("the database of another program is refused") {
  const StateFile file;
  file.tamper("CREATE TABLE recipe (name TEXT); INSERT INTO recipe VALUES ('soup')");
  check_refused(file, "no state file of mqrig");
}

TEST_CASE("a file that is no database is refused") {
  const StateFile file;
  write(file.path(), std::string(10'000, 'x'));
  check_refused(file, "no state file of mqrig");
}

TEST_CASE("a damaged file is refused") {
  const StateFile file;
  fill(file, 5000);
  std::string bytes = content(file.path());
  SUBCASE("its end is missing") {
    bytes.resize(bytes.size() / 2);
  }
  SUBCASE("a page is overwritten") {
    bytes.replace(bytes.size() / 2, 8192, 8192, '\xA5');
  }
  SUBCASE("the tables are unreadable") {
    bytes.replace(100, 1000, 1000, '\xA5');
  }
  write(file.path(), bytes);
  check_refused(file, "is damaged");
}

TEST_CASE("a file without one of the tables is refused") {
  const StateFile file;
  fill(file, 1);
  file.tamper("DROP TABLE delivery");
  check_refused(file, "is damaged");
}

TEST_CASE("values that were never written are found when loading") {
  const StateFile file;
  {
    const auto store = file.open();
    store::SessionRecord session;
    session.id = 1;
    session.will.emplace();
    store->put_session(session);
    store::SubscriptionRecord subscription;
    subscription.session = 1;
    store->put_subscription(subscription);
    store->put_message(test::message(1));
    store->put_delivery(test::delivery(1));
    store->put_received(1, 1);
    REQUIRE_FALSE(store->commit());
  }
  class Nobody final : public store::BrokerStore::Loader {
   public:
    void session(const store::SessionRecord&) override {}
    void subscription(const store::SubscriptionRecord&) override {}
    void message(const store::MessageRecord&) override {}
    void retained(std::string_view, std::uint64_t) override {}
    void received(std::uint64_t, wire::PacketId) override {}
    void delivery(const store::DeliveryRecord&) override {}
  } nobody;
  REQUIRE_FALSE(file.open()->load(nobody));
  for (const char* sql :
       {"UPDATE session SET protocol_version = 6", "UPDATE session SET will_qos = 3",
        "UPDATE session SET session_expiry_interval = 4294967296",
        "UPDATE session SET session_expiry_interval = -1",
        "UPDATE subscription SET subscription_options = 3",
        "UPDATE subscription SET subscription_options = 48",
        "UPDATE application_message SET qos = 3", "UPDATE application_message SET retain = 2",
        "UPDATE delivery SET qos = 0", "UPDATE delivery SET packet_identifier = 65536",
        "UPDATE received_packet_identifier SET packet_identifier = 0"}) {
    CAPTURE(sql);
    const StateFile damaged;
    std::filesystem::copy_file(file.path(), damaged.path());
    damaged.tamper(sql);
    CHECK(damaged.open()->load(nobody) == store::Error::damaged);
  }
}

TEST_CASE("a path where no file can be is refused") {
  const StateFile file;
  std::string error;
  const std::string& folder = file.folder();
  CHECK(store::BrokerStore::open(folder, error) == nullptr);
  CHECK_MESSAGE(holds(error, "no regular file"), error);
  CHECK(store::BrokerStore::open(folder + "/none/state.db", error) == nullptr);
  CHECK_MESSAGE(holds(error, "No such file or directory"), error);
  CHECK(store::BrokerStore::open("", error) == nullptr);
  CHECK_MESSAGE(holds(error, "No such file or directory"), error);
}

TEST_CASE("names that mean something to SQLite are names of files") {
  const StateFile file;
  const std::filesystem::path old = std::filesystem::current_path();
  std::filesystem::current_path(file.folder());
  for (const char* name : {":memory:", "file:state?mode=memory"}) {
    std::string error;
    CHECK_MESSAGE(store::BrokerStore::open(name, error) != nullptr, error);
    CHECK(std::filesystem::file_size(name) > 0);
  }
  std::filesystem::current_path(old);
}
