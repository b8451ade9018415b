#include <mqrig/cli/completion.hpp>

namespace mqrig::cli {
namespace {

constexpr std::string_view prologue = R"(# bash completion for mqrig
# Made by 'mqrig generate bash' from the option data: do not edit.

# Offers words from a list.
_mqrig_words() {
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

# Offers what a builtin of the shell knows: files, host names, variables.
_mqrig_known() {
    mapfile -t COMPREPLY < <(compgen -A "$1" -- "$2")
    if [[ $1 == file ]]; then
        compopt -o filenames 2>/dev/null
    fi
}
)";

constexpr std::string_view epilogue = R"(
_mqrig() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    # Bash takes "--qos=1" for three words.
    if [[ $cur == "=" ]]; then
        cur=
    elif [[ $prev == "=" ]] && ((COMP_CWORD > 2)); then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    if ((COMP_CWORD == 1)); then
        _mqrig_words "$_mqrig_commands help --help --version" "$cur"
        return
    fi
    case ${COMP_WORDS[1]} in
        help) _mqrig_words "$_mqrig_commands" "$cur" ;;
)";

/// "-q|--qos", with the hidden spelling too: who types it wants its values.
std::string pattern(const OptionSpec& option) {
  std::string text;
  if (option.short_name != '\0') text += {'-', option.short_name, '|'};
  text += "--" + std::string(option.long_name);
  if (!option.alias.empty()) text += "|--" + std::string(option.alias);
  return text;
}

std::string value_action(const OptionSpec& option) {
  switch (option.kind) {
    case ValueKind::path:
      return "_mqrig_known file \"$cur\"";
    case ValueKind::host:
      return "_mqrig_known hostname \"$cur\"";
    case ValueKind::variable_name:
      return "_mqrig_known export \"$cur\"";
    default:
      break;
  }
  const std::string words = completion_words(option);
  return words.empty() ? "" : "_mqrig_words \"" + words + "\" \"$cur\"";
}

void command_function(std::string& out, const CommandSpec& command) {
  std::string names;
  std::string silent;
  out += "\n_mqrig_" + std::string(command.name) + "() {\n    local cur=$1 prev=$2\n";
  out += "    case $prev in\n";
  for_each_option(command, [&](const OptionSpec& option) {
    if (option.hidden) return;
    names += (names.empty() ? "--" : " --") + std::string(option.long_name);
    if (!option.negated.empty()) names += " --" + std::string(option.negated);
    if (option.kind == ValueKind::flag) return;
    const std::string action = value_action(option);
    if (action.empty()) {
      silent += (silent.empty() ? "" : "|") + pattern(option);
      return;
    }
    out += "        " + pattern(option) + ")\n            " + action +
           "\n            return\n            ;;\n";
  });
  out += "        " + silent + ")\n            return\n            ;;\n    esac\n";
  const std::string first = first_bare_words(command);
  if (!first.empty()) {
    out += "    if ((COMP_CWORD == 2)) && [[ $cur != -* ]]; then\n        _mqrig_words \"" + first +
           "\" \"$cur\"\n        return\n    fi\n";
  }
  if (takes_bare_path(command)) {
    out +=
        "    if [[ $cur != -* ]]; then\n        _mqrig_known file \"$cur\"\n        return\n    "
        "fi\n";
  }
  out += "    _mqrig_words \"" + names + "\" \"$cur\"\n}\n";
}

}  // namespace

std::string render_bash_completion(std::span<const CommandSpec* const> commands) {
  std::string out(prologue);
  std::string names;
  for (const CommandSpec* command : commands) {
    names += (names.empty() ? "" : " ") + std::string(command->name);
  }
  out += "\n_mqrig_commands=\"" + names + "\"\n";
  for (const CommandSpec* command : commands) command_function(out, *command);
  out += epilogue;
  for (const CommandSpec* command : commands) {
    const std::string name(command->name);
    out += "        " + name + ") _mqrig_" + name + " \"$cur\" \"$prev\" ;;\n";
  }
  out += "    esac\n}\n\ncomplete -F _mqrig mqrig\n";
  return out;
}

}  // namespace mqrig::cli
