#pragma once

#include <mqrig/bridge/settings.hpp>
#include <mqrig/cli/toml_section.hpp>
#include <string>

#include "fingerprint.hpp"

namespace mqrig::bridge_command {

/// A table [link.local] or [link.remote]. `link` has its name, and says whether it has a spool.
/// Throws cli::UsageError that names line and key, and InputError for a password file.
bridge::SideSettings read_side(cli::TomlSection& section, bridge::Side side,
                               const bridge::LinkSettings& link, Fingerprint& fingerprint);

/// The client identifier of a side that was given none: the same after each restart of a link on a
/// machine of this name, and no other link's. `is_short`: at most 23 letters and digits, as MQTT
/// 3.1 has it.
std::string default_client_id(const std::string& link, bridge::Side side,
                              const std::string& machine, bool is_short);

}  // namespace mqrig::bridge_command
