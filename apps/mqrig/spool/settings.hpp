#pragma once

#include <chrono>
#include <cstdint>
#include <mqrig/cli/options.hpp>
#include <optional>
#include <string>

namespace mqrig::spool {

/// The first bare word.
enum class Action : std::uint8_t {
  list,
  show,
  export_lines,
  import_lines,
  requeue,
  purge,
  verify,
};

/// What the options of one run say.
struct Settings {
  Action action = Action::list;
  std::string file;
  std::optional<std::string> queue;  ///< None: all of them.
  bool refused = false;              ///< Refused messages, not those that wait.
  std::optional<std::uint64_t> limit;
  std::optional<std::chrono::milliseconds> older_than;
  bool yes = false;
  bool repair = false;
};

/// Throws cli::UsageError, for options of another action too.
Settings read_settings(const cli::Options& options);

}  // namespace mqrig::spool
