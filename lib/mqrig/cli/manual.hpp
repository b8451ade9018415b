#pragma once

#include <mqrig/cli/option_spec.hpp>
#include <span>
#include <string>

namespace mqrig::cli {

/// The manual page mqrig-<command>(1), in mdoc(7).
std::string render_manual(const CommandSpec& command);

/// The manual page mqrig(1): commands, environment, configuration file, exit codes.
std::string render_program_manual(const CommandSpec& program,
                                  std::span<const CommandSpec* const> commands);

}  // namespace mqrig::cli
