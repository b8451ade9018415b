#pragma once

#include <mqrig/bridge/settings.hpp>
#include <mqrig/cli/toml_value.hpp>
#include <mqrig/net/listen_address.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::bridge_command {

/// What a bridge file says, with the passwords of the files that it names.
struct BridgeFile {
  bridge::Settings settings;
  std::optional<net::ListenAddress> metrics;
  std::vector<std::string>
      places;  ///< Where each link stands, for messages: "bridge.toml:7: link".
};

/// From a tree, which was read, or made of options. `name` is that of the file. Whether the rules
/// of a link work is left to bridge::check_rules(). Throws cli::UsageError that names line and key,
/// and InputError for a password file.
BridgeFile read_bridge(const cli::TomlValue& root, std::string_view name);

/// From a file. Throws InputError also when it can't be read.
BridgeFile load_bridge(const std::string& path);

}  // namespace mqrig::bridge_command
