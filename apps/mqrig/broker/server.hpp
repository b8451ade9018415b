#pragma once

#include <asio/io_context.hpp>
#include <functional>
#include <mqrig/broker/broker.hpp>
#include <mqrig/cli/exit_code.hpp>
#include <mqrig/net/signals.hpp>
#include <mqrig/net/text_server.hpp>
#include <string>
#include <vector>

#include "access.hpp"
#include "log.hpp"
#include "settings.hpp"

namespace mqrig::broker_command {

/// One process that serves: the broker, its metrics, its files and its signals.
class Server {
 public:
  /// Told once all listeners are open: their URLs.
  using Ready = std::function<void(const std::vector<std::string>& urls)>;

  /// Opens the state file: throws InputError. `worker` is 0 where there is only one process.
  /// `settings` and `diagnostic` outlive the server.
  Server(const Settings& settings, Access access, const cli::Diagnostic& diagnostic,
         unsigned worker);

  /// Listens, and serves until a signal ends it. A worker is ended by the process that forked it:
  /// for itself it stops at the first signal and is not hurried by others.
  cli::ExitCode run(const Ready& ready);

 private:
  void open_state();
  bool listen();
  void await_token_keys();
  bool serve_metrics();
  void on_signal(int signal);
  void stop(int signal);
  void reload();
  void reload_access();

  const Settings& settings_;
  const unsigned worker_;
  Log log_;
  const std::shared_ptr<Certificates> certificates_;  // null: no TLS
  asio::io_context context_{1};
  net::Signals signals_;
  broker::Broker broker_;
  net::TextServer metrics_;
  std::unique_ptr<JwtKeys> token_keys_;  // null: no tokens
  cli::ExitCode code_ = cli::ExitCode::ok;
  bool stopping_ = false;
};

}  // namespace mqrig::broker_command
