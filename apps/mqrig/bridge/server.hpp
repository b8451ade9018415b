#pragma once

#include <asio/io_context.hpp>
#include <map>
#include <memory>
#include <mqrig/bridge/bridge.hpp>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/cli/exit_code.hpp>
#include <mqrig/client/failure.hpp>
#include <mqrig/net/signals.hpp>
#include <mqrig/net/text_server.hpp>
#include <mqrig/store/spool.hpp>
#include <optional>
#include <set>
#include <string>

#include "bridge_file.hpp"

namespace mqrig::bridge_command {

/// The process that bridges: its links, its spool, its metrics and its signals.
class Server final : private bridge::Observer {
 public:
  /// Opens the spool: throws InputError. `path` is the file that SIGHUP reads again; empty when
  /// there is none. `diagnostic` outlives the server.
  Server(BridgeFile file, std::string path, const cli::Diagnostic& diagnostic);

  /// Starts the links, tells who waits for it (`ready_descriptor`, the service manager), and
  /// bridges until a signal ends it, or no link is left.
  cli::ExitCode run(std::optional<int> ready_descriptor);

 private:
  void on_link(const bridge::LinkStatus& link, std::string_view text) override;
  void on_warning(std::string_view link, std::string_view text) override;
  void on_link_failed(std::string_view link, const client::Failure& failure) override;
  void on_stopped() override;

  bool serve_metrics(const std::optional<net::ListenAddress>& address);
  void announce_ready(std::optional<int> descriptor) const;
  void tell_service_manager() const;
  void on_signal(int signal);
  void print_status() const;
  void stop(int signal);
  void reload();
  void take_over(BridgeFile file);

  const std::string path_;
  const cli::Diagnostic& diagnostic_;
  bridge::Settings settings_;  // until run() hands them on
  const std::string spool_path_;
  std::optional<net::ListenAddress> metrics_address_;
  std::map<std::string, std::string, std::less<>> links_;  // their fingerprints, by name
  std::unique_ptr<store::Spool> spool_;
  asio::io_context context_{1};
  net::Signals signals_;
  bridge::Bridge bridge_;
  net::TextServer metrics_;
  std::set<std::string, std::less<>> failed_;  // links that have ended for good
  cli::ExitCode code_ = cli::ExitCode::ok;
  bool stopping_ = false;
};

}  // namespace mqrig::bridge_command
