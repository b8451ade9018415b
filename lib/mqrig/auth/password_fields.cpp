#include <algorithm>
#include <charconv>
#include <mqrig/auth/password_fields.hpp>
#include <mqrig/auth/password_hash.hpp>

namespace mqrig::auth {

std::string_view take_field(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('$'), rest.size());
  const std::string_view field = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return field;
}

std::optional<unsigned> parse_iterations(std::string_view digits) {
  unsigned value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc() || stop != end || value < 1 || value > max_iterations) {
    return std::nullopt;
  }
  return value;
}

}  // namespace mqrig::auth
