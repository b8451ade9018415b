#pragma once

#include <chrono>
#include <cstdint>
#include <mqrig/cli/option_spec.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::cli {

/// Where a value came from, weakest first, so that sources can be compared.
enum class Source : std::uint8_t { none, default_value, config, environment, flag };

/// The words of one `-D PACKET NAME VALUE` or `-D PACKET user-property KEY VALUE`. Views into
/// the Options.
struct PropertyWords {
  std::string_view packet;
  std::string_view name;
  std::string_view key;  ///< Only for user-property.
  std::string_view value;
};

/// The options in force for one run of a command: already checked, looked up by long name.
/// Asking for a name that the command does not have throws
/// std::logic_error: a programming error. Views and spans live
/// as long as the object. A lookup walks the command's options: read options once, at start-up.
class Options {
 public:
  struct Setting {
    const OptionSpec* option = nullptr;
    Source source = Source::none;
    std::vector<std::string> values = {};  ///< Empty unless the source is config or stronger.
  };

  explicit Options(const CommandSpec& command);

  const CommandSpec& command() const { return *command_; }

  /// True if a flag, the environment or the configuration file gave a value.
  bool has(std::string_view name) const { return source(name) > Source::default_value; }

  /// Source::none means that there is not even a default.
  Source source(std::string_view name) const { return setting(name).source; }

  /// "-q/--qos", for messages.
  std::string label(std::string_view name) const;

  bool flag(std::string_view name) const;

  /// The value, or the default, or nothing. A choice comes in its main spelling.
  std::string_view text(std::string_view name) const;

  /// All values of a repeatable option in order; a default, if there is one, as the only element.
  std::vector<std::string_view> list(std::string_view name) const;

  /// For integers, seconds and sizes. Zero if there is neither a value nor a default.
  std::int64_t integer(std::string_view name) const;

  /// For decimal numbers, and for rates (per second). Zero if there is no value.
  double number(std::string_view name) const;

  /// For durations. Zero if there is neither a value nor a default.
  std::chrono::milliseconds duration(std::string_view name) const;

  /// For options of kind property, in order.
  std::vector<PropertyWords> properties(std::string_view name) const;

  /// For resolve(): all settings, in the order of the specification.
  std::span<Setting> settings() { return settings_; }
  std::span<const Setting> settings() const { return settings_; }
  Setting& setting(const OptionSpec& option);

 private:
  const Setting& setting(std::string_view name) const;

  const CommandSpec* command_;
  std::vector<Setting> settings_;
};

/// Splits the stored form of a property (words joined by NUL).
PropertyWords split_property(std::string_view joined);

}  // namespace mqrig::cli
