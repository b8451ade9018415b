#pragma once

#include <mqrig/cli/exit_code.hpp>
#include <mqrig/cli/option_spec.hpp>
#include <mqrig/cli/options.hpp>

namespace mqrig::broker_command {

/// The options and the documentation of `mqrig broker`.
const cli::CommandSpec& command();

/// What a client may take at most, and faults made on purpose: groups of their own, for their
/// length.
extern const cli::OptionGroup limits_group;
extern const cli::OptionGroup faults_group;

/// Tokens instead of passwords.
extern const cli::OptionGroup jwt_group;

/// TLS of the listeners: certificates and keys of either side.
extern const cli::OptionGroup tls_group;

/// Serves until stopped. May throw cli::UsageError and InputError before it listens.
cli::ExitCode run(const cli::Options& options);

}  // namespace mqrig::broker_command
