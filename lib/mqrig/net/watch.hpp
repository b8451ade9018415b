#pragma once

#include <cstdint>
#include <mqrig/net/stream.hpp>
#include <system_error>

namespace asio {
class io_context;
}

namespace mqrig::net {

class Reactor;

// One descriptor in the event loop's reactor, and the handler to tell of its readiness. Part of the
// stream that owns the descriptor: all that an idle connection has in this room is this and its
// virtual table. Private to this room.
class Watch {
 public:
  // Bits: a wait may be under way for both.
  static constexpr std::uint8_t reading = 1;
  static constexpr std::uint8_t writing = 2;

  Watch() = default;
  Watch(const Watch&) = delete;  // the kernel knows its address
  Watch& operator=(const Watch&) = delete;
  ~Watch() { close(); }

  // Takes over the descriptor, also when it fails. Once.
  std::error_code open(asio::io_context& context, int descriptor);

  void set_handler(StreamHandler* handler) { handler_ = handler; }
  void wait_readable() { wait(reading); }
  void wait_writable() { wait(writing); }
  // Also makes waits under way end without a call.
  void close();

  // -1 when closed.
  int descriptor() const { return descriptor_; }

 private:
  friend class Reactor;
  void wait(std::uint8_t direction);

  Reactor* reactor_ = nullptr;
  StreamHandler* handler_ = nullptr;
  int descriptor_ = -1;
  std::uint8_t waiting_ = 0;
  std::uint8_t registered_ = 0;  // what the kernel reports
};

}  // namespace mqrig::net
