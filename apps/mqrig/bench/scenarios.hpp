#pragma once

#include <mqrig/cli/options.hpp>
#include <mqrig/load/scenario.hpp>
#include <string>
#include <string_view>

#include "scenario_kind.hpp"

namespace mqrig::bench {

/// The scenario that the options mean, for all kinds but file, compare and merge. `url_topic`: the
/// topic of the broker's URL, or empty. Throws cli::UsageError, and InputError for payload lines
/// that can't be read. Options of the connection are no part of it, but for those that a group may
/// have for itself.
load::Scenario read_scenario(const cli::Options& options, ScenarioKind kind,
                             const std::string& url_topic);

/// A filter for all topics of a template: a level with a placeholder becomes "+". With
/// `keep_client` the number of the client stays what it is.
std::string covering_filter(std::string_view topic, bool keep_client);

}  // namespace mqrig::bench
