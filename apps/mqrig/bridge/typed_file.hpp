#pragma once

#include <mqrig/cli/options.hpp>
#include <mqrig/cli/toml_value.hpp>

namespace mqrig::bridge_command {

/// The bridge file that the options of one link stand for; read_bridge() reads it. Throws
/// cli::UsageError when they name no two brokers or no topic.
cli::TomlValue typed_file(const cli::Options& options);

/// The text of such a file, without secrets. `left_out` is set when a URL has lost its password.
std::string print_typed_file(cli::TomlValue file, bool& left_out);

}  // namespace mqrig::bridge_command
