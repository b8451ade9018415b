#pragma once

#include <mqrig/cli/options.hpp>
#include <string>
#include <string_view>

namespace mqrig {

/// The value of an option that becomes a string of CONNECT. Throws UsageError if it can't be one.
std::string checked_text(const cli::Options& options, std::string_view name);

}  // namespace mqrig
