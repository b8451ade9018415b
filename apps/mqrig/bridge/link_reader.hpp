#pragma once

#include <mqrig/bridge/settings.hpp>
#include <mqrig/cli/toml_section.hpp>
#include <string>

namespace mqrig::bridge_command {

/// A table [[link]] with all that is in it. `spool_path` is that of the file, or empty. Throws
/// cli::UsageError that names line and key, and InputError for a password file.
bridge::LinkSettings read_link(cli::TomlSection& section, const std::string& spool_path);

}  // namespace mqrig::bridge_command
