#pragma once

#include <mqrig/broker/observer.hpp>
#include <mqrig/broker/statistics.hpp>
#include <mqrig/cli/diagnostic.hpp>
#include <string>

namespace mqrig::broker_command {

/// What the broker says, on standard error: warnings, with --verbose what clients do, with --debug
/// each packet.
class Log final : public broker::Observer {
 public:
  /// `worker` is 0 where there is only one process; else it stands in front of each line.
  explicit Log(const cli::Diagnostic& diagnostic, unsigned worker = 0);

  void error(std::string_view text) const { diagnostic_.error(prefix_ + std::string(text)); }
  void warning(std::string_view text) const { diagnostic_.warning(prefix_ + std::string(text)); }
  void notice(std::string_view text) const { diagnostic_.notice(prefix_ + std::string(text)); }

  void on_warning(std::string_view text) override { warning(text); }
  void on_activity(std::string_view text) override { notice(text); }
  void on_packet(std::string_view client, broker::Direction direction, wire::Version version,
                 wire::ByteView packet) override;

 private:
  const cli::Diagnostic& diagnostic_;
  std::string prefix_;
};

/// The line that SIGUSR1 asks for.
std::string status_line(const broker::Statistics& statistics);

}  // namespace mqrig::broker_command
