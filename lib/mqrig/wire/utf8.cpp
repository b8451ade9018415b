#include <mqrig/wire/utf8.hpp>

#include <mqrig/wire/plain_text.hpp>

namespace mqrig::wire {

namespace {

using Byte = unsigned char;

bool is_continuation(Byte byte) {
  return (byte & 0xC0) == 0x80;
}

// The size of the well-formed sequence at the front of [at, end), which is not empty; 0 when it is
// ill-formed. Table 3-7 of the Unicode standard.
std::size_t sequence_size(const Byte* at, const Byte* end) {
  const Byte lead = at[0];
  const auto left = static_cast<std::size_t>(end - at);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4 || left < 2) return 0;
  if (lead < 0xE0) return is_continuation(at[1]) ? 2 : 0;
  // The second byte's range excludes overlong forms, surrogates and what is above U+10FFFF.
  const Byte low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const Byte high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (at[1] < low || at[1] > high || left < 3 || !is_continuation(at[2])) return 0;
  if (lead < 0xF0) return 3;
  return left >= 4 && is_continuation(at[3]) ? 4 : 0;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  const auto* at = reinterpret_cast<const Byte*>(text.data());
  const Byte* end = at + text.size();
  while (at != end) {
    if (end - at >= 8 && not_ascii(load_word(reinterpret_cast<const char*>(at))) == 0) {
      at += 8;
      continue;
    }
    const std::size_t size = sequence_size(at, end);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

Fault check_utf8_string(std::string_view text) noexcept {
  if (is_plain_text(text)) return Fault::none;
  if (!is_utf8(text)) return Fault::invalid_utf8;
  return all_words(text, zero_bytes) ? Fault::none : Fault::null_character;
}

}  // namespace mqrig::wire
