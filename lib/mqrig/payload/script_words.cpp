#include <mqrig/payload/script_words.hpp>

#include <cstddef>

namespace mqrig::payload {

namespace {

bool is_word(char letter) noexcept {
  const auto byte = static_cast<unsigned char>(letter);
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '_' || byte == '$' || byte >= 0x80;
}

bool is_space(char letter) noexcept {
  return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r';
}

// Behind the text that begins at `at` with its quote.
std::size_t skip_text(std::string_view script, std::size_t at) noexcept {
  const char quote = script[at];
  for (++at; at < script.size() && script[at] != quote; ++at) {
    if (script[at] == '\\') ++at;
  }
  return at + 1;
}

// Behind the comment that begins at `at`; `at` itself when none does.
std::size_t skip_comment(std::string_view script, std::size_t at) noexcept {
  const std::string_view rest = script.substr(at);
  const bool line = rest.starts_with("//");
  if (!line && !rest.starts_with("/*")) return at;
  const std::size_t end = rest.find(line ? "\n" : "*/", 2);
  return end == std::string_view::npos ? script.size() : at + end + (line ? 1 : 2);
}

char next_of(std::string_view script, std::size_t at) noexcept {
  while (at < script.size() && is_space(script[at])) ++at;
  return at < script.size() ? script[at] : '\0';
}

}  // namespace

bool has_loop(std::string_view script) noexcept {
  char before = '\0';  // what stands in front, without space
  for (std::size_t at = 0; at < script.size();) {
    if (script[at] == '"' || script[at] == '\'') {
      at = skip_text(script, at);
      before = '"';
      continue;
    }
    if (const std::size_t behind = skip_comment(script, at); behind != at) {
      at = behind;
      continue;
    }
    std::size_t end = at;
    while (end < script.size() && is_word(script[end])) ++end;
    const std::string_view word = script.substr(at, end - at);
    const bool loops = word == "for" || word == "while" || word == "do";
    if (loops && before != '.' && next_of(script, end) != ':') return true;
    if (word.empty()) ++end;
    if (!is_space(script[at])) before = script[end - 1];
    at = end;
  }
  return false;
}

}  // namespace mqrig::payload
