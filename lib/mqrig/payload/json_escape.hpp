// Text as the inside of a JSON string, in one pass that checks UTF-8 as well.
#pragma once

#include <string_view>

#include <mqrig/wire/buffer.hpp>

namespace mqrig::payload {

// Appends `text` without quotes. Control characters are escaped, so that the result has no raw
// newline; U+007F and above stand as they are. False at the first byte that is not UTF-8; what
// came before it has been appended then (Buffer::truncate() takes it back).
bool append_escaped(wire::Buffer& out, std::string_view text);

// The same with U+FFFD in the place of every byte that is not UTF-8.
void append_escaped_lossy(wire::Buffer& out, std::string_view text);

// The most bytes that escaping makes of one.
inline constexpr std::size_t escape_growth = 6;

// As append_escaped(), to memory with room for escape_growth * text.size() + 8 bytes; returns the
// end, or null at a byte that is not UTF-8.
std::uint8_t* put_escaped(std::uint8_t* to, std::string_view text) noexcept;

}  // namespace mqrig::payload
