#include "scenario_kind.hpp"

#include <algorithm>
#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/shared_options.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <string>

#include "command.hpp"

namespace mqrig::bench {
namespace {

/// Bit n: ScenarioKind n.
using Set = std::uint16_t;

template <typename... Kinds>
constexpr Set set(Kinds... kinds) {
  return static_cast<Set>(((1U << static_cast<unsigned>(kinds)) | ...));
}

using enum ScenarioKind;

constexpr Set publishing = set(pub, pubsub, rr, fanout, fanin, shared);
constexpr Set receiving = set(sub, pubsub, rr, fanout, fanin, shared);
constexpr Set by_options = publishing | receiving | set(conn);
constexpr Set running = by_options | set(file);
constexpr Set everywhere = running | set(compare, merge);

struct Row {
  std::string_view option;
  Set kinds;
};

/// Those of the command's own options that stand for more or less than a whole group.
constexpr Row rows[] = {
    {"scenario", everywhere},
    {"file", set(file, compare, merge)},
    {"print-scenario", running},
    {"publishers", publishing},
    {"subscribers", receiving},
    {"subscribers-per-topic", set(pubsub)},
    {"storm", set(conn)},
    {"storm-interval", set(conn)},
    {"duration", by_options},
    {"count", publishing | set(sub)},
    {"warmup", publishing | set(sub)},
    {"filter", receiving& static_cast<Set>(~set(rr))},
    {"qos", publishing | set(sub)},
    {"sub-qos", set(pubsub, rr, fanout, fanin, shared)},
    {"share", set(sub, rr, fanin, shared)},
    {"groups", set(shared)},
    {"response-topic", set(rr)},
    {"slo", running | set(merge)},
    {"verify", receiving | set(file)},
    {"find-max", publishing | set(file)},
    {"find-from", publishing | set(file)},
    {"find-to", publishing | set(file)},
    {"step-duration", publishing | set(file)},
    {"tolerance", set(compare)},
    {"json", everywhere},
    {"csv", running | set(merge)},
    {"hdr", running | set(merge)},
    {"html", running | set(merge)},
    {"debug", running},
};

struct GroupRow {
  const cli::OptionGroup* group;
  Set kinds;
};

constexpr GroupRow group_rows[] = {
    {&clients_group, by_options},      {&pace_group, publishing},
    {&message_group, publishing},      {&message_properties_group, publishing},
    {&cli::general_group, everywhere},
};

Set kinds_of(const cli::CommandSpec& command, std::string_view option) {
  for (const Row& row : rows) {
    if (row.option == option) return row.kinds;
  }
  const cli::OptionSpec* spec = cli::find_option(command, option);
  for (const GroupRow& row : group_rows) {
    const auto& all = row.group->options;
    if (std::any_of(all.begin(), all.end(), [&](const auto& one) { return &one == spec; })) {
      return row.kinds;
    }
  }
  return running;  // the connection, processes, and so on
}

std::string names(Set kinds) {
  std::string text;
  for (unsigned i = 0; i < std::size(scenario_choices); ++i) {
    if ((kinds >> i & 1U) == 0) continue;
    text += text.empty() ? "" : (kinds >> (i + 1)) == 0 ? " and " : ", ";
    text += scenario_choices[i].value;
  }
  return text;
}

}  // namespace

std::string_view name(ScenarioKind kind) noexcept {
  return scenario_choices[static_cast<std::size_t>(kind)].value;
}

bool suits(const cli::CommandSpec& command, ScenarioKind kind, std::string_view option) {
  return (kinds_of(command, option) & set(kind)) != 0;
}

ScenarioKind read_scenario_kind(const cli::Options& options) {
  if (!options.has("scenario")) {
    throw cli::UsageError("no scenario: give one of " + names(everywhere));
  }
  const std::string_view typed = options.text("scenario");
  const auto* choice = std::find_if(std::begin(scenario_choices), std::end(scenario_choices),
                                    [&](const cli::Choice& one) { return one.value == typed; });
  const auto kind = static_cast<ScenarioKind>(choice - std::begin(scenario_choices));
  for (const cli::Options::Setting& setting : options.settings()) {
    const cli::OptionSpec& option = *setting.option;
    if (setting.source != cli::Source::flag || suits(options.command(), kind, option.long_name)) {
      continue;
    }
    const std::string others = names(kinds_of(options.command(), option.long_name));
    if (option.long_name == "file") {
      throw cli::UsageError("bench " + std::string(name(kind)) + " takes no file ('" +
                            setting.values.front() + "'): " + others + " do");
    }
    throw cli::UsageError(cli::option_label(option) + " means nothing in bench " +
                          std::string(name(kind)) + ": it is for " + others);
  }
  return kind;
}

}  // namespace mqrig::bench
