// The parts that all JSON of ours is put together from.
#pragma once

#include <cstdint>
#include <string_view>

#include <mqrig/wire/buffer.hpp>

namespace mqrig::payload {

inline void append(wire::Buffer& out, std::string_view text) {
  out.append(wire::as_bytes(text));
}

void append_number(wire::Buffer& out, std::uint64_t value);

// In quotes; bytes that are not UTF-8 become U+FFFD.
void append_string(wire::Buffer& out, std::string_view text);

// In quotes and true; or, where the text is not UTF-8, nothing and false.
bool append_utf8_string(wire::Buffer& out, std::string_view text);

// In quotes.
void append_base64_string(wire::Buffer& out, wire::ByteView bytes);

// The bytes of valid JSON. Its raw line breaks, which are white space between tokens, become
// spaces.
void append_json_value(wire::Buffer& out, wire::ByteView json);

}  // namespace mqrig::payload
