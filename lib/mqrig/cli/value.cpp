#include <mqrig/cli/value.hpp>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace mqrig::cli {
namespace {

struct Unit {
  std::string_view suffix;
  double factor;
};

// A bare number comes first; longer suffixes come before the shorter ones that they end with.
constexpr Unit duration_units[] = {{"ms", 1}, {"s", 1e3}, {"m", 6e4}, {"h", 3.6e6}, {"d", 8.64e7}};
constexpr Unit rate_units[] = {
    {"k/s", 1e3},       {"M/s", 1e6}, {"/s", 1},  {"/m", 1.0 / 60},
    {"/h", 1.0 / 3600}, {"k", 1e3},   {"M", 1e6},
};
constexpr Unit size_units[] = {
    {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"k", 1 << 10},
    {"K", 1 << 10},   {"M", 1 << 20},   {"G", 1 << 30},   {"B", 1},
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<double> parse_scaled(std::string_view text, std::span<const Unit> units,
                                   double bare) {
  double factor = bare;
  for (const Unit& unit : units) {
    if (!text.ends_with(unit.suffix)) continue;
    text.remove_suffix(unit.suffix.size());
    factor = unit.factor;
    break;
  }
  if (text.empty() || !is_digit(text.back())) return std::nullopt;
  const auto number = parse_number(text);
  if (!number || *number < 0) return std::nullopt;
  return *number * factor;
}

std::optional<std::int64_t> to_whole(double value) {
  constexpr double limit = 9.0e15;  // Every whole number below is exact in a double.
  if (value > limit || std::floor(value) != value) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

bool in_range(const OptionSpec& option, double value) {
  return value >= static_cast<double>(option.minimum) &&
         value <= static_cast<double>(option.maximum);
}

bool is_variable_name(std::string_view text) {
  return !text.empty() && text.find('=') == std::string_view::npos;
}

const Choice* find_choice(const OptionSpec& option, std::string_view text) {
  for (const Choice& choice : option.choices) {
    if (choice.value == text) return &choice;
  }
  return nullptr;
}

std::string range(const OptionSpec& option) {
  if (option.maximum == unlimited) return "of at least " + std::to_string(option.minimum);
  return "from " + std::to_string(option.minimum) + " to " + std::to_string(option.maximum);
}

std::string least(const OptionSpec& option) {
  return option.minimum == 0 ? "" : " of at least " + std::to_string(option.minimum) + "s";
}

std::string choice_list(const OptionSpec& option) {
  std::string text;
  for (const Choice& choice : option.choices) {
    if (!choice.alias_of.empty()) continue;
    if (!text.empty()) text += ", ";
    text += choice.value;
  }
  return text;
}

std::string or_words(const OptionSpec& option) {
  return option.choices.empty() ? std::string() : ", or " + choice_list(option);
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_number(std::string_view text) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || (!is_digit(digits[0]) && digits[0] != '.')) return std::nullopt;
  if (digits.find_first_not_of("0123456789.") != digits.npos) return std::nullopt;
  // Not std::from_chars(), whose fallback would make the program load libm at start-up.
  const std::string copy(text);
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  if (end != copy.c_str() + copy.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::string number_text(double number) {
  char digits[512];  // 309 before the point, or some 340 behind it
  const auto result = std::to_chars(digits, std::end(digits), number, std::chars_format::fixed);
  return {digits, result.ptr};
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto value = parse_scaled(text, duration_units, 1000);
  if (!value) return std::nullopt;
  // Not std::round(), which alone would make the program load libm at start-up.
  const auto whole = to_whole(std::floor(*value + 0.5));
  if (!whole) return std::nullopt;
  return std::chrono::milliseconds(*whole);
}

std::optional<std::int64_t> parse_seconds(std::string_view text) {
  const auto value = parse_duration(text);
  if (!value || value->count() % 1000 != 0) return std::nullopt;
  return value->count() / 1000;
}

std::optional<double> parse_rate(std::string_view text) {
  const auto value = parse_scaled(text, rate_units, 1);
  if (!value || *value <= 0) return std::nullopt;
  return value;
}

std::optional<std::int64_t> parse_size(std::string_view text) {
  const auto value = parse_scaled(text, size_units, 1);
  return value ? to_whole(*value) : std::nullopt;
}

std::optional<bool> parse_flag(std::string_view text) {
  for (const std::string_view yes : {"1", "true", "yes", "on"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"0", "false", "no", "off"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

std::optional<std::int64_t> parse_whole(const OptionSpec& option, std::string_view text) {
  if (find_choice(option, text)) return option.maximum;
  std::optional<std::int64_t> value;
  if (option.kind == ValueKind::integer) value = parse_integer(text);
  if (option.kind == ValueKind::seconds) value = parse_seconds(text);
  if (option.kind == ValueKind::size) value = parse_size(text);
  if (!value || *value < option.minimum || *value > option.maximum) return std::nullopt;
  return value;
}

bool acceptable(const OptionSpec& option, std::string_view text) {
  switch (option.kind) {
    case ValueKind::flag:
      return parse_flag(text).has_value();
    case ValueKind::text:
      return static_cast<std::int64_t>(text.size()) >= option.minimum;
    case ValueKind::secret:
    case ValueKind::property:
    case ValueKind::proxy_url:
      return true;
    case ValueKind::integer:
    case ValueKind::seconds:
    case ValueKind::size:
      return parse_whole(option, text).has_value();
    case ValueKind::number: {
      const auto value = parse_number(text);
      return value && in_range(option, *value);
    }
    case ValueKind::duration: {
      const auto value = parse_duration(text);
      return value && in_range(option, static_cast<double>(value->count()) / 1000);
    }
    case ValueKind::rate:
      return parse_rate(text).has_value();
    case ValueKind::choice:
      return find_choice(option, text) != nullptr;
    case ValueKind::key_value:
      return text.find('=') != std::string_view::npos;
    case ValueKind::url:
    case ValueKind::web_url:
      return text.find("://") != std::string_view::npos;
    case ValueKind::variable_name:
      return is_variable_name(text);
    case ValueKind::path:
    case ValueKind::url_path:
    case ValueKind::topic:
    case ValueKind::topic_filter:
    case ValueKind::host:
      return !text.empty();
  }
  return false;
}

std::string accepted_values(const OptionSpec& option) {
  switch (option.kind) {
    case ValueKind::flag:
      return "true or false";
    case ValueKind::integer:
      return "a whole number " + range(option) + or_words(option);
    case ValueKind::number:
      return "a number " + range(option);
    case ValueKind::seconds:
      return "whole seconds " + range(option) + " (or 90s, 2m, 1h, 7d)" + or_words(option);
    case ValueKind::duration:
      return "a duration such as 500ms, 5s or 2m (a bare number is seconds)" + least(option);
    case ValueKind::rate:
      return "a rate above zero such as 100/s, 50k/s or 6000/m";
    case ValueKind::size:
      return "a size such as 512, 64k or 2M, in bytes " + range(option);
    case ValueKind::choice:
      return "one of " + choice_list(option);
    case ValueKind::property:
      return "PACKET NAME VALUE, or PACKET user-property KEY VALUE";
    case ValueKind::key_value:
      return "KEY=VALUE";
    case ValueKind::url:
      return "a broker URL such as mqtt://user@host:1883/topic";
    case ValueKind::web_url:
      return "a URL such as https://host:8443";
    case ValueKind::proxy_url:
      return "a URL such as http://proxy:3128, or nothing for no proxy";
    case ValueKind::url_path:
      return "a path such as /mqtt";
    case ValueKind::variable_name:
      return "the name of an environment variable";
    case ValueKind::text:
    case ValueKind::secret:
      return option.minimum == 0 ? "any text" : "text that is not empty";
    case ValueKind::path:
      return "the name of a file";
    case ValueKind::topic:
      return "a topic";
    case ValueKind::topic_filter:
      return "a topic filter";
    case ValueKind::host:
      return "a name or an address";
  }
  return {};
}

std::string_view canonical_choice(const OptionSpec& option, std::string_view text) {
  if (option.kind != ValueKind::choice) return text;
  const Choice* choice = find_choice(option, text);
  return choice && !choice->alias_of.empty() ? choice->alias_of : text;
}

}  // namespace mqrig::cli
