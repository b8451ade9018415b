#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::cli {

/// A value of a TOML text, and what is in it. Scalars are text as it would be typed on the command
/// line, so that the functions of value.hpp read both.
struct TomlValue {
  enum class Kind : std::uint8_t {
    text,
    number,
    flag,   ///< "true" or "false".
    time,   ///< A date or a time of day; without a text.
    array,  ///< Of `items`.
    table,  ///< Of `items` with keys, in the order of the text.
  };

  Kind kind = Kind::table;
  std::string key;   ///< In a table; of an element of an array there, that of the array.
  std::string text;  ///< Of a scalar; of a number without an exponent.
  std::vector<TomlValue> items;
  std::uint32_t line = 0;  ///< Where it starts, or its key; from 1; 0 when it stands in no file.
  /// What messages call it when it stands in no file: "--from-username".
  std::string origin = {};
  std::string comment = {};  ///< Lines for a person, for toml_text(); reading keeps none.

  bool is_scalar() const { return kind < Kind::time; }
};

/// The table that a TOML text is. `name` is for messages. Throws UsageError that names the line.
TomlValue read_toml(std::string_view text, std::string_view name);

}  // namespace mqrig::cli
