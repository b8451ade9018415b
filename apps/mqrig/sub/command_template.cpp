#include "command_template.hpp"

#include <charconv>
#include <mqrig/cli/usage_error.hpp>
#include <optional>

#include "command_script.hpp"

namespace mqrig::sub {
namespace {

constexpr std::string_view blanks = " \t\n";

/// One pass over a command line.
class WordSplitter {
 public:
  explicit WordSplitter(std::string_view text) : text_(text) {}

  std::vector<std::string> run() {
    while (next_ < text_.size()) {
      const char c = text_[next_++];
      if (blanks.find(c) != std::string_view::npos) {
        end_word();
      } else if (c == '\'') {
        single_quoted();
      } else if (c == '"') {
        double_quoted();
      } else if (c == '\\') {
        escaped();
      } else {
        add(c);
      }
    }
    end_word();
    return std::move(words_);
  }

 private:
  void add(char c) {
    word_ += c;
    in_word_ = true;
  }

  void end_word() {
    if (in_word_) words_.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
  }

  void single_quoted() {
    in_word_ = true;  // also when nothing stands between the quotes
    const std::size_t end = text_.find('\'', next_);
    if (end == std::string_view::npos) fail("' without its end");
    word_ += text_.substr(next_, end - next_);
    next_ = end + 1;
  }

  void double_quoted() {
    constexpr std::string_view escapable = "\"\\$`";
    in_word_ = true;
    for (; next_ < text_.size(); ++next_) {
      char c = text_[next_];
      if (c == '"') {
        ++next_;
        return;
      }
      const bool escape = c == '\\' && next_ + 1 < text_.size() &&
                          escapable.find(text_[next_ + 1]) != std::string_view::npos;
      if (escape) c = text_[++next_];
      word_ += c;
    }
    fail("\" without its end");
  }

  void escaped() {
    if (next_ == text_.size()) fail("a backslash at the end");
    add(text_[next_++]);
  }

  [[noreturn]] static void fail(const std::string& what) {
    throw cli::UsageError("--exec: the command has " + what);
  }

  std::string_view text_;
  std::size_t next_ = 0;
  std::vector<std::string> words_;
  std::string word_;
  bool in_word_ = false;
};

/// The n-th level of a topic, from 1; empty when there are fewer.
std::string_view level(std::string_view topic, unsigned number) {
  for (; number > 1; --number) {
    const std::size_t slash = topic.find('/');
    if (slash == std::string_view::npos) return {};
    topic.remove_prefix(slash + 1);
  }
  return topic.substr(0, topic.find('/'));
}

/// The number of a level: no sign, no zero in front.
std::optional<unsigned> level_number(std::string_view name) {
  unsigned number = 0;
  const char* const end = name.data() + name.size();
  const auto [rest, error] = std::from_chars(name.data(), end, number);
  const bool whole = error == std::errc() && rest == end && name.front() != '0';
  return whole ? std::optional(number) : std::nullopt;
}

/// The publisher chooses what stands there.
bool is_text_place(std::string_view name) {
  return name == "topic" || level_number(name);
}

bool is_place(std::string_view name) {
  return is_text_place(name) || name == "qos" || name == "retain";
}

std::string value_of(std::string_view name, const wire::Publish& message) {
  if (name == "topic") return std::string(message.topic);
  if (name == "qos") return std::to_string(static_cast<unsigned>(message.qos));
  if (name == "retain") return message.retain ? "1" : "0";
  return std::string(level(message.topic, level_number(name).value()));
}

/// The word with `value(name)` in each of its places.
template <typename Value>
std::string fill(std::string_view word, Value value) {
  std::string filled;
  while (!word.empty()) {
    const std::size_t open = word.find('{');
    const std::size_t close = word.find('}', open);
    if (close == std::string_view::npos) break;
    filled += word.substr(0, open);
    const bool doubled = word.substr(open + 1).starts_with('{');
    const std::size_t begin = open + (doubled ? 2 : 1);
    const std::string_view name = word.substr(begin, close - begin);
    const bool place = is_place(name);
    if (place && doubled && word.substr(close + 1).starts_with('}')) {
      filled.append("{").append(name).append("}");
      word.remove_prefix(close + 2);
    } else if (place && !doubled) {
      filled += value(name);
      word.remove_prefix(close + 1);
    } else {  // braces of the command's own
      filled += '{';
      word.remove_prefix(open + 1);
    }
  }
  return filled.append(word);
}

bool has_text_place(std::string_view word) {
  bool found = false;
  fill(word, [&](std::string_view name) {
    found = found || is_text_place(name);
    return std::string();
  });
  return found;
}

}  // namespace

std::vector<std::string> split_words(std::string_view text) {
  return WordSplitter(text).run();
}

CommandTemplate::CommandTemplate(std::string_view text) : words_(split_words(text)) {
  if (words_.empty() || program().empty()) throw cli::UsageError("--exec: the command is empty");
  if (has_text_place(program())) {
    throw cli::UsageError("--exec: '" + program() +
                          "' would let the publisher choose what is run: begin with a program");
  }
  for (const std::size_t script : find_scripts(words_)) {
    if (!has_text_place(words_[script])) continue;
    throw cli::UsageError(
        "--exec: a topic in the script '" + words_[script].substr(0, 80) +
        "' would be run as a part of it: let the script take \"$MQRIG_MESSAGE_TOPIC\", or \"$1\" "
        "with {topic} in a word behind it");
  }
}

std::vector<std::string> CommandTemplate::words(const wire::Publish& message) const {
  std::vector<std::string> filled{program()};
  const auto value = [&](std::string_view name) { return value_of(name, message); };
  for (std::size_t i = 1; i < words_.size(); ++i) filled.push_back(fill(words_[i], value));
  return filled;
}

}  // namespace mqrig::sub
