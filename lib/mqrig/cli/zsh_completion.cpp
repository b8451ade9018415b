#include <mqrig/cli/completion.hpp>

namespace mqrig::cli {
namespace {

constexpr std::string_view quote = "'\\''";

/// Text inside the [...] or before the : of an _arguments specification.
std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

/// "((auto\:"colour on a terminal" always\:...))", or "(0 1 2)".
std::string word_list(const OptionSpec& option) {
  std::string out;
  for (const Choice& choice : option.choices) {
    if (!choice.alias_of.empty()) continue;
    out += out.empty() ? "((" : " ";
    out += std::string(choice.value) + "\\:\"" + std::string(choice.help) + "\"";
  }
  if (!out.empty()) return out + "))";
  const std::string words = completion_words(option);
  return words.empty() ? " " : "(" + words + ")";
}

std::string value_action(const OptionSpec& option) {
  switch (option.kind) {
    case ValueKind::path:
      return "_files";
    case ValueKind::host:
      return "_hosts";
    case ValueKind::variable_name:
      return "_parameters -g \"*export*\"";
    default:
      return word_list(option);
  }
}

std::string value_part(const OptionSpec& option) {
  if (option.kind == ValueKind::flag) return "";
  if (option.kind == ValueKind::property) {
    return ":packet:" + word_list(option) + ":name: :value: ";
  }
  return ":" + escape(option.value_name) + ":" + value_action(option);
}

void line(std::string& out, std::string_view text) {
  out += "        ";
  out += text;
  out += " \\\n";
}

/// One option: each spelling excludes the others, unless it may be repeated.
void option_lines(std::string& out, const OptionSpec& option) {
  const bool takes_value = option.kind != ValueKind::flag;
  // Several words can't be attached to the option.
  const bool attached = takes_value && option.kind != ValueKind::property;
  std::string all;
  if (option.short_name != '\0') all += {'-', option.short_name, ' '};
  all += "--" + std::string(option.long_name);
  if (!option.negated.empty()) all += " --" + std::string(option.negated);
  const std::string head = option.repeatable ? "*" : "(" + all + ")";
  const std::string tail = "[" + escape(option.help) + "]" + value_part(option);
  if (option.short_name != '\0') {
    const std::string name{'-', option.short_name};
    line(out, single_quoted(head + name + (attached ? "+" : "") + tail, quote));
  }
  const std::string name = "--" + std::string(option.long_name);
  line(out, single_quoted(head + name + (attached ? "=" : "") + tail, quote));
  if (option.negated.empty()) return;
  line(out, single_quoted(head + "--" + std::string(option.negated) + "[the opposite of --" +
                              std::string(option.long_name) + "]",
                          quote));
}

void command_function(std::string& out, const CommandSpec& command) {
  out += "\n_mqrig_" + std::string(command.name) + "() {\n    _arguments -s -S \\\n";
  for_each_option(command, [&out](const OptionSpec& option) {
    if (!option.hidden) option_lines(out, option);
  });
  std::string bare;
  for (const std::string_view name : command.positionals) {
    const OptionSpec& option = *find_option(command, name);
    bare += bare.empty() ? "" : " ";
    bare += (option.repeatable ? "'*:" : "'::") + std::string(option.value_name) + ":" +
            value_action(option) + "'";
    if (option.repeatable) break;  // it takes all that follows
  }
  out += "        " + (bare.empty() ? "'*: :'" : bare) + "\n}\n";
}

}  // namespace

std::string render_zsh_completion(std::span<const CommandSpec* const> commands) {
  std::string out =
      "#compdef mqrig\n"
      "# Made by 'mqrig generate zsh' from the option data: do not edit.\n"
      "\n_mqrig_commands() {\n    local -a commands=(\n";
  for (const CommandSpec* command : commands) {
    out += "        " +
           single_quoted(std::string(command->name) + ":" + std::string(command->summary), quote) +
           "\n";
  }
  out +=
      "        'help:show the options of a command'\n    )\n"
      "    _describe command commands\n}\n";
  for (const CommandSpec* command : commands) command_function(out, *command);
  out +=
      "\n_mqrig() {\n    local context state state_descr line\n    typeset -A opt_args\n"
      "    _arguments -C \\\n"
      "        '(- *)--help[show help]' \\\n"
      "        '(- *)--version[show the version]' \\\n"
      "        '1:command:_mqrig_commands' \\\n"
      "        '*::argument:->argument'\n"
      "    [[ $state == argument ]] || return\n"
      "    case $words[1] in\n";
  for (const CommandSpec* command : commands) {
    const std::string name(command->name);
    out += "        " + name + ") _mqrig_" + name + " ;;\n";
  }
  out += "        help) _mqrig_commands ;;\n    esac\n}\n\n_mqrig \"$@\"\n";
  return out;
}

}  // namespace mqrig::cli
