#pragma once

#include <mqrig/cli/exit_code.hpp>
#include <mqrig/cli/option_spec.hpp>
#include <mqrig/cli/options.hpp>

namespace mqrig::sub {

/// The options and the documentation of `mqrig sub`.
const cli::CommandSpec& command();

/// Prints messages until stopped. May throw cli::UsageError before it connects.
cli::ExitCode run(const cli::Options& options);

}  // namespace mqrig::sub
