#include <doctest/doctest.h>

#include <cerrno>
#include <csignal>
#include <mqrig/auth/token_settings.hpp>
#include <thread>

#include "made_jwt.hpp"
#include "temporary_folder.hpp"

using namespace mqrig::auth;
using namespace std::chrono_literals;
using std::chrono::system_clock;
using tests::TemporaryFolder;

namespace {

TokenResult fetch(const std::string& command, std::chrono::milliseconds timeout = 30s,
                  std::stop_token stop = {}) {
  TokenSettings settings;
  settings.command = command;
  settings.command_timeout = timeout;
  std::string error;
  const auto source = make_token_source(std::move(settings), error);
  REQUIRE(source);
  return source->fetch(stop);
}

std::string text_of(const TokenResult& result) {
  return result.token ? std::string(result.token->text.view()) : "error: " + result.error;
}

std::string error_of(const TokenResult& result) {
  CHECK(!result.token);
  return result.error;
}

// The process whose number stands in the file is gone, or what is left of it waits for init.
bool is_gone(const std::string& pid) {
  std::ifstream stat("/proc/" + pid + "/stat");
  std::string number, name, state;
  return !(stat >> number >> name >> state) || state == "Z";
}

void expect_gone(const std::string& pid) {
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (!is_gone(pid) && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  CHECK(is_gone(pid));
}

}  // namespace

TEST_CASE("what a command prints is the token") {
  CHECK(text_of(fetch("echo to''ken")) == "token");
  CHECK(text_of(fetch("printf '%s' abc.def-ghi")) == "abc.def-ghi");
  CHECK(text_of(fetch("cat; echo reads-nothing")) == "reads-nothing");
}

TEST_CASE("a command may print the answer of a provider") {
  const auto before = system_clock::now();
  const TokenResult result = fetch(R"(echo '{"access_token":"abc","expires_in":60,"more":[]}')");
  CHECK(text_of(result) == "abc");
  CHECK(*result.token->expires >= before + 60s);
  CHECK(*result.token->expires - *result.token->issued == 60s);
  CHECK(text_of(fetch(R"(echo '{"access_token":"abc","expires_in":"60"}')")) == "abc");
}

TEST_CASE("a life that is not told is that of the token itself") {
  const std::string token = tests::made_jwt(R"({"exp":4102444800})");
  for (const char* const life : {"null", "0", R"("")", R"("soon")", "[]"}) {
    CAPTURE(life);
    const TokenResult result =
        fetch("echo '{\"access_token\":\"" + token + "\",\"expires_in\":" + life + "}'");
    CHECK(text_of(result) == token);
    CHECK(result.token->expires == system_clock::from_time_t(4'102'444'800));
  }
}

TEST_CASE("a bearer token is called so in any case, or not at all") {
  for (const char* const type : {R"("Bearer")", R"("bearer")", R"("BEARER")", "null"}) {
    CAPTURE(type);
    CHECK(text_of(fetch(R"(echo '{"access_token":"abc","token_type":)" + std::string(type) +
                        "}'")) == "abc");
  }
}

TEST_CASE("a command may print an ExecCredential of Kubernetes") {
  const TokenResult result = fetch(
      R"(echo '{"kind":"ExecCredential","status":{"token":"abc","expirationTimestamp":"2100-01-01T00:00:00Z"}}')");
  CHECK(text_of(result) == "abc");
  CHECK(result.token->expires == system_clock::from_time_t(4'102'444'800));
  CHECK(text_of(fetch(R"(echo '{"status":{"token":"abc"}}')")) == "abc");
}

TEST_CASE("JSON without a token that is still good is an error that shows nothing of it") {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"access_token":)", "JSON that is not well-formed"},
      {R"({"hidden":"hidden"})", "no \"access_token\""},
      {R"({"access_token":{"hidden":1}})", "no \"access_token\""},
      {R"({"access_token":"hidden","expires_in":-1})", "expired at "},
      {R"({"access_token":"hidden","token_type":"DPoP"})", "a token of the type 'DPoP'"},
      {R"({"access_token":"hidden","token_type":7})", "a token of a type that is no text"},
      {R"({"status":{}})", "an ExecCredential without a token"},
      {R"({"status":{"token":"hidden","expirationTimestamp":"2100"}})", "no time in UTC"},
      {R"({"status":{"token":"hidden","expirationTimestamp":"2020-01-01T00:00:00.5Z"}})",
       "expired at 2020-01-01 00:00:00 UTC"},
  };
  for (const auto& each : cases) {
    const auto& json = each.first;
    const auto& text = each.second;
    CAPTURE(json);
    const std::string error = error_of(fetch("echo '" + std::string(json) + "'"));
    CHECK(error.starts_with("what the token command printed holds "));
    CHECK(error.find(text) != std::string::npos);
    CHECK(error.find("hidden") == std::string::npos);
  }
}

TEST_CASE("a command that fails says how, and what it printed counts for nothing") {
  CHECK(error_of(fetch("echo hidden; exit 3")) == "the token command ended with exit code 3");
  CHECK(error_of(fetch("kill -9 $$")) == "the token command was ended by signal 9 (Killed)");
  CHECK(error_of(fetch("true")) == "what the token command printed is empty: a token was expected");
  CHECK(!fetch("exit 1").permanent);
  CHECK(fetch("exit 1").fault == TokenFault::command_failed);
  CHECK(fetch("true").fault == TokenFault::input);
  CHECK(fetch("/no/such/program 2>&-").permanent);
}

TEST_CASE("a command whose end nobody can know has failed") {
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  const std::string error = error_of(fetch("echo token; exit 3"));
  std::signal(SIGCHLD, before);
  CHECK(error.find("SIGCHLD is ignored") != std::string::npos);
}

TEST_CASE("a command that prints without end is killed") {
  const std::string error = error_of(fetch("while :; do echo hidden-hidden-hidden; done"));
  CHECK(error == "the token command printed more than 65536 bytes and was killed");
  CHECK(error_of(fetch("head -c 65536 /dev/zero | tr '\\0' x")).find("65535") != std::string::npos);
  CHECK(text_of(fetch("head -c 65535 /dev/zero | tr '\\0' x; echo")).size() == 65'535);
}

TEST_CASE("a command that hangs is killed with all that it started") {
  const TemporaryFolder folder;
  const std::string command = "sleep 1000 & echo $! > '" + folder.path("pid") + "'; wait";
  CHECK(error_of(fetch(command, 200ms)) == "the token command did not end in time and was killed");
  expect_gone(folder.read("pid").substr(0, folder.read("pid").find('\n')));
}

TEST_CASE("what a command leaves running holds up nobody, and is killed") {
  const TemporaryFolder folder;
  CHECK(text_of(fetch("sleep 1000 & echo $! > '" + folder.path("pid") + "'; echo token")) ==
        "token");
  expect_gone(folder.read("pid").substr(0, folder.read("pid").find('\n')));
}

TEST_CASE("a command that closes its output is waited for") {
  CHECK(error_of(fetch("exec >&-; exit 4")) == "the token command ended with exit code 4");
}

TEST_CASE("a command is stopped when it is asked for") {
  std::stop_source stop;
  const TemporaryFolder folder;
  ::system(("mkfifo '" + folder.path("started") + "'").c_str());
  std::thread other([&] {
    folder.read("started");  // waits for the command
    stop.request_stop();
  });
  const TokenResult result =
      fetch("echo > '" + folder.path("started") + "'; sleep 1000", 30s, stop.get_token());
  other.join();
  CHECK(error_of(result) == "the token command was stopped");
  CHECK(!result.permanent);
  CHECK(error_of(fetch("sleep 1000", 30s, stop.get_token())) == "the token command was stopped");
}
