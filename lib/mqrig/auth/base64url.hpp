// Base64 as in RFC 7515, section 2: the alphabet for URLs, without padding. Private to this room.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mqrig::auth {

// Empty unless the text is exactly what encoding gives: see decode_base64().
std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace mqrig::auth
