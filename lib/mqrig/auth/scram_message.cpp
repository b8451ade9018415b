#include <algorithm>
#include <charconv>
#include <mqrig/auth/scram_message.hpp>

namespace mqrig::auth {
namespace {

constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

std::optional<std::string_view> ScramReader::take(char name) {
  if (at_end_ || rest_.size() < 3 || rest_[0] != name || rest_[1] != '=') return std::nullopt;
  const std::size_t end = std::min(rest_.find(','), rest_.size());
  const std::string_view value = rest_.substr(2, end - 2);
  if (value.empty() || value.find('\0') != std::string_view::npos) return std::nullopt;
  at_end_ = end == rest_.size();
  rest_.remove_prefix(at_end_ ? end : end + 1);
  return value;
}

bool ScramReader::skip_extensions(char last) {
  while (!at_end_ && (last == '\0' || !next_is(last))) {
    if (rest_.empty() || !is_letter(rest_.front()) || !take(rest_.front())) return false;
  }
  return true;
}

std::string escape_scram_name(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c == ',') {
      text += "=2C";
    } else if (c == '=') {
      text += "=3D";
    } else {
      text += c;
    }
  }
  return text;
}

std::optional<std::string> unescape_scram_name(std::string_view text) {
  std::string name;
  while (!text.empty()) {
    if (text.front() != '=') {
      name += text.front();
      text.remove_prefix(1);
      continue;
    }
    const std::string_view code = text.substr(0, 3);
    if (code != "=2C" && code != "=3D") return std::nullopt;
    name += code == "=2C" ? ',' : '=';
    text.remove_prefix(code.size());
  }
  return name;
}

std::optional<unsigned> read_scram_count(std::string_view digits) {
  unsigned value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc() || stop != end || digits.front() == '0') return std::nullopt;
  return value;
}

bool is_scram_nonce(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return c > 0x20 && c < 0x7F && c != ','; });
}

}  // namespace mqrig::auth
