#include <mqrig/cli/resolve.hpp>

#include <cstring>
#include <mqrig/cli/suggestion.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/cli/value.hpp>

namespace mqrig::cli {
namespace {

std::string quoted(const OptionSpec& option, std::string_view value) {
  switch (option.kind) {
    case ValueKind::secret:
    case ValueKind::url:
    case ValueKind::web_url:
    case ValueKind::proxy_url:
    case ValueKind::url_path:
      return "value";
    default:
      break;
  }
  std::string text = "value '";
  for (const char c : value) text += c == '\0' ? ' ' : c;
  return text + "'";
}

/// One value from one source; `where` says which ("-q/--qos", "MQRIG_QOS", "config.toml:3: qos").
void check(const OptionSpec& option, std::string_view value, std::string_view where) {
  if (!acceptable(option, value)) {
    Suggestion suggestion(value);
    for (const Choice& choice : option.choices) suggestion.offer(choice.value);
    throw UsageError(std::string(where) + ": invalid " + quoted(option, value) + ": expected " +
                     accepted_values(option) + suggestion.question());
  }
  if (option.kind != ValueKind::property) return;
  const std::string_view packet = split_property(value).packet;
  Suggestion suggestion(packet);
  for (const Choice& choice : option.choices) {
    if (packet.size() == choice.value.size() &&
        strncasecmp(packet.data(), choice.value.data(), packet.size()) == 0) {
      return;
    }
    suggestion.offer(choice.value);
  }
  throw UsageError(std::string(where) + ": no packet '" + std::string(packet) +
                   "' to set properties of" + suggestion.question());
}

void put(Options& options, const OptionSpec& option, Source source, std::string value) {
  Options::Setting& setting = options.setting(option);
  if (setting.source != source || !option.repeatable) setting.values.clear();
  setting.source = source;
  setting.values.push_back(std::move(value));
}

void apply_config(Options& options, const ConfigFile& config) {
  for (const ConfigEntry& entry : config.entries) {
    const OptionSpec& option = *entry.option;
    Options::Setting& setting = options.setting(option);
    setting.values.clear();
    for (const std::string& value : entry.values) {
      check(option, value, entry.where + ": " + std::string(option.long_name));
      put(options, option, Source::config, value);
    }
  }
}

void apply_environment(Options& options, const char* const* environment) {
  for (; *environment; ++environment) {
    const std::string_view entry(*environment);
    if (!entry.starts_with("MQRIG_")) continue;
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos || equals + 1 == entry.size()) continue;
    const std::string_view name = entry.substr(0, equals);
    const std::string_view value = entry.substr(equals + 1);
    for (Options::Setting& setting : options.settings()) {
      if (setting.option->env != name) continue;
      check(*setting.option, value, name);
      setting.values.clear();
      put(options, *setting.option, Source::environment, std::string(value));
    }
  }
}

void apply_flags(Options& options, const CommandLine& line) {
  for (const Occurrence& occurrence : line.occurrences) {
    check(*occurrence.option, occurrence.value, option_label(*occurrence.option));
    put(options, *occurrence.option, Source::flag, occurrence.value);
  }
}

bool in_force(const Options::Setting& setting) {
  if (setting.source <= Source::default_value) return false;
  return setting.option->kind != ValueKind::flag || setting.values.back() == "true";
}

std::string join_labels(std::span<const std::string> labels) {
  std::string text;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (i > 0) text += i + 1 == labels.size() ? " or " : ", ";
    text += labels[i];
  }
  return text;
}

void apply_exclusive(Options& options, const Exclusive& exclusive) {
  Options::Setting* strongest = nullptr;
  std::vector<Options::Setting*> given;
  std::vector<std::string> labels;
  for (const std::string_view name : exclusive.options) {
    const OptionSpec* option = find_option(options.command(), name);
    labels.push_back(option_label(*option));
    Options::Setting& setting = options.setting(*option);
    if (!in_force(setting)) continue;
    given.push_back(&setting);
    if (!strongest || setting.source > strongest->source) strongest = &setting;
  }
  if (!strongest) {
    if (!exclusive.required) return;
    throw UsageError("no " + std::string(exclusive.what) + ": give " + join_labels(labels));
  }
  for (Options::Setting* setting : given) {
    if (setting == strongest) continue;
    if (setting->source == strongest->source) {
      throw UsageError(option_label(*strongest->option) + " and " + option_label(*setting->option) +
                       " exclude each other: give one " + std::string(exclusive.what));
    }
    setting->values.clear();
    setting->source = setting->option->default_value.empty() ? Source::none : Source::default_value;
  }
}

}  // namespace

Options resolve(const CommandSpec& command, const CommandLine& line, const char* const* environment,
                const ConfigFile& config) {
  Options options(command);
  apply_config(options, config);
  apply_environment(options, environment);
  apply_flags(options, line);
  for (const Exclusive* exclusive : command.exclusives) apply_exclusive(options, *exclusive);
  return options;
}

}  // namespace mqrig::cli
