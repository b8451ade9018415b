#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mqrig/net/error.hpp>
#include <mqrig/net/listen_address.hpp>
#include <mqrig/net/stream.hpp>
#include <string>

namespace asio {
class io_context;
}

namespace mqrig::net {

// Accepts connections on a TCP address or a Unix socket.
//
// Belongs to the thread of its io_context, and must be destroyed before it. Listening is work of
// the io_context: run() does not return before close().
class Listener {
 public:
  // Called from the event loop for each connection, many per turn, but not so many that others wait
  // for theirs. The listener may be closed or destroyed in it. The layers of the address are on the
  // stream, and their handshakes yet to be made, in its reads and writes. TCP comes with
  // TCP_NODELAY set, and with keep-alive probes of the kernel: a peer that is gone for minutes ends
  // the stream.
  using Callback = std::function<void(std::unique_ptr<Stream> stream)>;

  explicit Listener(asio::io_context& context);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();  // closes

  // Binds and listens; an address in use by this listener is closed first. An address of a family
  // that this machine lacks is left out where others remain. On an error (the system's,
  // Error::bad_bind_address or Error::bad_unix_path) nothing listens, and `detail` says what could
  // not be bound and why: "127.0.0.1:1883: Address already in use".
  //
  // A Unix socket's file that a dead process left behind is replaced. One at which somebody listens
  // is std::errc::address_in_use, and so is any other file. The file goes with close().
  std::error_code start(const ListenAddress& address, Callback callback, std::string& detail);

  // As an MQTT client is told it, with the real port: "mqtt://127.0.0.1:1883",
  // "wss://127.0.0.1:443/mqtt", "unix:///run/mqrig.sock", "unix://@name". Of several addresses the
  // first, IPv4 before IPv6. Empty when not listening.
  std::string url() const;
  // 0 for a Unix socket and when not listening.
  std::uint16_t port() const;

  // Connections that were closed unseen since start() because this process or the machine is out
  // of descriptors, or the kernel has no memory to watch them. Without memory to accept at all,
  // clients wait in the queue until there is some.
  std::uint64_t refused() const;

  // May be repeated; start() may follow. The callback is not called any more.
  void close();

 private:
  class Acceptor;
  struct State;

  asio::io_context& context_;
  std::shared_ptr<State> state_;
};

}  // namespace mqrig::net
