#pragma once

#include <memory>
#include <mqrig/net/stream.hpp>

namespace asio {
class io_context;
}

namespace mqrig::net {

// A stream over a connected TCP or Unix stream socket, as accept(2) or socketpair(2) gives it.
// Takes the descriptor over, also when it fails. Sets TCP_NODELAY on TCP. Null and `error` (the
// system's) if the descriptor cannot be watched.
std::unique_ptr<Stream> open_socket(asio::io_context& context, int socket, std::error_code& error);

}  // namespace mqrig::net
