#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace mqrig::cli {

/// How a run ended. These numbers are an interface for scripts: documented in mqrig(1), never
/// given another meaning. A run cut short by SIGINT or SIGTERM ends with 130 or 143 instead.
enum class ExitCode : std::uint8_t {
  ok = 0,
  failed = 1,
  usage = 2,
  connect = 3,
  tls = 4,
  not_authorised = 5,
  refused = 6,
  timeout = 7,
  disconnected = 8,
  protocol = 9,
  input = 10,
  verification = 11,
};

struct ExitCodeText {
  ExitCode code;
  std::string_view name;
  std::string_view meaning;  ///< One sentence without a full stop.
};

/// All exit codes in ascending order, for the manual.
std::span<const ExitCodeText> exit_codes();

}  // namespace mqrig::cli
