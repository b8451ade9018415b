#include <algorithm>
#include <mqrig/auth/password_line.hpp>

namespace mqrig::auth {
namespace {

constexpr std::string_view blanks = " \t\r\v\f";

std::string_view trimmed(std::string_view text) {
  const std::size_t start = std::min(text.find_first_not_of(blanks), text.size());
  const std::size_t last = text.find_last_not_of(blanks);
  return text.substr(start, last == std::string_view::npos ? 0 : last + 1 - start);
}

}  // namespace

PasswordLine split_password_line(std::string_view line) {
  PasswordLine split;
  const std::size_t colon = line.find(':');
  split.is_comment = line.starts_with('#') || trimmed(line).empty();
  split.has_colon = !split.is_comment && colon != std::string_view::npos;
  if (!split.has_colon) return split;
  split.user = trimmed(line.substr(0, colon));
  split.hash = trimmed(line.substr(colon + 1));
  return split;
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace mqrig::auth
