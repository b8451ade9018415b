#pragma once

#include <asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <mqrig/cli/exit_code.hpp>
#include <mqrig/client/client.hpp>
#include <mqrig/load/clock.hpp>
#include <optional>
#include <string>

namespace mqrig::bench {

/// Waits for a retained message on a control topic, which starts all machines of a run together.
/// Its payload may say when, as --start-at does; otherwise it means now.
class StartSignal final : private client::Handler {
 public:
  /// Called once: when to start.
  using Started = std::function<void(std::chrono::steady_clock::time_point)>;
  /// Called once: why it can't be awaited, a clause, and how the run is to exit.
  using Failed = std::function<void(const std::string& text, cli::ExitCode code)>;

  StartSignal(asio::io_context& context, client::Options options, std::string topic,
              const load::Clock& clock, Started started, Failed failed);

 private:
  void on_message(const wire::Publish& publish, std::uint64_t receipt) override;
  void on_subscribed(std::uint64_t token, wire::ByteView reasons,
                     wire::Properties properties) override;
  void on_failed(const client::Failure& failure) override;

  std::string topic_;
  const load::Clock& clock_;
  Started started_;
  Failed failed_;
  bool over_ = false;
  client::Client client_;
};

}  // namespace mqrig::bench
