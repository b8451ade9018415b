#pragma once

#include <mqrig/cli/toml_value.hpp>
#include <string>
#include <string_view>
#include <vector>

/// Pieces of a TOML tree that stands in no file.

namespace mqrig::bridge_command {

cli::TomlValue toml_table(std::string key);
cli::TomlValue toml_scalar(std::string key, cli::TomlValue::Kind kind, std::string_view text);
cli::TomlValue toml_word(std::string key, std::string_view text);
cli::TomlValue toml_words(std::string key, const std::vector<std::string>& texts);
cli::TomlValue toml_tables(std::string key, std::vector<cli::TomlValue> elements);

}  // namespace mqrig::bridge_command
