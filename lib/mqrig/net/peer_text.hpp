#pragma once

#include <string>
#include <string_view>

namespace mqrig::net {

// What a peer has written, fit for a message: its first 200 bytes, with '?' for all that is not
// printable ASCII. Private to this room.
std::string peer_text(std::string_view text);

}  // namespace mqrig::net
