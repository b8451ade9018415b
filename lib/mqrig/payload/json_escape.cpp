#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include <mqrig/payload/json_bytes.hpp>
#include <mqrig/payload/json_escape.hpp>
#include <mqrig/payload/utf8_sequence.hpp>

namespace mqrig::payload {

namespace {

// Large texts are escaped in pieces, so that the buffer does not grow by the worst case at once.
constexpr std::size_t piece_size = 16 * 1024;

// What a byte becomes: 0 itself, 'u' a \u00XX, 8 the start of a sequence, else a backslash and
// this character.
constexpr char plain = 0, unicode = 'u', multibyte = 8;

constexpr std::array<char, 256> make_escapes() {
  std::array<char, 256> escapes{};
  for (std::size_t i = 0; i < 0x20; ++i) escapes[i] = unicode;
  for (std::size_t i = 0x80; i < 256; ++i) escapes[i] = multibyte;
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  escapes['\b'] = 'b';
  escapes['\f'] = 'f';
  escapes['\n'] = 'n';
  escapes['\r'] = 'r';
  escapes['\t'] = 't';
  return escapes;
}
constexpr auto escapes = make_escapes();

// Copies plain bytes a word at a time, up to the first special byte or the end of the last word.
template <typename Word>
bool copy_plain(const std::uint8_t*& from, const std::uint8_t* end, std::uint8_t*& to) noexcept {
  while (static_cast<std::size_t>(end - from) >= sizeof(Word)) {
    Word word;
    std::memcpy(&word, from, sizeof word);
    std::memcpy(to, &word, sizeof word);
    const Word special = special_bytes(word);
    if (special != 0) {
      const std::size_t clean = plain_prefix(special);
      from += clean;
      to += clean;
      return false;
    }
    from += sizeof word;
    to += sizeof word;
  }
  return true;
}

std::uint8_t* put_escape(std::uint8_t* to, std::uint8_t byte, char kind) noexcept {
  constexpr char hex[] = "0123456789abcdef";
  *to++ = '\\';
  *to++ = static_cast<std::uint8_t>(kind);
  if (kind != unicode) return to;
  *to++ = '0';
  *to++ = '0';
  *to++ = static_cast<std::uint8_t>(hex[byte >> 4]);
  *to++ = static_cast<std::uint8_t>(hex[byte & 0x0F]);
  return to;
}

// Escapes at least [from, end), and never past `limit`: a sequence may reach over `end`. False
// where a byte is not UTF-8; `from` stands at it then.
bool escape(const std::uint8_t*& from, const std::uint8_t* end, const std::uint8_t* limit,
            std::uint8_t*& to) noexcept {
  while (from < end) {
    if (copy_plain<std::uint64_t>(from, end, to)) copy_plain<std::uint32_t>(from, end, to);
    for (; from < end; ++from) {
      const char kind = escapes[*from];
      if (kind == plain) {
        *to++ = *from;
        // Behind something special: back to words as soon as a whole one is left.
        if (end - from > 8 && escapes[from[1]] == plain) {
          ++from;
          break;
        }
      } else if (kind != multibyte) {
        to = put_escape(to, *from, kind);
      } else {
        const std::size_t size = utf8_sequence_size(from, static_cast<std::size_t>(limit - from));
        if (size == 0) return false;
        // Four bytes in one move, where there are four: there is room behind the sequence.
        std::memcpy(to, from, limit - from >= 4 ? 4 : size);
        to += size;
        from += size - 1;
      }
    }
  }
  return true;
}

const std::uint8_t* bytes_of(std::string_view text) noexcept {
  return wire::as_bytes(text).data();
}

}  // namespace

std::uint8_t* put_escaped(std::uint8_t* to, std::string_view text) noexcept {
  const std::uint8_t* from = bytes_of(text);
  const std::uint8_t* end = from + text.size();
  return escape(from, end, end, to) ? to : nullptr;
}

bool append_escaped(wire::Buffer& out, std::string_view text) {
  const std::uint8_t* from = bytes_of(text);
  const std::uint8_t* const end = from + text.size();
  while (from < end) {
    const std::size_t piece = std::min(static_cast<std::size_t>(end - from), piece_size);
    std::uint8_t* const start = out.prepare(piece * escape_growth + 8);
    std::uint8_t* to = start;
    const bool good = escape(from, from + piece, end, to);
    out.commit(static_cast<std::size_t>(to - start));
    if (!good) return false;
  }
  return true;
}

void append_escaped_lossy(wire::Buffer& out, std::string_view text) {
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  const std::uint8_t* from = bytes_of(text);
  const std::uint8_t* const end = from + text.size();
  while (from < end) {
    const std::size_t piece = std::min(static_cast<std::size_t>(end - from), piece_size);
    std::uint8_t* const start = out.prepare(piece * escape_growth + 8);
    std::uint8_t* to = start;
    const bool good = escape(from, from + piece, end, to);
    out.commit(static_cast<std::size_t>(to - start));
    if (good) continue;
    out.append(wire::as_bytes(replacement));
    ++from;
  }
}

}  // namespace mqrig::payload
