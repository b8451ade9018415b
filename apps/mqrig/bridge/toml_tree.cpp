#include "toml_tree.hpp"

namespace mqrig::bridge_command {

using cli::TomlValue;
using Kind = TomlValue::Kind;

TomlValue toml_table(std::string key) {
  TomlValue value;
  value.key = std::move(key);
  return value;
}

TomlValue toml_scalar(std::string key, Kind kind, std::string_view text) {
  TomlValue value;
  value.kind = kind;
  value.key = std::move(key);
  value.text = text;
  return value;
}

TomlValue toml_word(std::string key, std::string_view text) {
  return toml_scalar(std::move(key), Kind::text, text);
}

TomlValue toml_words(std::string key, const std::vector<std::string>& texts) {
  TomlValue value = toml_scalar(key, Kind::array, {});
  for (const std::string& text : texts) value.items.push_back(toml_word(key, text));
  return value;
}

TomlValue toml_tables(std::string key, std::vector<TomlValue> elements) {
  TomlValue value = toml_scalar(std::move(key), Kind::array, {});
  value.items = std::move(elements);
  return value;
}

}  // namespace mqrig::bridge_command
