#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mqrig/net/endpoint.hpp>
#include <mqrig/net/stream.hpp>
#include <mqrig/net/timer.hpp>
#include <optional>
#include <string>

namespace mqrig::net {

// One socket on its way to one address. Private to this room.
class SocketConnect final : private StreamHandler {
 public:
  // Called once, from the event loop; the object may be destroyed in it.
  using Done = std::function<void(SocketConnect&, std::error_code)>;

  // `local` is bound to when it is not null; it must outlive start().
  SocketConnect(asio::io_context& context, const Endpoint& remote, const Endpoint* local, Done done)
      : context_(context), remote_(remote), local_(local), done_(std::move(done)) {}
  SocketConnect(const SocketConnect&) = delete;
  SocketConnect& operator=(const SocketConnect&) = delete;
  ~SocketConnect() { close(); }

  // No error: connected already, as loopback and Unix sockets are.
  // std::errc::operation_in_progress: `done` will be called. Anything else: failed, and `done` will
  // not be called.
  std::error_code start();

  // After success, once. Null and an error if the event loop cannot watch it.
  std::unique_ptr<Stream> take_stream(std::error_code& error);

  const Endpoint& remote() const { return remote_; }
  // What failed if not the connecting itself, such as "bind to 10.0.0.1: "; else empty.
  const std::string& failed_step() const { return failed_step_; }

 private:
  void on_readable() override {}
  void on_writable() override;
  std::error_code open_and_bind();
  std::error_code connect();
  std::error_code outcome() const;
  std::error_code watch();
  void retry();
  void finish(std::error_code error);
  void close();

  asio::io_context& context_;
  Endpoint remote_;
  const Endpoint* local_;
  Done done_;
  int socket_ = -1;
  std::unique_ptr<Stream> stream_;  // owns the socket from the moment that it is waited for
  std::optional<Timer> retry_;
  std::chrono::milliseconds retry_delay_{2};
  std::string failed_step_;
};

}  // namespace mqrig::net
