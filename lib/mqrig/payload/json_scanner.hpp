// Reads JSON (RFC 8259) in place: validates it, and gives values as slices of the text.
//
// A slice keeps what a parsed number would lose (1.0, 12345678901234567890), and costs nothing.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mqrig::payload {

// A cursor over one text. Every function that returns bool is false where the text is not JSON;
// problem() and position() then say what is wrong where, and nothing more is to be called. Strings
// must be UTF-8 and their escapes must not hold half a surrogate pair; values nest no deeper than
// the limit that the constructor is given, which is `max_depth` at most.
class JsonScanner {
 public:
  static constexpr std::size_t max_depth = 1024;

  explicit JsonScanner(std::string_view text, std::size_t depth_limit = max_depth) noexcept
      : text_(text), depth_limit_(depth_limit) {}

  // The next character that is not white space, not taken; 0 at the end.
  char peek() noexcept;
  // Takes that character if it is `expected`; else the text is wrong.
  bool take(char expected) noexcept;
  // The same, where something else is right too.
  bool take_if(char wanted) noexcept;
  bool at_end() noexcept { return peek() == 0 && position_ == text_.size(); }

  // A string without its quotes, as it stands: see unescape().
  bool string(std::string_view& raw) noexcept;
  // Any value, a string with its quotes.
  bool value(std::string_view& slice) noexcept;

  // In bytes from the start of the text.
  std::size_t position() const noexcept { return position_; }
  // Such as "a string is not closed".
  std::string_view problem() const noexcept { return problem_; }

 private:
  class Nesting;

  bool skip_value() noexcept;
  bool open(char bracket, Nesting& nesting, bool& complete) noexcept;
  bool close_or_go_on(Nesting& nesting, bool& complete) noexcept;
  bool skip_key() noexcept;
  bool skip_scalar() noexcept;
  bool skip_string() noexcept;
  bool skip_escape() noexcept;
  bool skip_unicode_escape() noexcept;
  bool hex4(unsigned& unit) noexcept;
  bool skip_number() noexcept;
  bool skip_digits() noexcept;
  bool skip_word(std::string_view word) noexcept;
  bool fail(std::string_view problem) noexcept;

  std::string_view text_;
  std::size_t depth_limit_;
  std::size_t position_ = 0;
  std::string_view problem_;
};

// How deep a value may nest to be embedded in a line of ours: jq 1.6 fails beyond 255 levels in
// all.
inline constexpr std::size_t max_embedded_depth = 250;

// True for exactly one value that can be embedded, with white space around it.
bool is_embeddable_json(std::string_view text) noexcept;

// The text of a string that JsonScanner gave. A string without escapes is returned as it is; else
// `storage` is overwritten with the text and returned.
std::string_view unescape(std::string_view raw, std::string& storage);

}  // namespace mqrig::payload
