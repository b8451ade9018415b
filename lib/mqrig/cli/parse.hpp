#pragma once

#include <mqrig/cli/option_spec.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::cli {

/// One option as it was typed.
struct Occurrence {
  const OptionSpec* option = nullptr;
  std::string value;  ///< Flags: "true" or "false". Properties: the words joined by NUL.
};

/// What was typed after "mqrig <command>", in order. No value has been checked yet.
struct CommandLine {
  std::vector<Occurrence> occurrences;
  bool help = false;  ///< --help was among them: print it and check nothing else.
  bool version = false;
};

/// Splits the words of a command line into options and values: bundled short flags, "-tvalue",
/// "--long=value", "--" (only bare words follow), no abbreviations. A word that follows an option
/// which takes a value is that value, whatever it looks like ("-m -5", "-m --").
/// Passwords, in options and in URLs, are overwritten in `words`, and so in ps(1).
/// Throws UsageError.
CommandLine parse(const CommandSpec& command, std::span<char* const> words);

/// "-q/--qos", "--unix": how messages name an option.
std::string option_label(const OptionSpec& option);

/// True if the identifier of a property (any case) takes two values: "user-property".
bool property_is_pair(std::string_view name);

}  // namespace mqrig::cli
