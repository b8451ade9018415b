#pragma once

#include <span>
#include <string>

namespace mqrig::generate {

/// The hidden command behind the checked-in manual pages and completions: `man [PAGE]`, `bash`,
/// `zsh`, `fish`; `list` names the files and what makes each. Throws cli::UsageError.
std::string text(std::span<char* const> words);

}  // namespace mqrig::generate
