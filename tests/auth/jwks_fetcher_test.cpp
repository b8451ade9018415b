#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <mqrig/auth/jwks_fetcher.hpp>
#include <mutex>
#include <vector>

#include "http_server.hpp"

using namespace mqrig::auth;
using namespace std::chrono_literals;
using tests::http_answer;
using tests::HttpRequest;
using tests::HttpServer;

namespace {

// Collects what a fetcher has fetched.
class Results {
 public:
  JwksFetcher::Done add() {
    return [this](JwksFetcher::Result result) {
      const std::lock_guard lock(mutex_);
      all_.push_back(std::move(result));
      changed_.notify_all();
    };
  }
  // The result of this number, from zero.
  JwksFetcher::Result wait(std::size_t number) {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, 10s, [&] { return all_.size() > number; }));
    return all_[number];
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<JwksFetcher::Result> all_;
};

}  // namespace

TEST_CASE("keys are fetched at once") {
  const HttpServer server([](const HttpRequest&) { return http_answer(200, "keys"); });
  Results results;
  const JwksFetcher fetcher({.url = server.url("/keys"), .issuer = {}}, results.add());
  const JwksFetcher::Result result = results.wait(0);
  CHECK(result.jwks == "keys");
  CHECK(result.error.empty());
}

TEST_CASE("keys are fetched again as time passes") {
  const HttpServer server([](const HttpRequest&) { return http_answer(200, "keys"); });
  Results results;
  const JwksFetcher fetcher({.url = server.url(), .issuer = {}}, results.add(),
                            {.every = 1ms, .least = 0ms});
  CHECK(results.wait(2).jwks == "keys");
}

TEST_CASE("keys are fetched again on request, though not at once") {
  const HttpServer server([](const HttpRequest&) { return http_answer(200, "keys"); });
  Results results;
  JwksFetcher fetcher({.url = server.url(), .issuer = {}}, results.add(),
                      {.every = 1h, .least = 50ms});
  results.wait(0);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) fetcher.request();
  results.wait(1);
  // The first fetch had ended a moment before it was told.
  CHECK(std::chrono::steady_clock::now() - start > 25ms);
  CHECK(server.requests().size() == 2);
}

TEST_CASE("what fails is tried again without a request") {
  std::atomic<int> asked = 0;
  const HttpServer server([&](const HttpRequest&) {
    return ++asked == 1 ? http_answer(503, "busy") : http_answer(200, "keys");
  });
  Results results;
  const JwksFetcher fetcher({.url = server.url("/keys?secret"), .issuer = {}}, results.add(),
                            {.every = 1h, .least = 1ms});
  CHECK(results.wait(0).error ==
        "'" + server.url("/keys") + "' answers with status 503, not with keys");
  CHECK(results.wait(1).jwks == "keys");
}

TEST_CASE("an issuer says where its keys are") {
  std::string base;
  const HttpServer server([&](const HttpRequest& request) {
    if (request.path == "/jwks") return http_answer(200, "keys");
    if (request.path != "/.well-known/openid-configuration") return http_answer(404, "");
    return http_answer(200, R"({"issuer":")" + base + R"(","jwks_uri":")" + base + R"(/jwks"})");
  });
  base = server.url();
  Results results;
  const JwksFetcher fetcher({.url = {}, .issuer = base}, results.add());
  const JwksFetcher::Result result = results.wait(0);
  CHECK(result.error == "");
  CHECK(result.jwks == "keys");
}

TEST_CASE("keys that an issuer has in the clear elsewhere are not fetched") {
  std::string base;
  const HttpServer server([&](const HttpRequest&) {
    return http_answer(200, R"({"issuer":")" + base + R"(","jwks_uri":"http://id.example/keys"})");
  });
  base = server.url();
  Results results;
  const JwksFetcher fetcher({.url = {}, .issuer = base}, results.add());
  CHECK(results.wait(0).error.starts_with("the 'jwks_uri' of the issuer '" + base + "' "));
}

TEST_CASE("a fetch under way is broken off") {
  const HttpServer server([](const HttpRequest&) { return std::string(); });
  const JwksFetcher fetcher({.url = server.url(), .issuer = {}},
                            [](JwksFetcher::Result) { FAIL("was called"); });
  while (server.requests().empty()) std::this_thread::yield();
}

TEST_CASE("keys come by https, or from this machine") {
  CHECK(JwksFetcher::fault_of({.url = "https://id.example/keys", .issuer = {}}) == "");
  CHECK(JwksFetcher::fault_of({.url = "http://127.0.0.1:8080/keys", .issuer = {}}) == "");
  CHECK(JwksFetcher::fault_of({.url = "http://id.example/keys", .issuer = {}}) != "");
  CHECK(JwksFetcher::fault_of({.url = {}, .issuer = "id.example"}) != "");
}
