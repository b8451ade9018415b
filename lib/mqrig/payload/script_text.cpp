#include <mqrig/payload/script_text.hpp>

#include <cstdint>

#include <mqrig/payload/utf8_sequence.hpp>
#include <mqrig/wire/types.hpp>
#include <mqrig/wire/utf8.hpp>

namespace mqrig::payload {

namespace {

constexpr std::string_view script_null = "\xC0\x80";
constexpr std::string_view replacement = "\xEF\xBF\xBD";

// The surrogate that three bytes make, which UTF-8 has no place for; 0 if they make none.
std::uint32_t surrogate_at(std::string_view text) noexcept {
  const auto byte = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  if (text.size() < 3 || byte(0) != 0xED || byte(1) < 0xA0 || byte(1) > 0xBF) return 0;
  if ((byte(2) & 0xC0) != 0x80) return 0;
  return 0xD000U | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
}

// The character above U+FFFF that a pair of surrogates stands for; 0 if there is no pair.
std::uint32_t pair_at(std::string_view text) noexcept {
  const std::uint32_t high = surrogate_at(text);
  if (high < 0xD800 || high > 0xDBFF) return 0;
  const std::uint32_t low = surrogate_at(text.substr(3));
  if (low < 0xDC00 || low > 0xDFFF) return 0;
  return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

void append_four_bytes(std::string& out, std::uint32_t character) {
  const auto byte = [character](unsigned shift) {
    return static_cast<char>(0x80U | (character >> shift & 0x3FU));
  };
  out += static_cast<char>(0xF0U | character >> 18);
  out += byte(12);
  out += byte(6);
  out += byte(0);
}

// Appends what stands at the beginning of the text, and tells how many bytes that were.
std::size_t append_character(std::string_view text, std::string& out) {
  const auto* bytes = wire::as_bytes(text).data();
  const std::size_t size = bytes[0] < 0x80 ? 1 : utf8_sequence_size(bytes, text.size());
  if (size > 0) {
    out += text.substr(0, size);
    return size;
  }
  if (text.starts_with(script_null)) {
    out += '\0';
    return script_null.size();
  }
  if (const std::uint32_t character = pair_at(text); character != 0) {
    append_four_bytes(out, character);
    return 6;
  }
  out += replacement;
  return surrogate_at(text) != 0 ? 3 : 1;
}

}  // namespace

void to_script(std::string_view utf8, std::string& out) {
  out.clear();
  for (;;) {
    const std::size_t null = utf8.find('\0');
    out += utf8.substr(0, null);
    if (null == std::string_view::npos) return;
    out += script_null;
    utf8.remove_prefix(null + 1);
  }
}

void from_script(std::string_view text, std::string& out) {
  out.clear();
  if (wire::is_utf8(text)) {
    out += text;
    return;
  }
  while (!text.empty()) text.remove_prefix(append_character(text, out));
}

}  // namespace mqrig::payload
