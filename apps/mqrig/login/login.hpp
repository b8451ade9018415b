#pragma once

#include <mqrig/cli/exit_code.hpp>
#include <mqrig/cli/option_spec.hpp>
#include <mqrig/cli/options.hpp>

namespace mqrig::login {

/// The options and the documentation of `mqrig login`.
const cli::CommandSpec& command();

/// Logs a person in at an identity provider. May throw cli::UsageError.
cli::ExitCode run(const cli::Options& options);

/// Those of `mqrig logout`.
const cli::CommandSpec& logout_command();

/// Removes what `mqrig login` has stored. May throw cli::UsageError.
cli::ExitCode run_logout(const cli::Options& options);

}  // namespace mqrig::login
