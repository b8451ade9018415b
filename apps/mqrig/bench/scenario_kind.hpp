#pragma once

#include <cstdint>
#include <mqrig/cli/option_spec.hpp>
#include <mqrig/cli/options.hpp>
#include <string_view>

namespace mqrig::bench {

/// The first bare word of the command line.
enum class ScenarioKind : std::uint8_t {
  pub,
  sub,
  conn,
  pubsub,
  rr,
  fanout,
  fanin,
  shared,
  file,  ///< "run".
  compare,
  merge,
};

/// In the order of the enumeration.
inline constexpr cli::Choice scenario_choices[] = {
    {"pub", "clients publish"},
    {"sub", "clients subscribe and count what arrives"},
    {"conn", "clients connect and stay idle"},
    {"pubsub", "each publisher has a topic and subscribers of its own"},
    {"rr", "requests and responses"},
    {"fanout", "one publisher, many subscribers"},
    {"fanin", "many publishers, one subscriber"},
    {"shared", "many publishers, shared groups of subscribers"},
    {"run", "the scenario of a file"},
    {"compare", "two reports: what is slower, what is faster"},
    {"merge", "the reports of several machines become one"},
};

std::string_view name(ScenarioKind kind) noexcept;

/// Works with reports, and connects to nothing.
constexpr bool is_offline(ScenarioKind kind) noexcept {
  return kind >= ScenarioKind::compare;
}

/// True if the option has a meaning in this scenario.
bool suits(const cli::CommandSpec& command, ScenarioKind kind, std::string_view option);

/// Reads which scenario is asked for. Throws cli::UsageError if there is none, and if an option was
/// typed that has no meaning in it. What a weaker source says without meaning is of no account.
ScenarioKind read_scenario_kind(const cli::Options& options);

}  // namespace mqrig::bench
