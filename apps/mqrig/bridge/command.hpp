#pragma once

#include <mqrig/cli/exit_code.hpp>
#include <mqrig/cli/option_spec.hpp>
#include <mqrig/cli/options.hpp>
#include <string>

namespace mqrig::bridge_command {

/// The options and the documentation of `mqrig bridge`.
const cli::CommandSpec& command();

/// The page mqrig.toml(5), in mdoc(7): the configuration file of mqrig, and the bridge file with
/// every key.
std::string toml_manual();

/// Bridges until it is stopped, or looks at a file. May throw cli::UsageError and InputError before
/// it connects.
cli::ExitCode run(const cli::Options& options);

}  // namespace mqrig::bridge_command
