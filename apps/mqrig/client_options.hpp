#pragma once

#include <mqrig/cli/options.hpp>
#include <mqrig/client/options.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mqrig {

/// What the shared options (connection, session, will, properties of CONNECT) say.
struct ClientOptions {
  client::Options client;
  std::string topic;  ///< From the URL; empty if there is none.
};

/// What --protocol-version asks for; none: 5.0 or 3.1.1, as the broker has it.
std::optional<wire::Version> version_asked_for(const cli::Options& options);

/// Turns options into what the client wants. `version_5_options` are the command's own options
/// that only MQTT 5.0 has: any of them makes "-V auto" mean 5, and is an error with an older
/// version. Throws UsageError, and InputError for files that cannot be read. Not set here:
/// survive_reconnects, reconnect_timeout, exchange.
ClientOptions read_client_options(const cli::Options& options,
                                  std::span<const std::string_view> version_5_options);

}  // namespace mqrig
