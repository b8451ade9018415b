#pragma once

#include <mqrig/cli/exit_code.hpp>
#include <mqrig/cli/options.hpp>

#include "bridge_file.hpp"

namespace mqrig::bridge_command {

/// Bridges as the file says until a signal ends it. The rules have been checked. Throws InputError
/// when the spool can't be opened, and std::runtime_error for the file of --pid-file.
cli::ExitCode serve(BridgeFile file, const cli::Options& options);

}  // namespace mqrig::bridge_command
