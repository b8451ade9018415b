#include <mqrig/load/html_escape.hpp>

#include <cstdint>

#include <mqrig/payload/utf8_sequence.hpp>

namespace mqrig::load {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

std::string_view escaped_ascii(std::string_view character) {
  switch (character.front()) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    case '\n':
    case '\t':
      return character;
    default:
      return character.front() < ' ' || character.front() == '\x7F' ? replacement : character;
  }
}

// U+0080 to U+009F; U+FFFE and U+FFFF; U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069.
bool is_unfit(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(character[i]); };
  if (character.size() == 2) return byte(0) == 0xC2 && byte(1) < 0xA0;
  if (character.size() != 3) return false;
  if (byte(0) == 0xEF && byte(1) == 0xBF) return byte(2) >= 0xBE;
  if (byte(0) != 0xE2) return false;
  if (byte(1) == 0x80)
    return byte(2) == 0x8E || byte(2) == 0x8F || (byte(2) >= 0xAA && byte(2) <= 0xAE);
  return byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9;
}

}  // namespace

void append_escaped_html(std::string& out, std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  for (std::size_t i = 0; i < text.size();) {
    if (bytes[i] < 0x80) {
      out += escaped_ascii(text.substr(i++, 1));
      continue;
    }
    const std::size_t size = payload::utf8_sequence_size(bytes + i, text.size() - i);
    const std::string_view character = text.substr(i, size);
    out += size == 0 || is_unfit(character) ? replacement : character;
    i += size == 0 ? 1 : size;
  }
}

std::string escaped_html(std::string_view text) {
  std::string out;
  append_escaped_html(out, text);
  return out;
}

}  // namespace mqrig::load
