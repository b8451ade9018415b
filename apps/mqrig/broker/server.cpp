#include "server.hpp"

#include <csignal>
#include <mqrig/net/notify.hpp>
#include <mqrig/store/broker_store.hpp>
#include <utility>

#include "../input_file.hpp"
#include "../outcome.hpp"
#include "../prometheus_text.hpp"
#include "metrics.hpp"

namespace mqrig::broker_command {

using cli::ExitCode;

Server::Server(const Settings& settings, Access access, const cli::Diagnostic& diagnostic,
               unsigned worker)
    : settings_(settings),
      worker_(worker),
      log_(diagnostic, worker),
      certificates_(std::move(access.certificates)),
      signals_(context_, {SIGINT, SIGTERM, SIGHUP, SIGUSR1},
               [this](int signal) { on_signal(signal); }),
      broker_(context_, settings.broker, log_),
      metrics_(context_) {
  broker_.set_passwords(std::move(access.passwords));
  broker_.set_acl(std::move(access.acl));
  open_state();
  if (access.tokens) {
    broker_.set_jwt(access.tokens);
    token_keys_ = std::make_unique<JwtKeys>(*settings.jwt, access.tokens, context_, log_);
  }
}

void Server::open_state() {
  if (settings_.state_file.empty()) return;
  std::string fault;
  auto store = store::BrokerStore::open(settings_.state_file, fault);
  if (!store) throw InputError("--state: " + fault);
  const std::error_code error = broker_.set_store(std::move(store));
  if (error) throw InputError("--state '" + settings_.state_file + "': " + error.message());
}

ExitCode Server::run(const Ready& ready) {
  if (!listen() || !serve_metrics()) return ExitCode::connect;
  await_token_keys();
  ready(broker_.urls());
  context_.run();
  return code_;
}

// Whoever waits until we are ready may come with a token at once. Who does not is told to try
// again.
void Server::await_token_keys() {
  constexpr std::chrono::seconds patience{2};
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (token_keys_ && token_keys_->awaited() && context_.run_one_until(deadline) > 0) {
  }
}

bool Server::listen() {
  for (const ListenUrl& listener : settings_.listeners) {
    std::string detail;
    const std::error_code error = broker_.listen(listener.address, detail);
    if (!error) continue;
    std::string text = "could not listen on " + detail;
    if (error == std::errc::address_in_use) text += ": is there a broker already?";
    if (error == std::errc::permission_denied) text += ": ports below 1024 are for root";
    log_.error(text);
    return false;
  }
  return true;
}

bool Server::serve_metrics() {
  if (!settings_.metrics) return true;
  const auto body = [this, started = std::chrono::system_clock::now()] {
    return metrics_text(broker_.statistics(), started);
  };
  std::string detail;
  const std::error_code error = metrics_.start(
      *settings_.metrics, {"/metrics", std::string(PrometheusText::content_type), body}, detail);
  if (error) {
    log_.error("could not serve metrics on " + detail);
    return false;
  }
  log_.notice("metrics at " + metrics_.url());
  return true;
}

void Server::on_signal(int signal) {
  switch (signal) {
    case SIGHUP:
      return reload();
    case SIGUSR1:
      return log_.notice(status_line(broker_.statistics()));
    default:
      return stop(signal);
  }
}

void Server::stop(int signal) {
  if (std::exchange(stopping_, true)) {
    if (worker_ != 0) return;
    code_ = exit_code_of_signal(signal);
    return context_.stop();
  }
  if (worker_ == 0) net::notify_service("STOPPING=1");
  metrics_.close();
  broker_.stop([this](bool saved) {
    if (!saved) {
      log_.error("the state could not be saved: what was not acknowledged is lost");
      code_ = ExitCode::failed;
    }
    context_.stop();
  });
}

void Server::reload() {
  if (worker_ == 0) net::notify_service("RELOADING=1");
  if (settings_.password_file.empty() && settings_.acl_file.empty() && !certificates_ &&
      !token_keys_) {
    log_.notice("there is no file to read again: none of passwords, rules or certificates");
  }
  reload_access();
  if (token_keys_) token_keys_->reload();
  if (certificates_) certificates_->reload(log_);
  if (worker_ == 0) net::notify_service("READY=1");
}

void Server::reload_access() {
  if (!settings_.password_file.empty()) {
    try {
      broker_.set_passwords(read_passwords(settings_.password_file, log_));
      log_.notice("read '" + settings_.password_file + "' again");
    } catch (const InputError& error) {
      log_.warning(std::string(error.what()) + "; the old users stay");
    }
  }
  if (!settings_.acl_file.empty()) {
    try {
      broker_.set_acl(read_acl(settings_.acl_file));
      log_.notice("read '" + settings_.acl_file + "' again");
    } catch (const InputError& error) {
      log_.warning(std::string(error.what()) + "; the old rules stay");
    }
  }
}

}  // namespace mqrig::broker_command
