#pragma once

#include <chrono>
#include <cstdint>
#include <mqrig/cli/option_spec.hpp>
#include <mqrig/cli/options.hpp>
#include <optional>
#include <string>

#include "command_template.hpp"

namespace mqrig::sub {

/// How the commands of a run are run.
struct ExecSettings {
  /// What becomes of a message whose command has failed at every attempt.
  enum class Failed : std::uint8_t {
    skip,  ///< It is acknowledged, and left.
    nack,  ///< It is acknowledged with an error (MQTT 5.0).
    keep,  ///< It stays in the spool as refused.
    stop,  ///< It is not acknowledged, and the run ends.
  };

  explicit ExecSettings(std::string_view text) : command(text) {}

  CommandTemplate command;
  std::size_t jobs = 1;                              // commands at once
  std::optional<std::chrono::milliseconds> timeout;  // of each attempt
  unsigned retries = 0;                              // after the first attempt
  std::chrono::milliseconds retry_delay{0};          // doubles each time
  std::chrono::milliseconds grace{0};                // before SIGTERM at the end; then SIGKILL
  Failed failed = Failed::skip;
};

/// The group "Commands" of the options.
extern const cli::OptionGroup exec_group;

/// Nothing without --exec. Throws cli::UsageError for a command that makes no sense or can't be
/// found, and for options of this group that go nowhere.
std::optional<ExecSettings> read_exec_settings(const cli::Options& options);

}  // namespace mqrig::sub
