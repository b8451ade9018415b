// Tokens as credentials: a source that blocks on its own thread, and an event loop that does not.
#include "apps/mqrig/token_credentials.hpp"

#include <doctest/doctest.h>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <atomic>
#include <condition_variable>
#include <mutex>

using namespace mqrig;

namespace {

using namespace std::chrono_literals;
using Place = TokenPlacement::Place;

// What the test sees of a source after it was given away.
struct Seen {
  std::atomic<int> fetches{0};
  std::atomic<int> refusals{0};
  std::atomic<int> stopped{0};
};

class Source : public auth::TokenSource {
 public:
  enum class Answer { token, passing_error, permanent_error, none };

  Source(Seen& seen, Answer answer, auth::TokenFault fault = {})
      : seen_(seen), answer_(answer), fault_(fault) {}

  auth::TokenResult fetch(std::stop_token stop) override {
    auth::TokenResult result;
    const int number = ++seen_.fetches;
    if (answer_ == Answer::none && number == 1) {
      hang(stop);
      ++seen_.stopped;
      result.error = "stopped";
    } else if (answer_ == Answer::token || answer_ == Answer::none) {
      auth::Token& token = result.token.emplace();
      token.text = auth::Secret("token-" + std::to_string(number));
      token.subject = "joe";
      token.audience = "broker";
    } else {
      result.error = "out of tokens";
      result.fault = fault_;
      result.permanent = answer_ == Answer::permanent_error;
    }
    return result;
  }
  void refused() override { ++seen_.refusals; }

 private:
  static void hang(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait(lock, stop, [] { return false; });
  }

  Seen& seen_;
  Answer answer_;
  auth::TokenFault fault_;
};

struct Got {
  std::optional<client::Credentials> credentials;
  client::Failure failure;
  int calls = 0;

  client::CredentialSource::Callback callback() {
    return [this](std::optional<client::Credentials> came, const client::Failure& why) {
      credentials = std::move(came);
      failure = why;
      ++calls;
    };
  }
};

std::unique_ptr<TokenCredentials> make(asio::io_context& context, Seen& seen, Source::Answer answer,
                                       TokenPlacement placement = {}) {
  return std::make_unique<TokenCredentials>(context, std::make_unique<Source>(seen, answer),
                                            std::move(placement));
}

client::Credentials placed(TokenPlacement placement) {
  asio::io_context context(1);
  Seen seen;
  const auto tokens = make(context, seen, Source::Answer::token, std::move(placement));
  Got got;
  tokens->get(got.callback());
  context.run();
  return got.credentials.value();
}

}  // namespace

TEST_CASE("a token goes where it is to be, and nowhere else") {
  const client::Credentials password = placed({Place::password, {}});
  CHECK(password.password == "token-1");
  CHECK_FALSE(password.user_name);
  CHECK_FALSE(password.authentication_method);
  CHECK(password.web_socket_headers.empty());
  CHECK(placed({Place::user_name, {}}).user_name == "token-1");
  const client::Credentials data = placed({Place::authentication, "M"});
  CHECK(data.authentication_method == "M");
  CHECK(data.authentication_data == "token-1");
  const client::Credentials header = placed({Place::web_socket_header, {}});
  REQUIRE(header.web_socket_headers.size() == 1);
  CHECK(header.web_socket_headers[0].second == "Bearer token-1");
}

TEST_CASE("what is told of a token is not the token") {
  const client::Credentials credentials = placed({});
  REQUIRE(credentials.facts.size() == 1);
  CHECK(credentials.facts[0] == "token of joe for broker, end not known");
  CHECK_FALSE(credentials.renew_at);
}

TEST_CASE("each connection has its own token, and a refusal is passed on first") {
  asio::io_context context(1);
  Seen seen;
  const auto tokens = make(context, seen, Source::Answer::token);
  Got got;
  tokens->get(got.callback());
  context.run();
  tokens->refused();
  tokens->get(got.callback());
  context.restart();
  context.run();
  CHECK(got.credentials.value().password == "token-2");
  CHECK(got.calls == 2);
  CHECK(seen.refusals == 1);
}

TEST_CASE("a source without a token is a failure of some kind, and passes or not") {
  using Fault = auth::TokenFault;
  using Kind = client::FailureKind;
  const auto failure = [](Source::Answer answer, Fault fault) {
    asio::io_context context(1);
    Seen seen;
    const auto tokens = std::make_unique<TokenCredentials>(
        context, std::make_unique<Source>(seen, answer, fault), TokenPlacement{});
    Got got;
    tokens->get(got.callback());
    context.run();
    CHECK_FALSE(got.credentials);
    return got.failure;
  };
  const std::pair<Fault, Kind> kinds[] = {
      {Fault::input, Kind::input},
      {Fault::command_failed, Kind::input},
      {Fault::tls, Kind::tls},
      {Fault::unreachable, Kind::unreachable},
      {Fault::refused, Kind::not_authorised},
      {Fault::protocol, Kind::protocol},
  };
  for (const auto& each : kinds) {
    const client::Failure passing = failure(Source::Answer::passing_error, each.first);
    CHECK(passing.kind == each.second);
    CHECK_FALSE(passing.permanent);
    CHECK(passing.text == "there is no token to log in with: out of tokens");
    CHECK(failure(Source::Answer::permanent_error, each.first).permanent);
  }
}

TEST_CASE("a source that hangs is stopped, and asked again") {
  asio::io_context context(1);
  Seen seen;
  const auto tokens = make(context, seen, Source::Answer::none);
  Got first;
  Got second;
  tokens->get(first.callback());
  tokens->cancel();
  context.run();  // nothing keeps it
  tokens->get(second.callback());
  context.restart();
  context.run();
  CHECK(first.calls == 0);
  CHECK(second.credentials.value().password == "token-2");
  CHECK(seen.stopped == 1);
}

TEST_CASE("the end does not wait for a source that hangs") {
  asio::io_context context(1);
  Seen seen;
  Got got;
  auto tokens = make(context, seen, Source::Answer::none);
  tokens->get(got.callback());
  asio::post(context, [&tokens] { tokens.reset(); });
  context.run();
  CHECK(got.calls == 0);
  CHECK(seen.stopped == seen.fetches);
}

TEST_CASE("a token is renewed when 80 % of its life are over") {
  const std::chrono::system_clock::time_point now(1'000'000s);
  const std::chrono::steady_clock::time_point steady(50s);
  const auto renewal = [&](std::optional<std::chrono::seconds> issued,
                           std::optional<std::chrono::seconds> expires) {
    auth::Token token;
    if (issued) token.issued = now + *issued;
    if (expires) token.expires = now + *expires;
    return renewal_time(token, now, steady);
  };
  CHECK_FALSE(renewal(0s, std::nullopt));
  CHECK(renewal(0s, 100s) == steady + 80s);
  CHECK(renewal(-50s, 50s) == steady + 30s);
  CHECK(renewal(std::nullopt, 100s) == steady + 80s);
  // Given late, or again: of what is left.
  CHECK(renewal(-900s, 100s) == steady + 80s);
  CHECK(renewal(-900s, 1s) == steady + 10s);
}
