#pragma once

#include <mqrig/cli/exit_code.hpp>
#include <mqrig/cli/option_spec.hpp>
#include <mqrig/cli/options.hpp>
#include <span>
#include <string>
#include <string_view>

namespace mqrig {

/// One command of the program.
struct Command {
  const cli::CommandSpec& (*spec)();
  cli::ExitCode (*run)(const cli::Options& options);
};

/// The program itself: `mqrig --help`, mqrig(1).
const cli::CommandSpec& program();

/// All commands, in the order of the documentation.
std::span<const Command> commands();

/// The specifications of all commands.
std::span<const cli::CommandSpec* const> command_specs();

/// The manual page mqrig.toml(5), in mdoc(7).
std::string toml_manual();

}  // namespace mqrig
