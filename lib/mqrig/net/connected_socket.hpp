#pragma once

#include <memory>
#include <mqrig/net/stream.hpp>
#include <mqrig/net/watch.hpp>

namespace mqrig::net {

// The stream of a socket that is connected and watched already. Private to this room.
std::unique_ptr<Stream> make_socket_stream(WatchPtr watch);

// Sets TCP_NODELAY: what is written is batched already.
void send_without_delay(int socket);

}  // namespace mqrig::net
