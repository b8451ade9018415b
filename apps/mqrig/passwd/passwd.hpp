#pragma once

#include <mqrig/cli/exit_code.hpp>
#include <mqrig/cli/option_spec.hpp>
#include <mqrig/cli/options.hpp>

namespace mqrig::passwd {

/// The options and the documentation of `mqrig passwd`.
const cli::CommandSpec& command();

/// Sets, deletes or checks one password. May throw cli::UsageError, and InputError for a password
/// or a file that cannot be read.
cli::ExitCode run(const cli::Options& options);

}  // namespace mqrig::passwd
