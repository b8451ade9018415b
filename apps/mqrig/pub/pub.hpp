#pragma once

#include <mqrig/cli/exit_code.hpp>
#include <mqrig/cli/option_spec.hpp>
#include <mqrig/cli/options.hpp>

namespace mqrig::pub {

/// The options and the documentation of `mqrig pub`.
const cli::CommandSpec& command();

/// Publishes until the input ends. May throw cli::UsageError before it connects.
cli::ExitCode run(const cli::Options& options);

}  // namespace mqrig::pub
