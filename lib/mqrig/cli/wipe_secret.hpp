#pragma once

#include <mqrig/cli/option_spec.hpp>
#include <span>

namespace mqrig::cli {

/// Overwrites with stars what is secret in a value, where it stands in main()'s words and so in
/// ps(1): all of a password, the password and the query in a URL, nothing of other kinds.
void wipe_secret(ValueKind kind, std::span<char> value);

}  // namespace mqrig::cli
