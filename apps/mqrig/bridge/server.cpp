#include "server.hpp"

#include <csignal>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/net/notify.hpp>
#include <utility>

#include "../input_file.hpp"
#include "../outcome.hpp"
#include "../prometheus_text.hpp"
#include "../tls_settings.hpp"
#include "metrics.hpp"
#include "problems.hpp"
#include "status.hpp"

namespace mqrig::bridge_command {
namespace {

using cli::ExitCode;

std::unique_ptr<store::Spool> open_spool(const std::string& path) {
  if (path.empty()) return nullptr;
  std::string error;
  auto spool = store::Spool::open(path, store::Spool::Mode::create, error);
  if (!spool) throw InputError("spool: " + error);
  return spool;
}

std::map<std::string, std::string, std::less<>> fingerprints(const bridge::Settings& settings) {
  std::map<std::string, std::string, std::less<>> found;
  for (const bridge::LinkSettings& link : settings.links) {
    found.emplace(link.name, link.fingerprint);
  }
  return found;
}

bool same_place(const std::optional<net::ListenAddress>& a,
                const std::optional<net::ListenAddress>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->host == b->host && a->port == b->port && a->unix_path == b->unix_path;
}

std::string of_link(std::string_view link, std::string_view text) {
  if (link.empty()) return std::string(text);
  return "link " + std::string(link) + ": " + std::string(text);
}

}  // namespace

Server::Server(BridgeFile file, std::string path, const cli::Diagnostic& diagnostic)
    : path_(std::move(path)),
      diagnostic_(diagnostic),
      settings_(std::move(file.settings)),
      spool_path_(settings_.spool_path),
      metrics_address_(std::move(file.metrics)),
      links_(fingerprints(settings_)),
      spool_(open_spool(spool_path_)),
      signals_(context_, {SIGINT, SIGTERM, SIGHUP, SIGUSR1},
               [this](int signal) { on_signal(signal); }),
      bridge_(context_, spool_.get(), *this),
      metrics_(context_) {}

ExitCode Server::run(std::optional<int> ready_descriptor) {
  if (!serve_metrics(metrics_address_)) return ExitCode::connect;
  bridge_.apply(std::move(settings_));
  announce_ready(ready_descriptor);
  context_.run();
  return code_;
}

void Server::announce_ready(std::optional<int> descriptor) const {
  if (descriptor) {
    const std::error_code error = net::notify_ready(*descriptor);
    if (error) diagnostic_.warning("could not write to --ready-fd: " + error.message());
  }
  const std::error_code error = net::notify_service("READY=1");
  if (!error) return tell_service_manager();
  diagnostic_.warning("could not tell the service manager (NOTIFY_SOCKET): " + error.message());
}

void Server::tell_service_manager() const {
  net::notify_service("STATUS=" + short_status(bridge_.status()));
}

void Server::on_link(const bridge::LinkStatus& link, std::string_view text) {
  diagnostic_.notice(of_link(link.name, text));
  if (!stopping_) tell_service_manager();
}

void Server::on_warning(std::string_view link, std::string_view text) {
  diagnostic_.warning(of_link(link, text));
}

void Server::on_link_failed(std::string_view link, const client::Failure& failure) {
  diagnostic_.error(of_link(link, failure.text));
  failed_.emplace(link);
  if (stopping_ || failed_.size() < links_.size()) return;
  diagnostic_.error("no link is left");
  code_ = exit_code(failure, false);
  stop(SIGTERM);
}

void Server::on_stopped() {
  context_.stop();
}

bool Server::serve_metrics(const std::optional<net::ListenAddress>& address) {
  metrics_.close();
  if (!address) return true;
  const auto body = [this, started = std::chrono::system_clock::now()] {
    return metrics_text(bridge_.status(), spool_ ? &spool_->counters() : nullptr, started);
  };
  std::string detail;
  const std::error_code error = metrics_.start(
      *address, {"/metrics", std::string(PrometheusText::content_type), body}, detail);
  if (error) {
    diagnostic_.error("could not serve metrics on " + detail);
    return false;
  }
  diagnostic_.notice("metrics at " + metrics_.url());
  return true;
}

void Server::on_signal(int signal) {
  switch (signal) {
    case SIGHUP:
      return reload();
    case SIGUSR1:
      return print_status();
    default:
      return stop(signal);
  }
}

void Server::print_status() const {
  for (const bridge::LinkStatus& link : bridge_.status()) diagnostic_.notice(status_line(link));
}

void Server::stop(int signal) {
  if (std::exchange(stopping_, true)) {
    code_ = exit_code_of_signal(signal);
    return context_.stop();
  }
  net::notify_service("STOPPING=1");
  metrics_.close();
  bridge_.stop();
}

void Server::reload() {
  if (stopping_) return;
  if (path_.empty()) return diagnostic_.notice("there is no file to read again");
  net::notify_service("RELOADING=1");
  try {
    take_over(load_bridge(path_));
  } catch (const cli::UsageError& error) {
    diagnostic_.warning(std::string(error.what()) + "; the old settings stay");
  } catch (const InputError& error) {
    diagnostic_.warning(std::string(error.what()) + "; the old settings stay");
  } catch (const TlsSetupError& error) {
    diagnostic_.warning(std::string(error.what()) + "; the old settings stay");
  }
  net::notify_service("READY=1");
  tell_service_manager();
}

void Server::take_over(BridgeFile file) {
  if (!report_problems(file, diagnostic_)) {
    return diagnostic_.warning("'" + path_ + "' is faulty; the old settings stay");
  }
  if (file.settings.spool_path != spool_path_) {
    return diagnostic_.warning("'" + path_ +
                               "' names another spool, which takes a restart; the old settings "
                               "stay");
  }
  auto links = fingerprints(file.settings);
  failed_.clear();  // each is tried again
  links_ = std::move(links);
  bridge_.apply(std::move(file.settings));
  if (!same_place(file.metrics, metrics_address_)) {
    metrics_address_ = std::move(file.metrics);
    serve_metrics(metrics_address_);
  }
  diagnostic_.notice("read '" + path_ + "' again");
}

}  // namespace mqrig::bridge_command
