#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

/// Options and commands as plain data. Everything that a person can read or type about an option
/// comes from here: the parser, `--help`, the manual, shell completion, the environment and the
/// configuration file. All of it is constant-initialised: it costs nothing at start-up.

namespace mqrig::cli {

/// What a value is: decides how it is checked and how a shell completes it.
enum class ValueKind : std::uint8_t {
  flag,           ///< No value; on or off.
  text,           ///< Any text.
  secret,         ///< Text that is wiped from the command line and never printed.
  integer,        ///< A whole number in [minimum, maximum].
  number,         ///< A decimal number in [minimum, maximum].
  seconds,        ///< Whole seconds: "90", "90s", "2m", "1h", "7d"; the range is in seconds.
  duration,       ///< "1.5", "500ms", "5s", "2m", "1h"; a bare number is seconds; so is the range.
  rate,           ///< Per second: "100", "100/s", "50k/s", "6000/m", "3600/h"; above zero.
  size,           ///< Bytes: "512", "64k", "2M", "1G" (1024-based); the range is in bytes.
  path,           ///< A file.
  choice,         ///< One of `choices`.
  property,       ///< Three or four words: PACKET NAME VALUE, or PACKET user-property KEY VALUE.
  key_value,      ///< "KEY=VALUE".
  topic,          ///< A topic name; not empty.
  topic_filter,   ///< A topic filter; not empty.
  host,           ///< "name", "name:port", "[v6]:port"; not empty.
  url,            ///< A broker URL; a password or query in it is wiped from the command line.
  web_url,        ///< The URL of something else; the same.
  proxy_url,      ///< Of a proxy: also host:port without a scheme, or empty for none; the same.
  url_path,       ///< Of a URL, with the query behind it, which is wiped too; not empty.
  variable_name,  ///< The name of an environment variable.
};

/// A range without an upper end.
inline constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max();

/// A word that is accepted as a value.
struct Choice {
  std::string_view value;
  std::string_view help = {};      ///< For shell completion and the manual.
  std::string_view alias_of = {};  ///< Another spelling of this value: accepted, not advertised.
};

struct OptionSpec {
  std::string_view long_name;     ///< Without dashes. Also the key in the configuration file.
  char short_name = '\0';         ///< '\0' for none.
  std::string_view alias = {};    ///< A second long name: accepted, not advertised.
  std::string_view negated = {};  ///< For flags: the long name that switches it off.
  ValueKind kind = ValueKind::flag;
  std::string_view value_name = {};      ///< In capitals, for help.
  std::int64_t minimum = 0;              ///< For kinds with a range.
  std::int64_t maximum = unlimited;      ///< For kinds with a range.
  std::span<const Choice> choices = {};  ///< For integers: words that stand for `maximum`.
  std::string_view default_value = {};   ///< As it would be typed; "true" for a flag that is on.
  bool repeatable = false;               ///< Every occurrence counts, otherwise the last one.
  bool once = false;                     ///< Typing it twice is an error.
  bool in_config = true;                 ///< May stand in the configuration file.
  bool own_table = false;                ///< There only in the command's table, not at the top.
  bool hidden = false;                   ///< Not shown in help, manual and completion.
  std::string_view env = {};             ///< The environment variable, or empty.
  std::string_view help = {};            ///< One line without a full stop.
  std::string_view details = {};         ///< For the manual, after `help`: whole sentences.
};

/// Options that belong together, under one heading.
struct OptionGroup {
  std::string_view title;
  std::span<const OptionSpec> options;
};

/// At most one (`required`: exactly one) of these options may be in force. A set from a stronger
/// source (a flag over the environment over the configuration file) silently replaces the others.
struct Exclusive {
  std::string_view what;  ///< For the error message: "message source".
  std::span<const std::string_view> options;
  bool required = false;
};

struct Example {
  std::string_view command;
  std::string_view meaning;
};

struct CommandSpec {
  std::string_view name;                         ///< "pub"; for the program itself "mqrig".
  std::string_view summary;                      ///< One line without a full stop.
  std::string_view description = {};             ///< Paragraphs, separated by an empty line.
  std::span<const std::string_view> usage = {};  ///< What follows "mqrig pub ".
  /// Long names of the options that bare words set: each word the first that was not given yet.
  /// Where one of them is a URL and another is not, each takes the words of its kind. The last may
  /// be repeatable.
  std::span<const std::string_view> positionals = {};
  std::span<const OptionGroup* const> groups = {};
  std::span<const Exclusive* const> exclusives = {};
  std::span<const Example> examples = {};
  std::string_view exit_notes = {};                 ///< What the exit code means for this command.
  std::span<const std::string_view> see_also = {};  ///< Manual pages: "mqrig-sub(1)".
};

/// Calls `visit(const OptionSpec&)` for every option of a command, hidden ones too.
template <typename Visit>
void for_each_option(const CommandSpec& command, Visit&& visit) {
  for (const OptionGroup* group : command.groups) {
    for (const OptionSpec& option : group->options) visit(option);
  }
}

/// The option with this long name (not an alias, not a negated name), or null.
const OptionSpec* find_option(const CommandSpec& command, std::string_view long_name);

}  // namespace mqrig::cli
