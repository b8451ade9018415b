#pragma once

#include <array>
#include <cstdint>
#include <mqrig/cli/toml_value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "load_values.hpp"

namespace mqrig::bench {

/// Reads the keys of a table of a scenario file into fields: a key that is missing leaves its field
/// as it is. Throws cli::UsageError that names file, line and key. Outlived by table and name.
class TomlSection {
 public:
  TomlSection(const cli::TomlValue& table, std::string_view file) : table_(table), file_(file) {}

  std::string_view file() const { return file_; }

  /// Every key that is asked for is known; see finish().
  const cli::TomlValue* find(std::string_view key);

  void read(std::string_view key, std::string& into);
  void read(std::string_view key, std::optional<std::string>& into);
  void read(std::string_view key, bool& into);
  void read(std::string_view key, load::Nanoseconds& into);
  void read(std::string_view key, load::QosMix& into);
  void read_number(std::string_view key, double& into);
  void read_rate(std::string_view key, double& into);
  /// One text or an array of them.
  void read_list(std::string_view key, std::vector<std::string>& into);

  template <typename Integer>
  void read_count(std::string_view key, Integer& into, std::int64_t minimum, std::int64_t maximum) {
    if (const auto value = count(key, minimum, maximum)) into = static_cast<Integer>(*value);
  }

  template <typename Value, std::size_t size>
  void read_word(std::string_view key, Value& into, const Word<Value> (&words)[size]) {
    const cli::TomlValue* value = find(key);
    if (!value) return;
    const auto found = find_word(words, text(*value));
    if (!found) {
      std::vector<std::string_view> all;
      for (const Word<Value>& word : words) all.push_back(word.text);
      no_such_word(*value, all);
    }
    into = *found;
  }

  template <typename Value, std::size_t size>
  void read_word(std::string_view key, std::optional<Value>& into,
                 const Word<Value> (&words)[size]) {
    if (find(key)) read_word(key, into.emplace(), words);
  }

  /// The tables of an array of tables, or a single one.
  std::vector<TomlSection> tables(std::string_view key);

  /// To be called at the end: a key that nobody asked for is a fault.
  void finish() const;

  /// A text or a number as it would be typed.
  const std::string& text(const cli::TomlValue& value) const;

  [[noreturn]] void fault(const cli::TomlValue& value, const std::string& text) const;

 private:
  std::optional<std::int64_t> count(std::string_view key, std::int64_t minimum,
                                    std::int64_t maximum);
  [[noreturn]] void invalid(const cli::TomlValue& value, std::string_view expected) const;
  [[noreturn]] void no_such_word(const cli::TomlValue& value,
                                 const std::vector<std::string_view>& words) const;

  const cli::TomlValue& table_;
  std::string_view file_;
  std::vector<std::string_view> known_;
};

}  // namespace mqrig::bench
