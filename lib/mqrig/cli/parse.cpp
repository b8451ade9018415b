#include <mqrig/cli/parse.hpp>

#include <algorithm>
#include <cstring>
#include <mqrig/cli/suggestion.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/cli/value.hpp>

namespace mqrig::cli {
namespace {

void overwrite(char* text, std::size_t size) {
  std::memset(text, '*', size);
}

/// Hides the password in "scheme://user:password@host".
void overwrite_url_password(char* url, std::size_t size) {
  const std::string_view text(url, size);
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return;
  const std::size_t start = scheme + 3;
  const std::size_t end = std::min(text.find_first_of("/?#", start), text.size());
  const std::size_t at = text.substr(0, end).rfind('@');
  const std::size_t colon = text.find(':', start);
  if (at == std::string_view::npos || colon >= at) return;
  overwrite(url + colon + 1, at - colon - 1);
}

class Parser {
 public:
  Parser(const CommandSpec& command, std::span<char* const> words)
      : command_(command), words_(words) {}

  CommandLine run() {
    while (next_ < words_.size()) {
      char* word = words_[next_++];
      const std::string_view text(word);
      if (text == "--") {
        while (next_ < words_.size()) bare(words_[next_++]);
      } else if (text.starts_with("--")) {
        long_option(word + 2);
      } else if (text.size() > 1 && text[0] == '-') {
        short_options(word + 1);
      } else {
        bare(word);
      }
    }
    return std::move(result_);
  }

 private:
  void long_option(char* word) {
    const std::string_view text(word);
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    char* attached = equals == std::string_view::npos ? nullptr : word + equals + 1;
    bool negated = false;
    const OptionSpec* option = find_long(name, negated);
    if (!option) unknown_long(name);
    if (option->kind == ValueKind::flag) {
      if (attached) throw UsageError("--" + std::string(name) + " takes no value");
      add_flag(*option, !negated);
    } else {
      add_value(*option, attached);
    }
  }

  void short_options(char* letters) {
    for (; *letters != '\0'; ++letters) {
      const OptionSpec* option = find_short(*letters);
      if (!option) unknown_short(*letters);
      if (option->kind == ValueKind::flag) {
        add_flag(*option, true);
        continue;
      }
      add_value(*option, letters[1] == '\0' ? nullptr : letters + 1);
      return;
    }
  }

  void bare(char* word) {
    const OptionSpec* option =
        command_.positional.empty() ? nullptr : find_option(command_, command_.positional);
    if (!option) throw UsageError("unexpected argument '" + std::string(word) + "'");
    if (option->kind == ValueKind::url && !acceptable(*option, word)) {
      throw UsageError("unexpected argument '" + std::string(word) + "': expected an option, or " +
                       accepted_values(*option));
    }
    add_value(*option, word);
  }

  void add_flag(const OptionSpec& option, bool on) {
    if (option.long_name == "help") result_.help = true;
    if (option.long_name == "version") result_.version = true;
    result_.occurrences.push_back({&option, on ? "true" : "false"});
  }

  void add_value(const OptionSpec& option, char* attached) {
    if (option.once && was_typed(option)) {
      throw UsageError(option_label(option) + " was given twice");
    }
    char* word = attached ? attached : next_word(option);
    std::string value = word;
    if (option.kind == ValueKind::secret) overwrite(word, value.size());
    if (option.kind == ValueKind::url) overwrite_url_password(word, value.size());
    if (option.kind == ValueKind::property) append_property_words(option, value);
    result_.occurrences.push_back({&option, std::move(value)});
  }

  void append_property_words(const OptionSpec& option, std::string& value) {
    const std::string_view name = next_word(option);
    value.append(1, '\0').append(name);
    if (property_is_pair(name)) value.append(1, '\0').append(next_word(option));
    value.append(1, '\0').append(next_word(option));
  }

  char* next_word(const OptionSpec& option) {
    if (next_ < words_.size()) return words_[next_++];
    throw UsageError(option_label(option) + " needs a value: " + accepted_values(option));
  }

  bool was_typed(const OptionSpec& option) const {
    return std::any_of(result_.occurrences.begin(), result_.occurrences.end(),
                       [&](const Occurrence& seen) { return seen.option == &option; });
  }

  const OptionSpec* find_long(std::string_view name, bool& negated) const {
    if (name.empty()) return nullptr;
    const OptionSpec* found = nullptr;
    for_each_option(command_, [&](const OptionSpec& option) {
      if (option.long_name != name && option.alias != name && option.negated != name) return;
      found = &option;
      negated = option.negated == name;
    });
    return found;
  }

  const OptionSpec* find_short(char letter) const {
    const OptionSpec* found = nullptr;
    for_each_option(command_, [&](const OptionSpec& option) {
      if (option.short_name == letter) found = &option;
    });
    return found;
  }

  [[noreturn]] void unknown_long(std::string_view name) const {
    Suggestion suggestion(name);
    for_each_option(command_, [&](const OptionSpec& option) {
      if (option.hidden) return;
      suggestion.offer(option.long_name);
      suggestion.offer(option.negated);
      suggestion.offer(option.alias);
    });
    throw UsageError("unknown option '--" + std::string(name) + "'" + suggestion.question("--"));
  }

  [[noreturn]] void unknown_short(char letter) const {
    std::string text = std::string("unknown option '-") + letter + "'";
    const std::string_view word = words_[next_ - 1];
    if (word.size() > 2) {
      text += " in '" + std::string(word) + "'";
      Suggestion suggestion(word.substr(1));
      for_each_option(command_,
                      [&](const OptionSpec& option) { suggestion.offer(option.long_name); });
      text += suggestion.question("--");
    }
    throw UsageError(text);
  }

  const CommandSpec& command_;
  std::span<char* const> words_;
  std::size_t next_ = 0;
  CommandLine result_;
};

}  // namespace

CommandLine parse(const CommandSpec& command, std::span<char* const> words) {
  return Parser(command, words).run();
}

std::string option_label(const OptionSpec& option) {
  const std::string long_form = "--" + std::string(option.long_name);
  if (option.short_name == '\0') return long_form;
  return std::string{'-', option.short_name} + "/" + long_form;
}

bool property_is_pair(std::string_view name) {
  constexpr std::string_view pair = "user-property";
  if (name.size() != pair.size()) return false;
  for (std::size_t i = 0; i < pair.size(); ++i) {
    const char c = name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] + 32) : name[i];
    if (c != pair[i]) return false;
  }
  return true;
}

}  // namespace mqrig::cli
