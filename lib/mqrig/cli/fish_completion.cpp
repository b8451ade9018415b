#include <mqrig/cli/completion.hpp>

namespace mqrig::cli {
namespace {

constexpr std::string_view quote = "\\'";

std::string value_part(const OptionSpec& option) {
  switch (option.kind) {
    case ValueKind::flag:
      return "";
    case ValueKind::path:
      return " -r -F";
    case ValueKind::host:
      return " -x -a '(__fish_print_hostnames)'";
    case ValueKind::variable_name:
      return " -x -a '(set -xn)'";
    default:
      break;
  }
  const std::string words = completion_words(option);
  return words.empty() ? " -x" : " -x -a '" + words + "'";
}

/// How each line about a command starts.
std::string condition(const CommandSpec& command) {
  return "complete -c mqrig -n '__fish_seen_subcommand_from " + std::string(command.name) + "'";
}

void option_lines(std::string& out, const CommandSpec& command, const OptionSpec& option) {
  const std::string head = condition(command);
  out += head;
  if (option.short_name != '\0') out += " -s " + std::string(1, option.short_name);
  out += " -l " + std::string(option.long_name) + value_part(option) + " -d " +
         single_quoted(option.help, quote) + "\n";
  if (option.negated.empty()) return;
  out += head + " -l " + std::string(option.negated) + " -d 'the opposite of --" +
         std::string(option.long_name) + "'\n";
}

}  // namespace

std::string render_fish_completion(std::span<const CommandSpec* const> commands) {
  std::string out =
      "# fish completion for mqrig\n"
      "# Made by 'mqrig generate fish' from the option data: do not edit.\n\n"
      "complete -c mqrig -f\n";
  for (const CommandSpec* command : commands) {
    out += "complete -c mqrig -n __fish_use_subcommand -a " + std::string(command->name) + " -d " +
           single_quoted(command->summary, quote) + "\n";
  }
  out +=
      "complete -c mqrig -n __fish_use_subcommand -a help -d 'show the options of a command'\n"
      "complete -c mqrig -n __fish_use_subcommand -l help -d 'show help'\n"
      "complete -c mqrig -n __fish_use_subcommand -l version -d 'show the version'\n";
  for (const CommandSpec* command : commands) {
    out += "\n";
    for_each_option(*command, [&](const OptionSpec& option) {
      if (!option.hidden) option_lines(out, *command, option);
    });
    const std::string first = first_bare_words(*command);
    if (!first.empty()) out += condition(*command) + " -a '" + first + "'\n";
    if (takes_bare_path(*command)) out += condition(*command) + " -F\n";
  }
  return out;
}

}  // namespace mqrig::cli
