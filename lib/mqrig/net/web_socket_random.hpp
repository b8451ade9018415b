#pragma once

#include <cstdint>
#include <mqrig/net/web_socket_frame.hpp>
#include <span>

namespace mqrig::net {

// From the kernel's generator. Throws std::system_error when it has none to give. Private to this
// room.
void fill_randomly(std::span<std::uint8_t> into);

// One that nobody can foretell [RFC 6455, section 10.3]. Rarely a system call: the thread keeps
// some.
WebSocketMask random_mask();

}  // namespace mqrig::net
