#include <doctest/doctest.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <mqrig/auth/password_file.hpp>

#include "temporary_folder.hpp"

using namespace mqrig::auth;
using tests::TemporaryFolder;

namespace {

std::string line(const std::string& user, const std::string& password, unsigned iterations = 1) {
  return user + ":" + PasswordHash::make(password, iterations).text() + "\n";
}

std::string error_of(const std::string& text) {
  return parse_password_file(text, "users").error;
}

// The least of some, and of this thread only: other processes take time too.
double seconds_to_check(const PasswordFile& file, std::string_view user) {
  const auto now = [] {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  };
  double least = 1e9;
  for (int times = 0; times < 3; ++times) {
    const double start = now();
    CHECK_FALSE(file.check(user, "wrong"));
    least = std::min(least, now() - start);
  }
  return least;
}

}  // namespace

TEST_CASE("a user of the file gets in with the right password only") {
  const auto result =
      parse_password_file(line("joe", "secret") + line("ann", "hidden", 2), "users");
  CHECK(result.error.empty());
  CHECK(result.file.size() == 2);
  CHECK(result.file.check("joe", "secret"));
  CHECK(result.file.check("ann", "hidden"));
  CHECK_FALSE(result.file.check("joe", "hidden"));
  CHECK_FALSE(result.file.check("joe", ""));
  CHECK_FALSE(result.file.check("jo", "secret"));
  CHECK_FALSE(result.file.check("", ""));
}

TEST_CASE("nobody gets in by an empty file") {
  CHECK_FALSE(PasswordFile().check("joe", "secret"));
}

TEST_CASE("comments, empty lines, blanks around fields and ends of lines do not matter") {
  std::string text = "# users\n\n  \n \t joe : " + line("", "secret").substr(1);
  text.insert(text.size() - 1, " \r");
  text += "#" + line("ann", "hidden");
  std::string last = line("bob", "third");
  last.pop_back();
  const auto result = parse_password_file(text + last, "users");
  CHECK(result.error.empty());
  CHECK(result.file.size() == 2);
  CHECK(result.file.check("joe", "secret"));
  CHECK(result.file.check("bob", "third"));
}

TEST_CASE("what is wrong is told with the file and the line") {
  CHECK(error_of("joe\n") == "users:1: expected USER:HASH, or a comment that starts with #");
  CHECK(error_of("#\n\n" + line("", "x")) == "users:3: no user before the colon");
  CHECK(error_of(line("joe", "a") + line("joe", "b")) == "users:2: a second line for user 'joe'");
  CHECK(error_of("joe:$7$1$x$y\n").starts_with("users:1: the hash of user 'joe' is not one of"));
}

TEST_CASE("a password that is not hashed is not shown, but how to hash it") {
  CHECK(error_of("joe:plain\n") ==
        "users:1: the password of user 'joe' is not hashed: set it with 'mqrig passwd users joe'");
  CHECK(error_of("joe:\n").find("not hashed") != std::string::npos);
}

TEST_CASE("a wrong password and an unknown user take the same time, whatever hash the user has") {
  PasswordFile file;
  REQUIRE(file.add("fast", PasswordHash::make("secret", 1)));
  REQUIRE(file.add("slow", PasswordHash::make("secret", 30'000)));
  const double slow = seconds_to_check(file, "slow");
  for (const auto* user : {"fast", "unknown", ""}) {
    CAPTURE(user);
    const double found = seconds_to_check(file, user);
    CHECK(found > slow / 3);
    CHECK(found < slow * 3);
  }
}

TEST_CASE("a file that others may read or change is warned about") {
  const TemporaryFolder folder;
  const std::string path = folder.write("users", line("joe", "secret"));
  const auto warning = [&path](mode_t mode) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    const PasswordFileResult result = load_password_file(path);
    CHECK(result.error.empty());
    CHECK(result.file.check("joe", "secret"));
    return result.warning;
  };
  CHECK(warning(0600).empty());
  CHECK(warning(0640).empty());
  CHECK(warning(0644) ==
        "every user of this machine can read '" + path + "': run 'chmod o= " + path + "'");
  CHECK(warning(0602).starts_with("every user of this machine can change"));
}

TEST_CASE("a file that cannot be read is named with the reason") {
  const TemporaryFolder folder;
  const std::string path = folder.path("none");
  CHECK(load_password_file(path).error == "cannot read '" + path + "': No such file or directory");
  CHECK(load_password_file(folder.path("")).error.ends_with("Is a directory"));
}
