// Text as the inside of a JSON string.
#pragma once

#include <string_view>

#include <mqrig/wire/buffer.hpp>

namespace mqrig::payload {

// Appends `text` without quotes. Control characters are escaped, so that the result has no raw
// newline; U+007F and above stand as they are. False where the text is not UTF-8: the caller then
// takes back what was appended, with Buffer::truncate().
bool append_escaped(wire::Buffer& out, std::string_view text);

// The same with U+FFFD in the place of every byte that is not UTF-8.
void append_escaped_lossy(wire::Buffer& out, std::string_view text);

// The most bytes that escaping makes of one.
inline constexpr std::size_t escape_growth = 6;

struct EscapedText {
  std::uint8_t* end;  // of what was written
  bool ascii;         // otherwise the text is still to be checked for UTF-8
};

// To memory with room for escape_growth * text.size() + 8 bytes.
EscapedText put_escaped(std::uint8_t* to, std::string_view text) noexcept;

}  // namespace mqrig::payload
