#include "settings.hpp"

#include <algorithm>
#include <array>
#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <span>
#include <string_view>

namespace mqrig::spool {
namespace {

using cli::UsageError;

enum class QueueWord : std::uint8_t { none, optional, required };

/// What an action takes beside the file.
struct ActionWord {
  std::string_view word;
  Action action;
  QueueWord queue;
  std::array<std::string_view, 7> options;
};

constexpr ActionWord actions[] = {
    {"ls", Action::list, QueueWord::none, {"json"}},
    {"show",
     Action::show,
     QueueWord::optional,
     {"refused", "limit", "verbose", "json", "json-payload", "format", "no-newline"}},
    {"export", Action::export_lines, QueueWord::optional, {}},
    {"import", Action::import_lines, QueueWord::optional, {}},
    {"requeue", Action::requeue, QueueWord::optional, {}},
    {"purge", Action::purge, QueueWord::required, {"refused", "older-than", "yes"}},
    {"verify", Action::verify, QueueWord::none, {"repair"}},
};

/// Options that not every action has.
constexpr std::string_view some_options[] = {
    "refused", "limit",      "verbose", "json",       "json-payload",
    "format",  "no-newline", "yes",     "older-than", "repair",
};

const ActionWord& read_action(const cli::Options& options) {
  if (!options.has("action")) {
    throw UsageError(
        "no action given: ls, show, export, import, requeue, purge or verify is missing");
  }
  const std::string_view word = options.text("action");
  // The parser has let nothing else pass.
  return *std::find_if(std::begin(actions), std::end(actions),
                       [word](const ActionWord& action) { return action.word == word; });
}

void refuse_options_of_others(const cli::Options& options, const ActionWord& action) {
  for (const std::string_view name : some_options) {
    if (options.source(name) != cli::Source::flag) continue;
    const auto& known = action.options;
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    throw UsageError(cli::option_label(*cli::find_option(options.command(), name)) +
                     " is not for " + std::string(action.word));
  }
}

void read_words(const cli::Options& options, const ActionWord& action, Settings& into) {
  const std::string word(action.word);
  if (!options.has("file")) throw UsageError("no spool given: FILE is missing after " + word);
  into.file = options.text("file");
  if (options.has("queue")) into.queue = options.text("queue");
  if (into.queue && action.queue == QueueWord::none) {
    throw UsageError(word + " is for a whole file: '" + *into.queue + "' is one word too many");
  }
  if (!into.queue && action.queue == QueueWord::required) {
    throw UsageError("no queue given: QUEUE is missing after the file (mqrig spool ls shows them)");
  }
}

}  // namespace

Settings read_settings(const cli::Options& options) {
  const ActionWord& action = read_action(options);
  Settings settings;
  settings.action = action.action;
  read_words(options, action, settings);
  refuse_options_of_others(options, action);
  settings.refused = options.flag("refused");
  if (options.has("limit")) settings.limit = static_cast<std::uint64_t>(options.integer("limit"));
  if (options.has("older-than")) settings.older_than = options.duration("older-than");
  settings.yes = options.flag("yes");
  settings.repair = options.flag("repair");
  return settings;
}

}  // namespace mqrig::spool
