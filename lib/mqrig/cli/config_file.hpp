#pragma once

#include <mqrig/cli/option_spec.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::cli {

/// One key of the configuration file that applies to the command that runs.
struct ConfigEntry {
  const OptionSpec* option = nullptr;
  std::vector<std::string> values;  ///< As they would be typed.
  std::string where;                ///< "/home/me/.config/mqrig/config.toml:3", for messages.
};

/// The entries of a configuration file; a command's own table comes after the top level, so that
/// later entries win.
struct ConfigFile {
  std::vector<ConfigEntry> entries;
};

/// Reads a TOML text. Keys at the top level are long option names of any command, as far as they
/// are not OptionSpec::own_table; a table named after a command holds that command's own. Unknown
/// keys and tables, and values of a wrong type, are errors, also where they concern another
/// command. `name` is for messages. Throws UsageError.
ConfigFile read_config(std::string_view text, std::string_view name, const CommandSpec& command,
                       std::span<const CommandSpec* const> all_commands);

/// Reads a file that the person named: it must exist. Throws UsageError.
ConfigFile load_config(const std::string& path, const CommandSpec& command,
                       std::span<const CommandSpec* const> all_commands);

/// Reads $XDG_CONFIG_HOME/mqrig/config.toml or ~/.config/mqrig/config.toml, if there is one.
/// Throws UsageError.
ConfigFile load_default_config(const CommandSpec& command,
                               std::span<const CommandSpec* const> all_commands);

}  // namespace mqrig::cli
