#pragma once

#include <mqrig/cli/options.hpp>
#include <mqrig/client/options.hpp>

namespace mqrig {

/// Makes of --auth-method what CONNECT begins with it. SCRAM takes the password out of `into`: it
/// is never sent. Throws UsageError for what is missing, and InputError for a file.
void read_enhanced_authentication(const cli::Options& options, client::Options& into);

}  // namespace mqrig
