#pragma once

#include <cstddef>
#include <memory>
#include <mqrig/net/stream.hpp>
#include <utility>

namespace asio {
class io_context;
}

namespace mqrig::net {

// Two connected streams in memory, for tests and for a broker inside the process. Each direction
// holds at most `capacity` bytes (at least 1); a full direction makes write_some() take nothing
// until the other end has read. Both ends belong to the thread of `context`.
std::pair<std::unique_ptr<Stream>, std::unique_ptr<Stream>> memory_stream_pair(
    asio::io_context& context, std::size_t capacity = 65536);

}  // namespace mqrig::net
