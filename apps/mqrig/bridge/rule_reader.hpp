#pragma once

#include <mqrig/bridge/settings.hpp>
#include <mqrig/cli/toml_section.hpp>

#include "fingerprint.hpp"

namespace mqrig::bridge_command {

/// A table [[link.rule]] with those in it. Whether the rule works is left to
/// bridge::check_rules(). Throws cli::UsageError that names line and key.
bridge::Rule read_rule(cli::TomlSection& section, Fingerprint& fingerprint);

}  // namespace mqrig::bridge_command
