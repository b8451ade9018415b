#pragma once

#include <asio/io_context.hpp>
#include <asio/posix/basic_descriptor.hpp>
#include <cstdint>
#include <mqrig/net/stream.hpp>
#include <utility>

namespace mqrig::net {

class WatchPtr;

// One descriptor in the event loop's reactor and the handler to tell of its readiness. A wait under
// way shares the ownership, so that what is already queued in the event loop when the stream goes
// away finds a closed watch. Private to this room: includes Asio.
//
// Asio sets O_NONBLOCK on what it watches: the descriptor must have a description of its own.
class Watch {
 public:
  // Takes over the descriptor, also when it fails; null on failure.
  static WatchPtr open(asio::io_context& context, int descriptor, std::error_code& error);

  void set_handler(StreamHandler* handler) { handler_ = handler; }
  void wait_readable();
  void wait_writable();
  // Also makes waits under way end without a call.
  void close();

  // -1 when closed.
  int descriptor() { return descriptor_.is_open() ? descriptor_.native_handle() : -1; }

 private:
  friend class WatchPtr;
  struct Descriptor : asio::posix::basic_descriptor<asio::io_context::executor_type> {
    using basic_descriptor::basic_descriptor;
  };
  template <bool reading>
  struct Ready;

  explicit Watch(asio::io_context& context) : descriptor_(context) {}
  template <bool reading>
  void wait(bool& waiting);

  Descriptor descriptor_;
  StreamHandler* handler_ = nullptr;
  std::uint32_t owners_ = 0;
  bool read_waiting_ = false;
  bool write_waiting_ = false;
};

// Shared ownership in one pointer: std::shared_ptr would add 40 bytes to each idle connection.
class WatchPtr {
 public:
  WatchPtr() = default;
  explicit WatchPtr(Watch* watch) : watch_(watch) { ++watch_->owners_; }
  WatchPtr(const WatchPtr& other) : watch_(other.watch_) {
    if (watch_ != nullptr) ++watch_->owners_;
  }
  WatchPtr(WatchPtr&& other) noexcept : watch_(std::exchange(other.watch_, nullptr)) {}
  WatchPtr& operator=(WatchPtr other) noexcept {
    std::swap(watch_, other.watch_);
    return *this;
  }
  ~WatchPtr() {
    if (watch_ != nullptr && --watch_->owners_ == 0) delete watch_;
  }

  Watch* operator->() const { return watch_; }
  explicit operator bool() const { return watch_ != nullptr; }

 private:
  Watch* watch_ = nullptr;
};

}  // namespace mqrig::net
