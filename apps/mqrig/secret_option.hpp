#pragma once

#include <mqrig/cli/options.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace mqrig {

/// A secret from where the options of this family say: --NAME itself, --NAME-file, --NAME-env,
/// --NAME-fd, --NAME-command and --ask-NAME, as far as the command has them. Nothing if none is in
/// force. `prompt` is what a terminal shows. Of files, descriptors and commands one line end is
/// removed. Throws UsageError, and InputError for what cannot be read; neither repeats anything of
/// the secret.
std::optional<std::string> read_secret(const cli::Options& options, std::string_view name,
                                       std::string_view prompt = "Password: ");

/// The option of that family that is in force, by its name; empty if none is.
std::string secret_option(const cli::Options& options, std::string_view name);

/// Asks a person. Throws InputError if there is no terminal on standard input, which `option`
/// needs, or nothing was typed.
std::string ask_for_secret(std::string_view prompt, const std::string& option);

/// Overwrites a text that was secret, before it is freed.
void wipe(std::string& text);

}  // namespace mqrig
