#pragma once

#include <mqrig/cli/exit_code.hpp>
#include <span>

namespace mqrig::generate {

/// The hidden command behind the checked-in manual pages and completions. Writes to standard
/// output: `man` (followed by the name of a page), `bash`, `zsh` or `fish`.
cli::ExitCode run(std::span<char* const> words);

}  // namespace mqrig::generate
