#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <mqrig/auth/token_settings.hpp>
#include <thread>

#include "made_jwt.hpp"
#include "temporary_folder.hpp"

using namespace mqrig::auth;
using namespace std::chrono_literals;
using std::chrono::system_clock;
using tests::made_jwt;
using tests::TemporaryFolder;

namespace {

std::unique_ptr<TokenSource> source_of(TokenSettings settings) {
  std::string error;
  auto source = make_token_source(std::move(settings), error);
  REQUIRE(source);
  return source;
}

std::unique_ptr<TokenSource> file_source(const std::string& path) {
  TokenSettings settings;
  settings.file = path;
  return source_of(std::move(settings));
}

std::string seconds_from_now(std::chrono::seconds offset) {
  return std::to_string(system_clock::to_time_t(system_clock::now() + offset));
}

}  // namespace

TEST_CASE("the token of a file is read anew each time, without line ends") {
  const TemporaryFolder folder;
  const auto source = file_source(folder.write("token", "first\n"));
  TokenResult result = source->fetch({});
  REQUIRE(result.token);
  CHECK(result.token->text.view() == "first");
  CHECK(!result.token->expires);
  folder.write("token", "second\r\n");
  CHECK(source->fetch({}).token->text.view() == "second");
}

TEST_CASE("a token that is a JWT brings what it says of itself along") {
  const TemporaryFolder folder;
  const auto source = file_source(folder.write(
      "token", made_jwt(R"({"sub":"joe","aud":["a","b"],"iat":1000,"exp":4000000000})")));
  const TokenResult result = source->fetch({});
  REQUIRE(result.token);
  CHECK(result.token->subject == "joe");
  CHECK(result.token->audience == "a, b");
  CHECK(result.token->issued == system_clock::from_time_t(1000));
  CHECK(result.token->expires == system_clock::from_time_t(4'000'000'000));
}

TEST_CASE("a file that holds no token is said to hold none, and nothing of it is shown") {
  const TemporaryFolder folder;
  const std::string early = made_jwt("{\"nbf\":" + seconds_from_now(1h) + "}");
  const std::pair<std::string, std::string> cases[] = {
      {"", "is empty"},
      {"\n", "is empty"},
      {"hidden\nhidden\n", "blanks, line ends"},
      {"hidden hidden", "blanks, line ends"},
      {"hidden\xC3\xA4", "other characters"},
      {std::string(65'536, 'x'), "more than the 65535 bytes"},
      {made_jwt(R"({"exp":1000})"), "expired at 1970-01-01 00:16:40 UTC"},
      {early, "is not valid before "},
  };
  for (const auto& each : cases) {
    const auto& content = each.first;
    const auto& text = each.second;
    CAPTURE(text);
    const std::string path = folder.write("token", content);
    const TokenResult result = file_source(path)->fetch({});
    CHECK(!result.token);
    CHECK(!result.permanent);
    const bool of_time = text.find("expired") == 0 || text.find("is not valid") == 0;
    CHECK(result.fault == (of_time ? TokenFault::refused : TokenFault::input));
    CHECK(result.error.starts_with("the token file '" + path + "' "));
    CHECK(result.error.find(text) != std::string::npos);
    CHECK(result.error.find("hidden") == std::string::npos);
  }
}

TEST_CASE("clocks that differ by a little do not matter for a token just made") {
  const TemporaryFolder folder;
  const std::string claims = "{\"nbf\":" + seconds_from_now(30s) + "}";
  CHECK(file_source(folder.write("token", made_jwt(claims)))->fetch({}).token);
}

TEST_CASE("a file that is missing has to be made by a person") {
  const TemporaryFolder folder;
  const TokenResult result = file_source(folder.path("none"))->fetch({});
  CHECK(result.error ==
        "cannot read the token file '" + folder.path("none") + "': No such file or directory");
  CHECK(result.fault == TokenFault::input);
  CHECK(result.permanent);
}

TEST_CASE("a pipe that nobody writes into holds up nobody who stops") {
  const TemporaryFolder folder;
  REQUIRE(::mkfifo(folder.path("token").c_str(), 0600) == 0);
  std::stop_source stop;
  std::thread other([&] { stop.request_stop(); });
  CHECK(!file_source(folder.path("token"))->fetch(stop.get_token()).token);
  other.join();
}

TEST_CASE("a pipe may hold the token") {
  const TemporaryFolder folder;
  REQUIRE(::mkfifo(folder.path("token").c_str(), 0600) == 0);
  std::thread other([&] { folder.write("token", "piped\n"); });
  const TokenResult result = file_source(folder.path("token"))->fetch({});
  other.join();
  REQUIRE(result.token);
  CHECK(result.token->text.view() == "piped");
}

TEST_CASE("the environment holds a token, or the name is said") {
  TokenSettings settings;
  settings.environment = "MQRIG_TEST_TOKEN";
  const auto source = source_of(std::move(settings));
  ::unsetenv("MQRIG_TEST_TOKEN");
  TokenResult result = source->fetch({});
  CHECK(result.error.find("MQRIG_TEST_TOKEN, which is to hold the token, is not set") !=
        std::string::npos);
  CHECK(result.permanent);
  ::setenv("MQRIG_TEST_TOKEN", "value", 1);
  result = source->fetch({});
  REQUIRE(result.token);
  CHECK(result.token->text.view() == "value");
  ::setenv("MQRIG_TEST_TOKEN", "", 1);
  result = source->fetch({});
  CHECK(result.error.find("MQRIG_TEST_TOKEN is empty") != std::string::npos);
  CHECK(result.permanent);
  ::unsetenv("MQRIG_TEST_TOKEN");
}

TEST_CASE("there is exactly one source") {
  std::string error;
  CHECK(!make_token_source({}, error));
  CHECK(error == "no source of tokens is given");
  TokenSettings settings;
  settings.file = "token";
  settings.command = "true";
  CHECK(!make_token_source(std::move(settings), error));
  CHECK(error.find("only one of them") != std::string::npos);
}
