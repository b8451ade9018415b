#include <algorithm>
#include <condition_variable>
#include <mqrig/auth/http_client.hpp>
#include <mqrig/auth/http_url.hpp>
#include <mqrig/auth/jwks_fetcher.hpp>
#include <mqrig/auth/oauth_metadata.hpp>
#include <mutex>
#include <thread>
#include <utility>

namespace mqrig::auth {
namespace {

using Clock = std::chrono::steady_clock;
using Result = JwksFetcher::Result;

Result failure(std::string error) {
  return {.jwks = {}, .error = std::move(error)};
}

Result fetch_keys(const HttpClient& http, const std::string& url, std::stop_token stop) {
  HttpAnswer answer = http.get(url, stop);
  if (answer.fault != HttpFault::none) return failure(std::move(answer.error));
  if (answer.status != 200) {
    return failure("'" + shown_url(url) + "' answers with status " + std::to_string(answer.status) +
                   ", not with keys");
  }
  return {.jwks = std::move(answer.body), .error = {}};
}

// Asks for the place each time: it may change, too.
Result fetch_keys_of(const HttpClient& http, const std::string& issuer, std::stop_token stop) {
  OAuthMetadata metadata;
  OAuthAnswer answer = read_metadata(http, issuer, metadata, stop);
  if (answer.fault != OAuthFault::none) return failure(std::move(answer.error));
  const std::string about = "the 'jwks_uri' of the issuer '" + shown_url(issuer) + "' ";
  if (metadata.keys_url.empty()) return failure(about + "is missing");
  if (const std::string fault = url_fault(metadata.keys_url); !fault.empty()) {
    return failure(about + fault);
  }
  return fetch_keys(http, metadata.keys_url, stop);
}

}  // namespace

struct JwksFetcher::State {
  Source source;
  Done done;
  Pace pace;
  std::mutex mutex;
  std::condition_variable_any changed;
  bool requested = false;
  std::jthread thread;  // the last member: ends before the others

  void run(std::stop_token stop);
  void wait(Clock::time_point last, bool failed, std::stop_token stop);
};

// Until the next fetch is due, or the end.
void JwksFetcher::State::wait(Clock::time_point last, bool failed, std::stop_token stop) {
  const auto never = [] { return false; };
  std::unique_lock lock(mutex);
  changed.wait_until(lock, stop, last + pace.least, never);
  if (failed) return;
  changed.wait_until(lock, stop, last + std::max(pace.every, pace.least),
                     [this] { return requested; });
}

void JwksFetcher::State::run(std::stop_token stop) {
  const HttpClient http;
  while (!stop.stop_requested()) {
    {
      const std::lock_guard lock(mutex);
      requested = false;
    }
    Result result = source.url.empty() ? fetch_keys_of(http, source.issuer, stop)
                                       : fetch_keys(http, source.url, stop);
    const Clock::time_point last = Clock::now();
    if (stop.stop_requested()) return;
    const bool failed = !result.error.empty();
    done(std::move(result));
    wait(last, failed, stop);
  }
}

std::string JwksFetcher::fault_of(const Source& source) {
  return url_fault(source.url.empty() ? source.issuer : source.url);
}

JwksFetcher::JwksFetcher(Source source, Done done, Pace pace) : state_(std::make_unique<State>()) {
  state_->source = std::move(source);
  state_->done = std::move(done);
  state_->pace = pace;
  state_->thread = std::jthread([state = state_.get()](std::stop_token stop) { state->run(stop); });
}

JwksFetcher::~JwksFetcher() = default;

void JwksFetcher::request() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->requested = true;
  }
  state_->changed.notify_all();
}

}  // namespace mqrig::auth
