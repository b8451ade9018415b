#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include <mqrig/payload/json_bytes.hpp>
#include <mqrig/payload/json_escape.hpp>
#include <mqrig/payload/utf8_sequence.hpp>
#include <mqrig/wire/utf8.hpp>

namespace mqrig::payload {

namespace {

// Large texts are escaped in pieces, so that the buffer does not grow by the worst case at once.
constexpr std::size_t piece_size = 16 * 1024;

// What a byte becomes: 0 itself, 'u' a \u00XX, else a backslash and this character.
constexpr char plain = 0, unicode = 'u';

constexpr std::array<char, 256> make_escapes() {
  std::array<char, 256> escapes{};
  for (std::size_t i = 0; i < 0x20; ++i) escapes[i] = unicode;
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

// Where escaping stands. `seen` has the top bit of a byte set once a byte was not ASCII.
struct Cursor {
  const std::uint8_t* from;
  const std::uint8_t* end;
  std::uint8_t* to;
  std::uint64_t seen = 0;
};

// Copies bytes that stand as they are, a word at a time, up to the first that does not or to the
// end of the last whole word; false at such a byte.
template <typename Word>
bool copy_words(Cursor& cursor) noexcept {
  while (static_cast<std::size_t>(cursor.end - cursor.from) >= sizeof(Word)) {
    Word word;
    std::memcpy(&word, cursor.from, sizeof word);
    std::memcpy(cursor.to, &word, sizeof word);
    cursor.seen |= word;
    const Word escaped = escaped_bytes(word);
    const std::size_t clean = escaped == 0 ? sizeof word : plain_prefix(escaped);
    cursor.from += clean;
    cursor.to += clean;
    if (escaped != 0) return false;
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

// Byte by byte, until two in a row stand as they are: bytes to escape come in clusters where JSON
// is quoted, and whole words do not pay there. Takes one byte at least.
void put_bytes(Cursor& cursor) noexcept {
  bool before = false;
  while (cursor.from < cursor.end) {
    const std::uint8_t byte = *cursor.from;
    const char kind = escapes[byte];
    if (kind != plain) {
      cursor.to = put_escape(cursor.to, byte, kind);
    } else if (before) {
      return;
    } else {
      *cursor.to++ = byte;
      cursor.seen |= byte;
    }
    before = kind == plain;
    ++cursor.from;
  }
}

EscapedText escape(std::uint8_t* to, std::string_view text) noexcept {
  const std::uint8_t* const from = wire::as_bytes(text).data();
  Cursor cursor{from, from + text.size(), to};
  while (cursor.from < cursor.end) {
    if (copy_words<std::uint64_t>(cursor)) copy_words<std::uint32_t>(cursor);
    put_bytes(cursor);
  }
  return {cursor.to, (cursor.seen & 0x8080'8080'8080'8080U) == 0};
}

// Appends without a look at UTF-8; true for ASCII.
bool append_pieces(wire::Buffer& out, std::string_view text) {
  bool ascii = true;
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, piece_size);
    std::uint8_t* const start = out.prepare(piece.size() * escape_growth + 8);
    const EscapedText escaped = escape(start, piece);
    out.commit(static_cast<std::size_t>(escaped.end - start));
    ascii = ascii && escaped.ascii;
    text.remove_prefix(piece.size());
  }
  return ascii;
}

}  // namespace

EscapedText put_escaped(std::uint8_t* to, std::string_view text) noexcept {
  return escape(to, text);
}

bool append_escaped(wire::Buffer& out, std::string_view text) {
  return append_pieces(out, text) || wire::is_utf8(text);
}

void append_escaped_lossy(wire::Buffer& out, std::string_view text) {
  const std::size_t before = out.size();
  if (append_escaped(out, text)) return;
  out.truncate(before);
  const std::uint8_t* const bytes = wire::as_bytes(text).data();
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t size = bytes[i] < 0x80 ? 1 : utf8_sequence_size(bytes + i, text.size() - i);
    append_pieces(out, size == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(i, size));
    i += std::max<std::size_t>(size, 1);
  }
}

}  // namespace mqrig::payload
