#include <mqrig/cli/options.hpp>

#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/value.hpp>
#include <stdexcept>

namespace mqrig::cli {
namespace {

[[noreturn]] void unknown(std::string_view name) {
  throw std::logic_error("the command has no option '" + std::string(name) + "'");
}

}  // namespace

Options::Options(const CommandSpec& command) : command_(&command) {
  std::size_t count = 0;
  for (const OptionGroup* group : command.groups) count += group->options.size();
  settings_.reserve(count);
  for_each_option(command, [&](const OptionSpec& option) {
    settings_.push_back(
        {&option, option.default_value.empty() ? Source::none : Source::default_value});
  });
}

Options::Setting& Options::setting(const OptionSpec& option) {
  for (Setting& setting : settings_) {
    if (setting.option == &option) return setting;
  }
  unknown(option.long_name);
}

const Options::Setting& Options::setting(std::string_view name) const {
  for (const Setting& setting : settings_) {
    if (setting.option->long_name == name) return setting;
  }
  unknown(name);
}

std::string Options::label(std::string_view name) const {
  return option_label(*setting(name).option);
}

bool Options::flag(std::string_view name) const {
  return parse_flag(text(name)).value_or(false);
}

std::string_view Options::text(std::string_view name) const {
  const Setting& found = setting(name);
  const OptionSpec& option = *found.option;
  if (found.values.empty()) return option.default_value;
  return canonical_choice(option, found.values.back());
}

std::vector<std::string_view> Options::list(std::string_view name) const {
  const Setting& found = setting(name);
  std::vector<std::string_view> result(found.values.begin(), found.values.end());
  if (result.empty() && !found.option->default_value.empty()) {
    result.push_back(found.option->default_value);
  }
  return result;
}

std::int64_t Options::integer(std::string_view name) const {
  return parse_whole(*setting(name).option, text(name)).value_or(0);
}

double Options::number(std::string_view name) const {
  const std::string_view value = text(name);
  if (setting(name).option->kind == ValueKind::rate) return parse_rate(value).value_or(0);
  return parse_number(value).value_or(0);
}

std::chrono::milliseconds Options::duration(std::string_view name) const {
  return parse_duration(text(name)).value_or(std::chrono::milliseconds(0));
}

std::vector<PropertyWords> Options::properties(std::string_view name) const {
  std::vector<PropertyWords> result;
  for (const std::string& joined : setting(name).values) result.push_back(split_property(joined));
  return result;
}

PropertyWords split_property(std::string_view joined) {
  const auto take = [&joined] {
    const std::size_t end = joined.find('\0');
    const std::string_view word = joined.substr(0, end);
    joined.remove_prefix(end == std::string_view::npos ? joined.size() : end + 1);
    return word;
  };
  PropertyWords words;
  words.packet = take();
  words.name = take();
  if (joined.find('\0') != std::string_view::npos) words.key = take();
  words.value = joined;
  return words;
}

}  // namespace mqrig::cli
