#include "position_text.hpp"

#include <charconv>
#include <system_error>

namespace mqrig::pub {

std::string position_text(char format, std::initializer_list<std::uint64_t> numbers) {
  std::string text(1, format);
  for (const std::uint64_t number : numbers) text += ' ' + std::to_string(number);
  return text;
}

bool parse_position(std::string_view text, char format,
                    std::initializer_list<std::uint64_t*> numbers) {
  if (!text.starts_with(format)) return false;
  text.remove_prefix(1);
  for (std::uint64_t* const number : numbers) {
    if (!text.starts_with(' ')) return false;
    const char* const end = text.data() + text.size();
    const auto result = std::from_chars(text.data() + 1, end, *number);
    if (result.ec != std::errc()) return false;
    text = {result.ptr, static_cast<std::size_t>(end - result.ptr)};
  }
  return text.empty();
}

}  // namespace mqrig::pub
