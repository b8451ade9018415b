#pragma once

#include <mqrig/cli/toml_value.hpp>
#include <string>
#include <string_view>
#include <vector>

/// Writing TOML: what read_toml() reads.

namespace mqrig::cli {

/// A basic string, in quotes.
std::string toml_quoted(std::string_view text);

/// An array of basic strings; `separator` holds the comma.
std::string toml_array(const std::vector<std::string>& texts, std::string_view separator);

/// The text of a whole table: its values, then the tables in it, each with the comment that it has.
std::string toml_text(const TomlValue& table);

}  // namespace mqrig::cli
