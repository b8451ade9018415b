// Base64 as in RFC 4648, section 4: the standard alphabet, with padding.
#pragma once

#include <string>
#include <string_view>

#include <mqrig/wire/buffer.hpp>

namespace mqrig::payload {

constexpr std::size_t base64_size(std::size_t bytes) noexcept {
  return (bytes + 2) / 3 * 4;
}

void append_base64(wire::Buffer& out, wire::ByteView bytes);

// Appends the bytes. False, with nothing appended, unless the text is exactly what encoding gives:
// no white space, no missing padding, no bits behind the last byte.
bool decode_base64(std::string_view text, std::string& bytes);

}  // namespace mqrig::payload
