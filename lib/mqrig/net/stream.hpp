#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <system_error>
#include <vector>

namespace mqrig::net {

// What one read_some() or write_some() did. No count and no error: nothing now, so wait.
struct IoResult {
  std::size_t count = 0;
  std::error_code error;
};

// Who is told that a stream is ready. Both calls come from the event loop, never from inside a call
// on the stream. Any call on the stream is allowed in them, its destruction too; running the
// io_context is not.
class StreamHandler {
 public:
  virtual void on_readable() = 0;
  virtual void on_writable() = 0;

 protected:
  ~StreamHandler() = default;
};

// A connected byte stream, type-erased once per connection: TCP, Unix socket, terminal, pipe, file,
// memory, and TLS or WebSocket on one of them. It owns no buffer that it can do without: its user
// waits for readiness and then reads into a buffer of its own, shared by all streams of the thread.
//
// Belongs to the thread that runs its io_context; must be destroyed before that io_context. A wait
// under way counts as work: io_context::run() does not return before it is answered or closed.
class Stream {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;

  // Not owned; must outlive the stream or be replaced. A wait under way calls the handler that is
  // set when it ends, and nobody if that is null.
  virtual void set_handler(StreamHandler* handler) = 0;

  // One-shot: one call of on_readable() when read_some() has something to return (bytes, the end or
  // an error), at once if it has already. Calling again while waiting changes nothing. Rarely it
  // comes for nothing: then read_some() returns neither bytes nor an error, and waiting goes on.
  virtual void wait_readable() = 0;

  // The same for on_writable() and write_some().
  virtual void wait_writable() = 0;

  // Never blocks. Fewer bytes than asked for is normal. The end of the stream is
  // Error::end_of_stream, on every later call too. After any other error only close() is of use.
  // `into` is not empty.
  virtual IoResult read_some(std::span<std::uint8_t> into) = 0;

  // Never blocks, never raises SIGPIPE. May take a part. A peer that is gone is
  // std::errc::broken_pipe or connection_reset.
  virtual IoResult write_some(std::span<const std::uint8_t> from) = 0;

  // Ends our direction; the peer reads the end of the stream after what was written. Reading goes
  // on.
  virtual void shutdown_send() = 0;

  // Ends both directions and lets go of the descriptor. From here on, and after destruction, the
  // handler is not called, whatever was under way. May be repeated. On TCP, bytes that we have not
  // read make the kernel reset the connection, which can cost the peer our last bytes: to be sure
  // of them, shutdown_send() and read to the end first.
  virtual void close() = 0;

  // The other end, for messages: "tcp 127.0.0.1:1883", "unix /run/mosquitto.sock", "pipe". Also
  // when the connection is lost; a closed socket is only "socket". Costs a system call.
  virtual std::string description() const = 0;

  // The peer's address without its port: "127.0.0.1", "::1", "fe80::1%eth0". Empty for what is no
  // TCP connection, and after close(). Costs a system call.
  virtual std::string peer_address() const { return {}; }

  // After an error: what it was beyond the code, and what to do, as a clause for the person. Empty
  // where the code says all.
  virtual std::string failure() const { return {}; }

  // What is known of the connection, for whoever wants to see it, a line each: the version of TLS,
  // the certificates of the peer, the proxy. Lines of the lowest layer come first.
  virtual std::vector<std::string> facts() const { return {}; }

  // The name that the peer has proved with a certificate or a pre-shared key: the common name of
  // the certificate's subject, or the identity of the key. Empty if none.
  virtual std::string peer_identity() const { return {}; }
};

}  // namespace mqrig::net
