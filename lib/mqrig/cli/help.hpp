#pragma once

#include <cstddef>
#include <mqrig/cli/option_spec.hpp>
#include <span>
#include <string>

namespace mqrig::cli {

/// The answer to `mqrig <command> --help`: usage, options by group, examples. Lines are at most
/// `width` columns (at least 60, at most 100) where words allow. Ends with a line end.
std::string render_help(const CommandSpec& command, std::size_t width);

/// The answer to `mqrig --help`: usage and the list of commands.
std::string render_program_help(const CommandSpec& program,
                                std::span<const CommandSpec* const> commands, std::size_t width);

}  // namespace mqrig::cli
