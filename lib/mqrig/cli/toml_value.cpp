#include <mqrig/cli/toml_value.hpp>

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ENABLE_WINDOWS_COMPAT 0
#include <toml++/toml.h>

#include <algorithm>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/cli/value.hpp>

namespace mqrig::cli {
namespace {

TomlValue convert(const toml::node& node);

std::vector<TomlValue> members(const toml::table& table) {
  std::vector<TomlValue> items;
  for (const auto& [key, node] : table) {
    TomlValue& item = items.emplace_back(convert(node));
    item.key = std::string(key.str());
    for (TomlValue& element : item.items) {
      if (item.kind == TomlValue::Kind::array) element.key = item.key;
    }
    // The key of a table that only headers of tables within it name has no place of its own.
    if (key.source().begin.line > 0) item.line = key.source().begin.line;
  }
  std::stable_sort(items.begin(), items.end(),
                   [](const TomlValue& a, const TomlValue& b) { return a.line < b.line; });
  return items;
}

TomlValue convert(const toml::node& node) {
  TomlValue value;
  value.line = node.source().begin.line;
  if (const auto* table = node.as_table()) {
    value.items = members(*table);
  } else if (const auto* array = node.as_array()) {
    value.kind = TomlValue::Kind::array;
    for (const toml::node& item : *array) value.items.push_back(convert(item));
  } else if (const auto* text = node.as_string()) {
    value.kind = TomlValue::Kind::text;
    value.text = text->get();
  } else if (const auto* integer = node.as_integer()) {
    value.kind = TomlValue::Kind::number;
    value.text = std::to_string(integer->get());
  } else if (const auto* number = node.as_floating_point()) {
    value.kind = TomlValue::Kind::number;
    value.text = number_text(number->get());
  } else if (const auto* flag = node.as_boolean()) {
    value.kind = TomlValue::Kind::flag;
    value.text = flag->get() ? "true" : "false";
  } else {
    value.kind = TomlValue::Kind::time;
  }
  return value;
}

}  // namespace

TomlValue read_toml(std::string_view text, std::string_view name) {
  const toml::parse_result parsed = toml::parse(text, name);
  if (parsed.failed()) {
    const toml::parse_error& error = parsed.error();
    throw UsageError(std::string(name) + ":" + std::to_string(error.source().begin.line) + ": " +
                     std::string(error.description()));
  }
  return convert(parsed.table());
}

}  // namespace mqrig::cli
