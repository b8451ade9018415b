#pragma once

#include <asio/io_context.hpp>
#include <memory>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/cli/exit_code.hpp>
#include <mqrig/cli/options.hpp>
#include <mqrig/load/clock.hpp>
#include <mqrig/load/placement.hpp>
#include <mqrig/load/run.hpp>
#include <mqrig/net/signals.hpp>
#include <mqrig/net/text_server.hpp>
#include <optional>
#include <string>
#include <vector>

#include "embedded_broker.hpp"
#include "live_view.hpp"
#include "outputs.hpp"
#include "settings.hpp"
#include "start_signal.hpp"

namespace mqrig::bench {

/// One run: its place on the machine, its broker, its generator, and what it shows.
class LoadTest final : private load::Run::Observer {
 public:
  LoadTest(const cli::Options& options, BenchSettings settings);

  cli::ExitCode run();

 private:
  // Before anything is connected; the process has neither threads nor an io_context.
  load::Placement find_place() const;
  void start_broker(std::uint32_t processes);
  void find_brokers();
  std::string working_address(const client::Broker& broker) const;
  void add_other_addresses(const client::Broker& broker, std::vector<client::Broker>& found);
  std::vector<std::string> source_addresses(std::uint32_t loopback_addresses) const;
  void make_plan(const load::Placement& placement);
  void fork_workers();
  void describe(const load::Placement& placement);

  void start(asio::io_context& context);
  load::RunConfig run_config() const;
  load::MakeMember shard_maker() const;
  std::unique_ptr<load::Crew> make_crew(asio::io_context& context, load::Crew::Owner& owner);
  void serve_metrics(asio::io_context& context);
  void on_signal(int signal);
  void fail(const std::string& text, cli::ExitCode code);
  void look_after_broker();

  void on_interval(const load::Interval& interval, const load::Histograms& histograms) override;
  void on_stage(std::string_view text) override;
  void on_connected() override;
  void on_step(const load::CurvePoint& point) override;
  void on_done() override;

  const cli::Options& options_;
  BenchSettings settings_;
  const cli::Diagnostic diagnostic_;
  Outputs outputs_;
  const load::Clock clock_;
  std::optional<EmbeddedBroker> embedded_;
  std::shared_ptr<const load::Plan> plan_;
  std::uint32_t members_ = 1;
  std::uint32_t processes_ = 1;
  std::vector<load::ForkedProcess> workers_;
  std::string brokers_;  // as they were named, for a person
  load::Report report_;

  asio::io_context* context_ = nullptr;
  std::optional<load::Run> run_;
  std::optional<net::Signals> signals_;
  std::optional<net::TextServer> metrics_;
  std::optional<StartSignal> start_signal_;
  LiveView view_;
  std::string stage_;
  int signal_ = 0;
  std::optional<cli::ExitCode> failed_;
  bool broker_died_ = false;
};

}  // namespace mqrig::bench
