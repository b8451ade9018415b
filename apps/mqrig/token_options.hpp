#pragma once

#include <mqrig/cli/options.hpp>
#include <mqrig/client/options.hpp>
#include <optional>

#include "token_credentials.hpp"

namespace mqrig {

/// Where tokens go; nothing if there is no source of tokens, or if a stronger source of options
/// says what is in their place. `into` has the user name and the password of the URL. Throws
/// UsageError for what does not go together.
std::optional<TokenPlacement> token_placement(const cli::Options& options,
                                              const client::Options& into);

/// Has each client of these options ask for a token before it connects. Throws UsageError.
void use_tokens(const cli::Options& options, const TokenPlacement& placement,
                client::Options& into);

}  // namespace mqrig
