#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <mqrig/auth/device_login.hpp>
#include <mqrig/auth/stored_login.hpp>
#include <thread>

#include "oauth_provider.hpp"
#include "temporary_folder.hpp"

using namespace mqrig::auth;
using namespace std::chrono_literals;
using std::chrono::system_clock;
using tests::http_answer;
using tests::source_of;
using tests::text_of;

namespace {

// A provider whose codes may be asked about often, and a folder for what is stored.
class Login {
 public:
  Login() {
    ::setenv("XDG_STATE_HOME", folder.path("").c_str(), 1);
    provider.device = {{"device_code", "device-hidden"},
                       {"user_code", "ABCD-EFGH"},
                       {"verification_uri", "https://id.example/device"},
                       {"expires_in", 600},
                       {"interval", 0.01}};
  }
  ~Login() { ::unsetenv("XDG_STATE_HOME"); }

  LoginResult log_in() {
    DeviceLogin login(provider.settings());
    LoginResult result = login.start(request);
    if (result.fault == LoginFault::none) result = login.wait(outcome);
    return result;
  }

  // A login that is there already.
  void store(const std::string& refresh, const std::string& access,
             std::optional<std::chrono::seconds> left) {
    StoredLogin login;
    login.refresh_token = Secret(refresh);
    login.access.emplace();
    login.access->text = Secret(access);
    login.access->issued = system_clock::now();
    if (left) login.access->expires = system_clock::now() + *left;
    StoredLoginFile file(provider.settings());
    REQUIRE(file.lock({}).empty());
    REQUIRE(file.save(login).empty());
  }

  std::optional<StoredLogin> stored() const {
    std::optional<StoredLogin> login;
    CHECK(StoredLoginFile(provider.settings()).load(login).empty());
    return login;
  }

  tests::TemporaryFolder folder;
  tests::OAuthProvider provider;
  DeviceLogin::Request request;
  DeviceLogin::Outcome outcome;
};

std::string error(const std::string& code) {
  return http_answer(400, "{\"error\":\"" + code + "\"}");
}

std::string tokens(const std::string& access, const std::string& refresh) {
  return http_answer(200, "{\"access_token\":\"" + access +
                              "\",\"expires_in\":3600,\"refresh_token\":\"" + refresh + "\"}");
}

}  // namespace

TEST_CASE("a person logs in with a code, and tokens are there from then on") {
  Login login;
  login.provider.token = [](int number) {
    return number < 3 ? error("authorization_pending") : tokens("access1", "refresh1");
  };
  CHECK(login.log_in().error.empty());
  CHECK(login.request.url == "https://id.example/device");
  CHECK(login.request.code == "ABCD-EFGH");
  CHECK(login.request.lifetime == 600s);
  CHECK(login.outcome.renewable);
  const auto requests = login.provider.requests();
  REQUIRE(requests.size() == 3);
  CHECK(requests[0].body ==
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&"
        "device_code=device-hidden&client_id=client");
  CHECK(text_of(source_of(login.provider.settings())->fetch({})) == "access1");
  CHECK(login.provider.requests().size() == 3);
}

TEST_CASE("a login is for its owner only") {
  Login login;
  login.provider.token = [](int) { return tokens("access1", "refresh1"); };
  REQUIRE(login.log_in().error.empty());
  struct stat status {};
  REQUIRE(::stat(login.outcome.path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  const std::string folder = login.outcome.path.substr(0, login.outcome.path.rfind('/'));
  REQUIRE(::stat(folder.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
  ::chmod(login.outcome.path.c_str(), 0644);
  const TokenResult result = source_of(login.provider.settings())->fetch({});
  CHECK(result.permanent);
  CHECK(result.fault == TokenFault::input);
  CHECK(result.error.find("can be read or changed by others") != std::string::npos);
}

TEST_CASE("logins that come to nothing say why") {
  struct Case {
    const char* code;
    const char* text;
  };
  for (const Case& each : {Case{"access_denied", "access was denied"},
                           Case{"expired_token", "nobody confirmed the code"},
                           Case{"invalid_grant", "has expired or was revoked"}}) {
    CAPTURE(each.code);
    Login login;
    login.provider.token = [&](int) { return error(each.code); };
    const LoginResult result = login.log_in();
    CHECK(result.fault == LoginFault::refused);
    CHECK(result.error.find(each.text) != std::string::npos);
    CHECK(!login.stored());
  }
}

TEST_CASE("a code that nobody confirms expires here too") {
  Login login;
  login.provider.device["expires_in"] = 0;
  login.provider.token = [](int) { return error("authorization_pending"); };
  const LoginResult result = login.log_in();
  CHECK(result.fault == LoginFault::refused);
  CHECK(result.error == "nobody confirmed the code before it expired");
}

TEST_CASE("a login can be stopped") {
  Login login;
  std::stop_source stop;
  login.provider.device["interval"] = 5;
  DeviceLogin device(login.provider.settings());
  REQUIRE(device.start(login.request).error.empty());
  std::thread other([&] { stop.request_stop(); });
  CHECK(device.wait(login.outcome, stop.get_token()).fault == LoginFault::stopped);
  other.join();
}

TEST_CASE("a provider that gives no code, or has no such endpoint, is said to") {
  Login login;
  login.provider.device.erase("user_code");
  CHECK(login.log_in().fault == LoginFault::protocol);
  login.provider.metadata.erase("device_authorization_endpoint");
  const LoginResult result = login.log_in();
  CHECK(result.fault == LoginFault::refused);
  CHECK(result.error.find("offers no login by a code") != std::string::npos);
}

TEST_CASE("a refresh token gives the next token, and its successor is stored first") {
  Login login;
  login.store("refresh1", "access1", 0s);
  login.provider.token = [](int number) {
    const std::string next = std::to_string(number + 1);
    return tokens("access" + next, "refresh" + next);
  };
  const auto source = source_of(login.provider.settings());
  CHECK(text_of(source->fetch({})) == "access2");
  CHECK(login.stored()->refresh_token.view() == "refresh2");
  CHECK(login.provider.requests().at(0).body ==
        "grant_type=refresh_token&refresh_token=refresh1&client_id=client");
  CHECK(text_of(source->fetch({})) == "access2");
  source->refused();
  CHECK(text_of(source->fetch({})) == "access3");
  CHECK(login.stored()->refresh_token.view() == "refresh3");
}

TEST_CASE("a refresh token that is not replaced stays") {
  Login login;
  login.store("refresh1", "access1", 0s);
  login.provider.token = [](int) {
    return http_answer(200, R"({"access_token":"access2","expires_in":3600})");
  };
  CHECK(text_of(source_of(login.provider.settings())->fetch({})) == "access2");
  CHECK(login.stored()->refresh_token.view() == "refresh1");
}

TEST_CASE("several that renew at the same time use a refresh token once") {
  Login login;
  login.store("refresh1", "access1", 0s);
  login.provider.token = [](int) { return tokens("access2", "refresh2"); };
  std::vector<std::thread> threads;
  std::vector<std::string> texts(4);
  for (std::string& text : texts) {
    threads.emplace_back([&] { text = text_of(source_of(login.provider.settings())->fetch({})); });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(texts == std::vector<std::string>(4, "access2"));
  CHECK(login.provider.requests().size() == 1);
}

TEST_CASE("a login that is no more asks for a new one") {
  Login login;
  const std::string command =
      "run 'mqrig login --oauth-issuer " + login.provider.issuer() + " --oauth-client-id client'";
  TokenResult result = source_of(login.provider.settings())->fetch({});
  CHECK(result.permanent);
  CHECK(result.fault == TokenFault::refused);
  CHECK(result.error == "not logged in: " + command);
  login.store("refresh-hidden", "access-hidden", 0s);
  login.provider.token = [](int) { return error("invalid_grant"); };
  result = source_of(login.provider.settings())->fetch({});
  CHECK(result.permanent);
  CHECK(result.error.find("has expired or was revoked") != std::string::npos);
  CHECK(result.error.ends_with(command));
  login.store("", "access-hidden", 0s);
  result = source_of(login.provider.settings())->fetch({});
  CHECK(result.error == "the login has expired: " + command);
  CHECK(login.provider.requests().size() == 1);
}

TEST_CASE("without a refresh token the first token is the login") {
  Login login;
  login.provider.token = [](int) {
    return http_answer(200, R"({"access_token":"access1","expires_in":3600})");
  };
  REQUIRE(login.log_in().error.empty());
  CHECK(!login.outcome.renewable);
  CHECK(login.outcome.expires.ends_with(" UTC"));
  const auto source = source_of(login.provider.settings());
  CHECK(text_of(source->fetch({})) == "access1");
  source->refused();
  CHECK(source->fetch({}).error.starts_with("the login was refused: run 'mqrig login"));
}

TEST_CASE("a provider that is away for a while does not end a login") {
  Login login;
  login.store("refresh1", "access1", 0s);
  login.provider.token = [](int number) {
    return number == 1 ? http_answer(503, "") : tokens("access2", "refresh2");
  };
  const auto source = source_of(login.provider.settings());
  const TokenResult result = source->fetch({});
  CHECK(!result.token);
  CHECK(!result.permanent);
  CHECK(login.stored()->refresh_token.view() == "refresh1");
  CHECK(text_of(source->fetch({})) == "access2");
}

TEST_CASE("an old token is given to its end while the provider is away, unless it is refused") {
  Login login;
  StoredLogin old;
  old.refresh_token = Secret("refresh1");
  old.access.emplace();
  old.access->text = Secret("access1");
  old.access->issued = system_clock::now() - 900s;
  old.access->expires = system_clock::now() + 100s;
  StoredLoginFile file(login.provider.settings());
  REQUIRE(file.lock({}).empty());
  REQUIRE(file.save(old).empty());
  file.unlock();
  login.provider.token = [](int) { return http_answer(503, ""); };
  const auto source = source_of(login.provider.settings());
  CHECK(text_of(source->fetch({})) == "access1");
  source->refused();
  CHECK(!source->fetch({}).token);
  CHECK(login.provider.requests().size() == 2);
}

TEST_CASE("whoever waits for a login that is removed goes on waiting for the same lock") {
  Login login;
  StoredLoginFile file(login.provider.settings());
  REQUIRE(file.lock({}).empty());
  REQUIRE(file.erase().empty());
  std::stop_source stop;
  stop.request_stop();
  CHECK(StoredLoginFile(login.provider.settings()).lock(stop.get_token()) == "stopped");
}

TEST_CASE("logging out revokes the login and removes it") {
  Login login;
  login.store("refresh1", "access1", 3600s);
  const LogoutResult result = log_out(login.provider.settings());
  CHECK(result.found);
  CHECK(result.revoked);
  CHECK(result.error.empty());
  CHECK(login.provider.requests("/revoke").at(0).has("token=refresh1"));
  CHECK(!login.stored());
  CHECK(!log_out(login.provider.settings()).found);
}

TEST_CASE("a login that could not be revoked is removed all the same") {
  Login login;
  login.store("refresh1", "access1", 3600s);
  login.provider.revoke_status = 503;
  LogoutResult result = log_out(login.provider.settings());
  CHECK(!result.revoked);
  CHECK(result.fault == LoginFault::unreachable);
  CHECK(result.error.find("503") != std::string::npos);
  CHECK(!login.stored());
  login.store("refresh1", "access1", 3600s);
  login.provider.metadata.erase("revocation_endpoint");
  result = log_out(login.provider.settings());
  CHECK(result.fault == LoginFault::none);
  CHECK(!result.revoked);
  CHECK(!login.stored());
}
