#pragma once

#include <mqrig/cli/option_spec.hpp>
#include <span>
#include <string>
#include <string_view>

/// Completion scripts. They know options, choices, files, and host names that the shell knows by
/// itself; pressing TAB never runs mqrig and never touches the network.

namespace mqrig::cli {

std::string render_bash_completion(std::span<const CommandSpec* const> commands);
std::string render_zsh_completion(std::span<const CommandSpec* const> commands);
std::string render_fish_completion(std::span<const CommandSpec* const> commands);

/// The values worth offering for an option, separated by blanks: choices, or a short range of
/// numbers. Empty if there is no such list.
std::string completion_words(const OptionSpec& option);

/// The words worth offering for the first bare word of the command, separated by blanks, or empty.
std::string first_bare_words(const CommandSpec& command);

/// True if a bare word of the command may be a file.
bool takes_bare_path(const CommandSpec& command);

/// The text in single quotes for a shell in which a quoted quote is written as `quote`.
std::string single_quoted(std::string_view text, std::string_view quote);

}  // namespace mqrig::cli
