#pragma once

#include <mqrig/cli/options.hpp>
#include <optional>

namespace mqrig {

/// What --ready-fd says, for net::notify_ready(); none when it was not given. Throws
/// cli::UsageError when the descriptor is not open.
std::optional<int> read_ready_descriptor(const cli::Options& options);

}  // namespace mqrig
