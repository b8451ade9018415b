#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mqrig::cli {

/// Asks for a password on the terminal that is standard input, without showing what is typed. The
/// prompt goes to standard error. Empty at the end of input (^D). Throws std::system_error when the
/// terminal fails.
///
/// A signal that ends the process, or stops it (^Z), does so with the terminal as it was before;
/// continued, it asks again.
std::optional<std::string> ask_secret(std::string_view prompt);

}  // namespace mqrig::cli
