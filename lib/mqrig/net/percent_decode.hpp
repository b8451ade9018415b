#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mqrig::net {

// RFC 3986, section 2.1. Nothing if a '%' is not followed by two hexadecimal digits. Private to
// this room.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace mqrig::net
