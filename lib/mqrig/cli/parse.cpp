#include <mqrig/cli/parse.hpp>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <bitset>
#include <cstring>
#include <mqrig/cli/suggestion.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/cli/value.hpp>
#include <mqrig/cli/wipe_secret.hpp>

namespace mqrig::cli {
namespace {

bool is_long(std::string_view word) {
  return word.starts_with("--");
}

/// Flags as single letters, the last of which may be an option with its value.
bool is_bundle(std::string_view word) {
  return word.size() > 1 && word[0] == '-' && word[1] != '-';
}

std::string_view long_name(std::string_view word) {
  return word.substr(2, word.find('=') - 2);
}

/// The names that the words could mean. Some stand in a value and mean nothing: no harm.
class TypedNames {
 public:
  explicit TypedNames(std::span<char* const> words) {
    for (const std::string_view word : words) {
      if (is_long(word) && !long_name(word).empty()) long_.push_back(long_name(word));
      if (!is_bundle(word)) continue;
      for (const char letter : word) letters_.set(static_cast<unsigned char>(letter));
    }
  }

  bool contain(const OptionSpec& option) const {
    if (letters_[static_cast<unsigned char>(option.short_name)]) return true;
    return std::any_of(long_.begin(), long_.end(), [&](std::string_view name) {
      return name == option.long_name || name == option.alias || name == option.negated;
    });
  }

 private:
  std::bitset<256> letters_;
  std::vector<std::string_view> long_;
};

/// A word that has no meaning here, for an error. With an '@' it may be a URL with a slip in it,
/// and have a password.
std::string quoted(std::string_view word) {
  if (word.find('@') != word.npos) return ", not shown as it may have a password";
  return " '" + std::string(word) + "'";
}

/// CLI11 without the -h of its own.
class App : public CLI::App {
 public:
  App() : CLI::App({}, {}, nullptr) {}
};

/// Lets CLI11 take the words apart. It calls back at each occurrence of an option, and counts the
/// words that belong to none, its "extras". It is told only the options that can occur: all 80 of
/// a command would take it 0.4 ms, a third of the time of a whole run.
class Parser {
 public:
  Parser(const CommandSpec& command, std::span<char* const> words)
      : command_(command), words_(words) {}

  CommandLine run() {
    fill_queue();
    try {
      declare_options();
      app_.parse(queue_);
    } catch (const CLI::ArgumentMismatch&) {
      // No option lacks words (see fill_queue): this is "--flag=value".
      const std::size_t flag = taken() - 1;
      judge_extras(flag);
      throw UsageError("--" + std::string(long_name(words_[flag])) + " takes no value");
    } catch (const CLI::Error& error) {
      throw UsageError(error.what());
    }
    judge_extras(words_.size());
    return std::move(result_);
  }

 private:
  /// The most words that an option takes, its name not counted.
  static constexpr std::size_t most_values = 4;

  void declare_options() {
    app_.allow_extras();
    const TypedNames typed(words_);
    for_each_option(command_, [&](const OptionSpec& option) {
      if (typed.contain(option)) declare(option);
    });
  }

  void declare(const OptionSpec& option) {
    std::string names = "--" + std::string(option.long_name);
    if (option.short_name != '\0') names.append(",-") += option.short_name;
    if (!option.alias.empty()) names.append(",--").append(option.alias);
    if (option.kind == ValueKind::flag) {
      if (!option.negated.empty()) names.append(",!--").append(option.negated);
      const auto flag = [this, &option](std::int64_t count) { add_flag(option, count > 0); };
      app_.add_flag_function(names, flag)->disable_flag_override()->trigger_on_parse();
      return;
    }
    const CLI::callback_t values = [this, &option](const CLI::results_t& words) {
      add_value(option, words);
      return true;
    };
    CLI::Option* declared = app_.add_option(names, values)->trigger_on_parse();
    if (option.kind == ValueKind::property) declared->type_size(3);
  }

  /// CLI11 takes words from the back. It finds empty ones after the last: an option that takes one
  /// of them is short of a value. A NUL, which no word contains, ends "--name=VALUE": CLI11 then
  /// sees a value even if it is empty, and one that will not do for a flag.
  void fill_queue() {
    queue_.reserve(words_.size() + most_values);
    queue_.resize(most_values);
    for (std::size_t i = words_.size(); i-- > 0;) {
      std::string& word = queue_.emplace_back(words_[i]);
      if (is_long(word) && word.find('=') != std::string::npos) word += '\0';
    }
  }

  /// How many words CLI11 has taken.
  std::size_t taken() const { return words_.size() + most_values - queue_.size(); }

  void add_flag(const OptionSpec& option, bool on) {
    judge_new_extras();
    // No further word was taken: this is the next letter of the same bundle.
    letter_ = taken() == next_ ? letter_ + 1 : 1;
    next_ = taken();
    if (option.long_name == "help") result_.help = true;
    if (option.long_name == "version") result_.version = true;
    result_.occurrences.push_back({&option, on ? "true" : "false"});
    // CLI11 would read what follows an unknown letter anew, as a word with a dash before it.
    const char* word = words_[next_ - 1];
    if (!is_bundle(word)) return;
    const char follower = word[letter_ + 1];
    if (follower != '\0' && !has_short(follower)) unknown_short(follower, word);
  }

  void add_value(const OptionSpec& option, const CLI::results_t& words) {
    judge_new_extras();
    refuse_second(option);
    std::string value(plain(words[0]));
    for (std::size_t i = 1; i < words.size(); ++i) value.append(1, '\0').append(plain(words[i]));
    if (option.kind == ValueKind::property && property_is_pair(words[1])) {
      // The fourth word: CLI11 can't know, but finds the next one wherever we leave the queue.
      value.append(1, '\0').append(plain(queue_.back()));
      queue_.pop_back();
    }
    next_ = taken();
    if (next_ > words_.size()) {
      throw UsageError(option_label(option) + " needs a value: " + accepted_values(option));
    }
    keep(option, std::move(value), words_[next_ - 1]);
  }

  /// Without the mark of fill_queue().
  static std::string_view plain(const std::string& word) {
    return std::string_view(word).substr(0, word.find('\0'));
  }

  /// `word`: the word of the command line that ends with the value, or with the last part of it.
  void keep(const OptionSpec& option, std::string value, char* word) {
    const std::size_t size = std::strlen(word);
    wipe_secret(option.kind, std::span(word, size).last(std::min(size, value.size())));
    result_.occurrences.push_back({&option, std::move(value)});
  }

  /// The extras before the option that CLI11 calls back for.
  void judge_new_extras() {
    const std::size_t extras = app_.remaining_size();
    judge_extras(next_ + extras - extras_);
    extras_ = extras;
  }

  void judge_extras(std::size_t end) {
    for (; next_ < end; ++next_) {
      const std::string_view word = words_[next_];
      if (only_bare_words_ || word.size() < 2 || word[0] != '-') {
        bare(words_[next_]);
      } else if (word == "--") {
        only_bare_words_ = true;
      } else if (is_long(word)) {
        unknown_long(long_name(word));
      } else {
        unknown_short(word[1], word);
      }
    }
  }

  void bare(char* word) {
    const OptionSpec* option = next_positional(word);
    if (!option) throw UsageError("unexpected argument" + quoted(word));
    if (option->kind == ValueKind::url && !acceptable(*option, word)) {
      throw UsageError("unexpected argument" + quoted(word) + ": expected an option, or " +
                       accepted_values(*option));
    }
    refuse_second(*option);
    keep(*option, word, word);
  }

  /// What a bare word sets: of the options for words of its kind, URLs or others, the first that
  /// was not given yet; when all were given, the last: whether that may be given twice,
  /// refuse_second() knows.
  const OptionSpec* next_positional(std::string_view word) const {
    const bool url = word.find("://") != std::string_view::npos;
    const auto same_kind = [url](const OptionSpec& option) {
      return (option.kind == ValueKind::url) == url;
    };
    if (const OptionSpec* option = next_positional_that(same_kind)) return option;
    return next_positional_that([](const OptionSpec&) { return true; });
  }

  template <typename Fits>
  const OptionSpec* next_positional_that(Fits&& fits) const {
    const OptionSpec* last = nullptr;
    for (const std::string_view name : command_.positionals) {
      const OptionSpec* option = find_option(command_, name);
      if (!fits(*option)) continue;
      last = option;
      if (!given(*option)) break;
    }
    return last;
  }

  bool given(const OptionSpec& option) const {
    return std::any_of(result_.occurrences.begin(), result_.occurrences.end(),
                       [&](const Occurrence& seen) { return seen.option == &option; });
  }

  void refuse_second(const OptionSpec& option) const {
    if (option.once && given(option)) {
      throw UsageError(option_label(option) + " was given twice");
    }
  }

  bool has_short(char letter) const {
    bool found = false;
    for_each_option(command_,
                    [&](const OptionSpec& option) { found |= option.short_name == letter; });
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

  [[noreturn]] void unknown_short(char letter, std::string_view word) const {
    std::string text = std::string("unknown option '-") + letter + "'";
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
  App app_;
  std::vector<std::string> queue_;  ///< The words that CLI11 has not taken yet, the next one last.
  std::size_t next_ = 0;            ///< The first word that has no meaning yet.
  std::size_t extras_ = 0;          ///< How many of CLI11's extras have one.
  std::size_t letter_ = 0;          ///< Of the last flag, within its word, if that is a bundle.
  bool only_bare_words_ = false;    ///< After "--".
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
