// Base64 as in RFC 4648, section 4: the standard alphabet, with padding. Private to this room.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mqrig::auth {

std::string encode_base64(std::string_view bytes);

// Empty unless the text is exactly what encoding gives: no white space, no missing padding, no bits
// behind the last byte.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace mqrig::auth
