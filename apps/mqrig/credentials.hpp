#pragma once

#include <mqrig/cli/options.hpp>
#include <mqrig/client/options.hpp>

namespace mqrig {

/// User name, password and the method of enhanced authentication. `into` has what the URL says,
/// which options of a stronger source replace. Asks on the terminal if that is wished for, so that
/// it comes last of what may be wrong. Throws UsageError and InputError.
void read_credentials(const cli::Options& options, client::Options& into);

}  // namespace mqrig
