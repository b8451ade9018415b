#include <mqrig/cli/toml_section.hpp>

#include <algorithm>
#include <mqrig/cli/suggestion.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/cli/value.hpp>

namespace mqrig::cli {

const TomlValue* TomlSection::find(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.push_back(key);
  for (const TomlValue& item : table_.items) {
    if (item.key == key) return &item;
  }
  return nullptr;
}

const std::string& TomlSection::text(const TomlValue& value) const {
  if (value.kind != TomlValue::Kind::text && value.kind != TomlValue::Kind::number) {
    fault(value, "takes a text or a number");
  }
  if (value.text.find('\0') != std::string::npos) fault(value, "U+0000 can't stand in a value");
  return value.text;
}

void TomlSection::read(std::string_view key, std::string& into) {
  if (const TomlValue* value = find(key)) into = text(*value);
}

void TomlSection::read(std::string_view key, std::optional<std::string>& into) {
  if (const TomlValue* value = find(key)) into = text(*value);
}

void TomlSection::read(std::string_view key, bool& into) {
  const TomlValue* value = find(key);
  if (!value) return;
  if (value->kind != TomlValue::Kind::flag) fault(*value, "takes true or false");
  into = value->text == "true";
}

void TomlSection::read(std::string_view key, std::chrono::nanoseconds& into) {
  const TomlValue* value = find(key);
  if (!value) return;
  const auto duration = parse_duration(text(*value));
  if (!duration) invalid(*value, "a duration such as 500ms, 5s or 2m (a bare number is seconds)");
  into = *duration;
}

void TomlSection::read_number(std::string_view key, double& into) {
  const TomlValue* value = find(key);
  if (!value) return;
  const auto number = parse_number(text(*value));
  if (!number) invalid(*value, "a number");
  into = *number;
}

void TomlSection::read_rate(std::string_view key, double& into) {
  const TomlValue* value = find(key);
  if (!value) return;
  const auto rate = parse_rate(text(*value));
  if (!rate) invalid(*value, "a rate above zero such as 100/s, 50k/s or 6000/m");
  into = *rate;
}

void TomlSection::read_list(std::string_view key, std::vector<std::string>& into) {
  const TomlValue* value = find(key);
  if (!value) return;
  if (value->kind != TomlValue::Kind::array) {
    into.push_back(text(*value));
    return;
  }
  for (TomlValue item : value->items) {
    item.key = key;  // for messages
    into.push_back(text(item));
  }
}

std::optional<std::int64_t> TomlSection::count(std::string_view key, std::int64_t minimum,
                                               std::int64_t maximum) {
  const TomlValue* value = find(key);
  if (!value) return std::nullopt;
  const auto number = parse_integer(text(*value));
  if (!number || *number < minimum || *number > maximum) {
    invalid(*value,
            "a whole number from " + std::to_string(minimum) + " to " + std::to_string(maximum));
  }
  return number;
}

std::vector<TomlSection> TomlSection::tables(std::string_view key) {
  std::vector<TomlSection> sections;
  const TomlValue* value = find(key);
  if (!value) return sections;
  if (value->kind == TomlValue::Kind::table) {
    sections.emplace_back(*value, file_);
    return sections;
  }
  for (const TomlValue& item : value->items) {
    if (item.kind != TomlValue::Kind::table) fault(*value, "takes tables: [[" + value->key + "]]");
    sections.emplace_back(item, file_);
  }
  if (value->kind != TomlValue::Kind::array) {
    fault(*value, "is a table: [" + value->key + "] or [[" + value->key + "]]");
  }
  return sections;
}

void TomlSection::finish() const {
  for (const TomlValue& item : table_.items) {
    if (std::find(known_.begin(), known_.end(), item.key) != known_.end()) continue;
    Suggestion suggestion(item.key);
    for (const std::string_view key : known_) suggestion.offer(key);
    fault(item, "unknown key" + suggestion.question());
  }
}

std::string TomlSection::place(const TomlValue& value) const {
  if (value.line == 0) return value.origin;
  return std::string(file_) + ":" + std::to_string(value.line) + ": " + value.key;
}

void TomlSection::fault(const TomlValue& value, const std::string& text) const {
  throw UsageError(place(value) + ": " + text);
}

void TomlSection::invalid(const TomlValue& value, std::string_view expected) const {
  fault(value, "invalid value '" + value.text + "': expected " + std::string(expected));
}

void TomlSection::no_such_word(const TomlValue& value,
                               const std::vector<std::string_view>& words) const {
  Suggestion suggestion(value.text);
  std::string all;
  for (const std::string_view word : words) {
    all += all.empty() ? "" : ", ";
    all += word;
    suggestion.offer(word);
  }
  invalid(value, "one of " + all + suggestion.question());
}

}  // namespace mqrig::cli
