#pragma once

#include <memory>
#include <mqrig/net/stream.hpp>

namespace asio {
class io_context;
}

namespace mqrig::net {

// Streams over descriptors that this process was given, such as standard input and output:
// terminal, pipe, FIFO, socket, regular file or device. The descriptor itself stays open and is not
// owned; the stream works on one of its own.
//
// O_NONBLOCK belongs to the open file description, which other processes share (a shell and its
// terminal): pipes and terminals are opened once more through /proc/self/fd for a description of
// our own; sockets are asked not to block in each call. Only where neither is possible is the flag
// set on the shared description, and taken back when the stream is closed. What never blocks for
// long (files, /dev/null) is always ready.
//
// Null and `error` (the system's) if the descriptor is not open, or not for this direction.
// Writing through open_output() makes the process ignore SIGPIPE from then on: a reader that went
// away is std::errc::broken_pipe from write_some().
std::unique_ptr<Stream> open_input(asio::io_context& context, int descriptor,
                                   std::error_code& error);
std::unique_ptr<Stream> open_output(asio::io_context& context, int descriptor,
                                    std::error_code& error);

}  // namespace mqrig::net
