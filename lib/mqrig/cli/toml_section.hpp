#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mqrig/cli/toml_value.hpp>
#include <mqrig/cli/word.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::cli {

/// Reads the keys of a table of a TOML file into fields: a key that is missing leaves its field
/// as it is. Throws UsageError that names file, line and key. Outlived by table and name.
class TomlSection {
 public:
  TomlSection(const TomlValue& table, std::string_view file) : table_(table), file_(file) {}

  std::string_view file() const { return file_; }
  const TomlValue& table() const { return table_; }

  /// Every key that is asked for is known; see finish(). Keys outlive the section.
  const TomlValue* find(std::string_view key);

  void read(std::string_view key, std::string& into);
  void read(std::string_view key, std::optional<std::string>& into);
  void read(std::string_view key, bool& into);
  void read(std::string_view key, std::chrono::nanoseconds& into);
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
    const TomlValue* value = find(key);
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
  const std::string& text(const TomlValue& value) const;

  /// "bridge.toml:7: qos", or what stands for it when it was not read from a file.
  std::string place(const TomlValue& value) const;
  /// Of the table itself.
  std::string place() const { return place(table_); }

  [[noreturn]] void fault(const TomlValue& value, const std::string& text) const;
  [[noreturn]] void invalid(const TomlValue& value, std::string_view expected) const;

 private:
  std::optional<std::int64_t> count(std::string_view key, std::int64_t minimum,
                                    std::int64_t maximum);
  [[noreturn]] void no_such_word(const TomlValue& value,
                                 const std::vector<std::string_view>& words) const;

  const TomlValue& table_;
  std::string_view file_;
  std::vector<std::string_view> known_;
};

}  // namespace mqrig::cli
