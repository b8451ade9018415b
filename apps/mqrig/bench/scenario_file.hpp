#pragma once

#include <mqrig/load/scenario.hpp>
#include <string>
#include <string_view>

/// Scenarios as TOML text. Keys are called as the options are, and values written as there.

namespace mqrig::bench {

/// The scenario of a text; `name` is for messages. Throws cli::UsageError that names line and key,
/// for unknown keys as well. What load::check() finds is left to that.
load::Scenario parse_scenario(std::string_view text, std::string_view name);

/// The text of a scenario that load::check() is content with; parse_scenario() makes the same of
/// it. Times come in whole milliseconds. It holds no secret: passwords are none of a scenario.
std::string print_scenario(const load::Scenario& scenario);

}  // namespace mqrig::bench
