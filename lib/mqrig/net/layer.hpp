#pragma once

#include <mqrig/net/stream.hpp>

namespace mqrig::net {

// A stream on another stream: TLS, WebSocket, the tunnel of a proxy. Until its handshake is done,
// read_some() and write_some() make it, as far as they get; a server needs no more. A client that
// wants to know when it is done, and why not, drives it with handshake(). The messages that either
// sends begin by themselves: a client's in the first call of handshake().
//
// wait_readable() and wait_writable() of a handshake under way wait for the stream below.
class Layer : public Stream {
 public:
  enum class Progress { done, wants_read, wants_write, failed };

  // Goes on with the handshake. Failed: `error` says what kind, and failure() what it was.
  virtual Progress handshake(std::error_code& error) = 0;
};

}  // namespace mqrig::net
