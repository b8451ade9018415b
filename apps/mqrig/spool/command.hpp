#pragma once

#include <mqrig/cli/exit_code.hpp>
#include <mqrig/cli/option_spec.hpp>
#include <mqrig/cli/options.hpp>

namespace mqrig::spool {

/// The options and the documentation of `mqrig spool`.
const cli::CommandSpec& command();

/// Does one thing with a spool file. May throw cli::UsageError, and InputError for a file or a line
/// that cannot be used.
cli::ExitCode run(const cli::Options& options);

}  // namespace mqrig::spool
