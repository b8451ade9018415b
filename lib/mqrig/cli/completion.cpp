#include <algorithm>
#include <mqrig/cli/completion.hpp>

namespace mqrig::cli {

std::string completion_words(const OptionSpec& option) {
  constexpr std::int64_t longest_range = 9;
  std::string words;
  const auto add = [&words](std::string_view word) {
    if (!words.empty()) words += ' ';
    words += word;
  };
  for (const Choice& choice : option.choices) {
    if (choice.alias_of.empty()) add(choice.value);
  }
  const bool short_range = option.kind == ValueKind::integer && option.maximum != unlimited &&
                           option.maximum - option.minimum <= longest_range;
  for (std::int64_t i = option.minimum; short_range && i <= option.maximum; ++i) {
    add(std::to_string(i));
  }
  return words;
}

std::string first_bare_words(const CommandSpec& command) {
  if (command.positionals.empty()) return {};
  return completion_words(*find_option(command, command.positionals[0]));
}

bool takes_bare_path(const CommandSpec& command) {
  return std::any_of(
      command.positionals.begin(), command.positionals.end(),
      [&](std::string_view name) { return find_option(command, name)->kind == ValueKind::path; });
}

std::string single_quoted(std::string_view text, std::string_view quote) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += quote;
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace mqrig::cli
