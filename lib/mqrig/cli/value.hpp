#pragma once

#include <chrono>
#include <cstdint>
#include <mqrig/cli/option_spec.hpp>
#include <optional>
#include <string>
#include <string_view>

/// Reading values as people type them. Nothing here knows where a value came from: flags, the
/// environment and the configuration file are all checked by the same functions. Every function
/// wants the whole text; no surrounding blanks, no locale.

namespace mqrig::cli {

/// A whole decimal number with an optional sign.
std::optional<std::int64_t> parse_integer(std::string_view text);

/// A decimal number with an optional sign and fraction; no exponent, no infinity.
std::optional<double> parse_number(std::string_view text);

/// The shortest text that parse_number() reads as this number.
std::string number_text(double number);

/// "500ms", "5s", "1.5m", "2h", "7d"; a bare number is seconds. Not negative.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// As a duration, but it must come out as whole seconds.
std::optional<std::int64_t> parse_seconds(std::string_view text);

/// "100/s", "50k/s", "2M/s", "6000/m", "3600/h"; a bare number, with k and M too, is per second.
/// The answer is per second, above zero.
std::optional<double> parse_rate(std::string_view text);

/// Bytes; "k", "M", "G" (also "KiB", "MiB", "GiB") multiply by powers of 1024. Not negative.
std::optional<std::int64_t> parse_size(std::string_view text);

/// 1/0, true/false, yes/no, on/off, as the environment gives flags.
std::optional<bool> parse_flag(std::string_view text);

/// The number behind a value of kind integer, seconds or size, the words in `choices` included.
/// Empty when the text is not one, or out of range.
std::optional<std::int64_t> parse_whole(const OptionSpec& option, std::string_view text);

/// True if this text is a value for the option.
bool acceptable(const OptionSpec& option, std::string_view text);

/// What the option accepts, to end a sentence: "a whole number from 0 to 2".
std::string accepted_values(const OptionSpec& option);

/// The main spelling of a choice: "mqttv5" becomes "5". Other kinds and words stay as they are.
std::string_view canonical_choice(const OptionSpec& option, std::string_view text);

}  // namespace mqrig::cli
