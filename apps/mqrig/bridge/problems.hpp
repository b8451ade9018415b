#pragma once

#include <mqrig/cli/diagnostic.hpp>

#include "bridge_file.hpp"

namespace mqrig::bridge_command {

/// Says on standard error what is wrong with the rules of the links, or doubtful. False when a link
/// can't run.
bool report_problems(const BridgeFile& file, const cli::Diagnostic& diagnostic);

}  // namespace mqrig::bridge_command
