#include <mqrig/cli/help.hpp>

#include <algorithm>
#include <mqrig/cli/wrap.hpp>

namespace mqrig::cli {
namespace {

constexpr std::size_t help_column = 32;

std::size_t clamp_width(std::size_t width) {
  return std::clamp<std::size_t>(width, 60, 100);
}

/// "  -q, --qos QOS"; for a flag that is on by default the form that switches it off.
std::string left_side(const OptionSpec& option) {
  std::string text = "  ";
  if (option.short_name != '\0') {
    text += {'-', option.short_name, ',', ' '};
  } else {
    text += "    ";
  }
  const bool on = option.kind == ValueKind::flag && option.default_value == "true";
  text += "--";
  text += on ? option.negated : option.long_name;
  if (!option.value_name.empty()) {
    text += ' ';
    text += option.value_name;
  }
  return text;
}

std::string right_side(const OptionSpec& option) {
  std::string text;
  if (option.kind == ValueKind::flag && option.default_value == "true") text = "do not ";
  text += option.help;
  std::string notes;
  const auto note = [&notes](std::string_view label, std::string_view value) {
    if (value.empty()) return;
    notes += notes.empty() ? " [" : ", ";
    notes += label;
    notes += value;
  };
  if (option.kind != ValueKind::flag) note("default ", option.default_value);
  note("$", option.env);
  return text + notes + (notes.empty() ? "" : "]");
}

void append_option(std::string& out, const OptionSpec& option, std::size_t width) {
  const std::string left = left_side(option);
  out += left;
  std::size_t column = left.size();
  if (column + 2 > help_column) {
    out += '\n';
    column = 0;
  }
  out.append(help_column - column, ' ');
  append_wrapped(out, right_side(option), help_column, help_column, width);
}

void append_usage(std::string& out, const CommandSpec& command, std::string_view program,
                  std::size_t width) {
  std::string_view label = "Usage: ";
  for (const std::string_view usage : command.usage) {
    std::string line(label);
    line += program;
    line += ' ';
    line += usage;
    append_wrapped(out, line, 0, 9, width);
    label = "       ";
  }
}

void append_examples(std::string& out, const CommandSpec& command, std::size_t width) {
  if (command.examples.empty()) return;
  out += "\nExamples:\n";
  for (const Example& example : command.examples) {
    out += "  ";
    out += example.command;
    out += "\n      ";
    append_wrapped(out, example.meaning, 6, 6, width);
  }
}

void append_groups(std::string& out, const CommandSpec& command, std::size_t width) {
  for (const OptionGroup* group : command.groups) {
    out += '\n';
    out += group->title;
    out += ":\n";
    for (const OptionSpec& option : group->options) {
      if (!option.hidden) append_option(out, option, width);
    }
  }
}

}  // namespace

std::string render_help(const CommandSpec& command, std::size_t width) {
  width = clamp_width(width);
  const std::string name = "mqrig " + std::string(command.name);
  std::string out = name + ": " + std::string(command.summary) + "\n\n";
  append_usage(out, command, name, width);
  append_groups(out, command, width);
  append_examples(out, command, width);
  out += "\nMore in the manual: man mqrig-" + std::string(command.name) + "\n";
  return out;
}

std::string render_program_help(const CommandSpec& program,
                                std::span<const CommandSpec* const> commands, std::size_t width) {
  width = clamp_width(width);
  std::string out = std::string(program.name) + ": " + std::string(program.summary) + "\n\n";
  append_usage(out, program, program.name, width);
  out += "\nCommands:\n";
  for (const CommandSpec* command : commands) {
    std::string left = "  " + std::string(command->name);
    left.append(left.size() < 12 ? 12 - left.size() : 2, ' ');
    out += left;
    append_wrapped(out, command->summary, left.size(), 12, width);
  }
  append_groups(out, program, width);
  append_examples(out, program, width);
  out += "\nOptions of a command: mqrig help COMMAND\n";
  return out;
}

}  // namespace mqrig::cli
