#include "token_credentials.hpp"

#include <algorithm>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <condition_variable>
#include <csignal>
#include <ctime>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace mqrig {
namespace {

/// Between renewals of a token that its source does not renew.
constexpr std::chrono::seconds shortest_renewal{10};

std::string utc(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  char text[32];
  if (::gmtime_r(&seconds, &parts) == nullptr) return "?";
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

/// What is known of a token besides its text.
std::string fact_about(const auth::Token& token) {
  std::string fact = "token";
  if (!token.subject.empty()) fact += " of " + token.subject;
  if (!token.audience.empty()) fact += " for " + token.audience;
  return fact + (token.expires ? ", valid until " + utc(*token.expires) : ", end not known");
}

client::Credentials place(const auth::Token& token, const TokenPlacement& placement) {
  client::Credentials credentials;
  std::string text(token.text.view());
  switch (placement.place) {
    case TokenPlacement::Place::password:
      credentials.password = std::move(text);
      break;
    case TokenPlacement::Place::user_name:
      credentials.user_name = std::move(text);
      break;
    case TokenPlacement::Place::authentication:
      credentials.authentication_method = placement.authentication_method;
      credentials.authentication_data = std::move(text);
      break;
    case TokenPlacement::Place::web_socket_header:
      credentials.web_socket_headers.emplace_back("Authorization", "Bearer " + text);
      break;
  }
  credentials.facts.push_back(fact_about(token));
  return credentials;
}

client::FailureKind kind_of(auth::TokenFault fault) {
  switch (fault) {
    case auth::TokenFault::input:
    case auth::TokenFault::command_failed:
      return client::FailureKind::input;
    case auth::TokenFault::tls:
      return client::FailureKind::tls;
    case auth::TokenFault::unreachable:
      return client::FailureKind::unreachable;
    case auth::TokenFault::refused:
      return client::FailureKind::not_authorised;
    case auth::TokenFault::protocol:
      break;
  }
  return client::FailureKind::protocol;
}

client::Failure failure_of(const auth::TokenResult& result) {
  client::Failure failure;
  failure.kind = kind_of(result.fault);
  failure.permanent = result.permanent;
  failure.text = "there is no token to log in with: " + result.error;
  return failure;
}

}  // namespace

/// One get(). Its callback belongs to the event loop, which it keeps alive.
struct TokenCredentials::Request {
  Request(asio::io_context& context, Callback callback_)
      : work(context.get_executor()), callback(std::move(callback_)) {}

  /// From the event loop.
  void cancel() {
    callback = nullptr;
    stop.request_stop();
    work.reset();
  }

  asio::executor_work_guard<asio::io_context::executor_type> work;
  Callback callback;  ///< null: cancelled, or called
  std::stop_source stop;
  bool after_refusal = false;  ///< of the token before
};

/// The thread that calls the source, from the first request on. What it posts to the event loop
/// needs nothing that may be gone by then: a request that was cancelled has no callback any more.
class TokenCredentials::Worker {
 public:
  Worker(asio::io_context& context, std::unique_ptr<auth::TokenSource> source,
         TokenPlacement placement)
      : context_(context),
        source_(std::move(source)),
        placement_(std::make_shared<const TokenPlacement>(std::move(placement))) {}

  void ask(std::shared_ptr<Request> request) {
    if (!thread_.joinable()) start();
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(std::move(request));
    }
    changed_.notify_one();
  }

 private:
  /// Signals are the affair of the threads that were there before.
  void start() {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before);
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  void run(const std::stop_token& stop) {
    while (std::shared_ptr<Request> request = next(stop)) {
      if (request->after_refusal) source_->refused();
      auth::TokenResult result = source_->fetch(request->stop.get_token());
      asio::post(context_, [request = std::move(request), result = std::move(result),
                            placement = placement_] { answer(*request, result, *placement); });
    }
  }

  /// Null at the end.
  std::shared_ptr<Request> next(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [this] { return !requests_.empty(); })) return nullptr;
    std::shared_ptr<Request> request = std::move(requests_.front());
    requests_.pop_front();
    return request;
  }

  /// In the event loop.
  static void answer(Request& request, const auth::TokenResult& result,
                     const TokenPlacement& placement) {
    if (!request.callback) return;
    const Callback callback = std::exchange(request.callback, nullptr);
    request.work.reset();
    if (!result.token) return callback(std::nullopt, failure_of(result));
    client::Credentials credentials = place(*result.token, placement);
    credentials.renew_at = renewal_time(*result.token, std::chrono::system_clock::now(),
                                        std::chrono::steady_clock::now());
    callback(std::move(credentials), {});
  }

  asio::io_context& context_;
  std::unique_ptr<auth::TokenSource> source_;
  std::shared_ptr<const TokenPlacement> placement_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::shared_ptr<Request>> requests_;
  std::jthread thread_;  ///< last: it uses the others
};

TokenCredentials::TokenCredentials(asio::io_context& context,
                                   std::unique_ptr<auth::TokenSource> source,
                                   TokenPlacement placement)
    : context_(context),
      worker_(std::make_unique<Worker>(context, std::move(source), std::move(placement))) {}

TokenCredentials::~TokenCredentials() {
  cancel();
}

void TokenCredentials::get(Callback callback) {
  cancel();
  request_ = std::make_shared<Request>(context_, std::move(callback));
  request_->after_refusal = std::exchange(refused_, false);
  worker_->ask(request_);
}

void TokenCredentials::cancel() {
  if (request_) request_->cancel();
  request_.reset();
}

void TokenCredentials::refused() {
  refused_ = true;
}

std::optional<std::chrono::steady_clock::time_point> renewal_time(
    const auth::Token& token, std::chrono::system_clock::time_point now,
    std::chrono::steady_clock::time_point steady_now) {
  if (!token.expires) return std::nullopt;
  const auto after = [](auto start, auto end) { return start + (end - start) * 4 / 5; };
  auto time = after(token.issued.value_or(now), *token.expires);
  if (time <= now) time = std::max(after(now, *token.expires), now + shortest_renewal);
  return steady_now + std::chrono::duration_cast<std::chrono::steady_clock::duration>(time - now);
}

}  // namespace mqrig
