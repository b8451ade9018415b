#pragma once

#include <memory>
#include <mqrig/net/stream.hpp>
#include <system_error>

namespace asio {
class io_context;
}

namespace mqrig::net {

// The stream of a socket, with its options as they are. Takes the descriptor over, also when it
// fails; null on failure. Private to this room.
std::unique_ptr<Stream> make_socket_stream(asio::io_context& context, int socket,
                                           std::error_code& error);

// Sets TCP_NODELAY: what is written is batched already.
void send_without_delay(int socket);

}  // namespace mqrig::net
