#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <mqrig/net/connected_socket.hpp>
#include <mqrig/net/socket_connect.hpp>
#include <mqrig/net/system_call.hpp>
#include <utility>

namespace mqrig::net {
namespace {

using namespace std::chrono_literals;
constexpr auto longest_retry_delay = 50ms;

const std::error_code in_progress = std::make_error_code(std::errc::operation_in_progress);

// Leaves the choice of the local port to connect(2), which can then use one port for many peers.
void choose_port_late(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
}

}  // namespace

std::error_code SocketConnect::start() {
  if (const auto error = open_and_bind()) return error;
  return connect();
}

std::error_code SocketConnect::open_and_bind() {
  socket_ = ::socket(remote_.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return last_system_error();
  if (remote_.family() != AF_UNIX) send_without_delay(socket_);
  if (local_ == nullptr) return {};
  choose_port_late(socket_);
  if (::bind(socket_, local_->address(), local_->size()) == 0) return {};
  const std::error_code error = last_system_error();
  failed_step_ = "bind to " + local_->host_text() + ": ";
  return error;
}

std::error_code SocketConnect::connect() {
  if (::connect(socket_, remote_.address(), remote_.size()) == 0) return {};
  const int failure = errno;
  if (failure == EINPROGRESS || failure == EINTR) {
    // Loopback answers during connect(2): that saves a turn of the event loop.
    pollfd writable{socket_, POLLOUT, 0};
    if (::poll(&writable, 1, 0) > 0) return outcome();
    return watch();
  }
  const bool backlog_full = failure == EAGAIN || failure == ENOBUFS;
  if (remote_.family() == AF_UNIX && backlog_full) {
    retry();
    return in_progress;
  }
  return {failure, std::system_category()};
}

std::error_code SocketConnect::outcome() const {
  int failure = 0;
  socklen_t size = sizeof failure;
  if (::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &failure, &size) != 0) return last_system_error();
  return {failure, std::system_category()};
}

std::error_code SocketConnect::watch() {
  std::error_code error;
  stream_ = make_socket_stream(context_, socket_, error);
  if (error) {
    socket_ = -1;
    return error;
  }
  stream_->set_handler(this);
  stream_->wait_writable();
  return in_progress;
}

// A Unix socket whose listener is behind does not queue us, and no event says when it would.
void SocketConnect::retry() {
  if (!retry_) {
    retry_.emplace(context_, [this] {
      const std::error_code error = connect();
      if (error != in_progress) finish(error);
    });
  }
  retry_->expires_at(Timer::Clock::now() + retry_delay_);
  retry_delay_ = std::min<std::chrono::milliseconds>(2 * retry_delay_, longest_retry_delay);
}

void SocketConnect::on_writable() {
  const std::error_code error = outcome();
  finish(error);
}

void SocketConnect::finish(std::error_code error) {
  const Done done = std::move(done_);
  done(*this, error);
}

std::unique_ptr<Stream> SocketConnect::take_stream(std::error_code& error) {
  const int socket = std::exchange(socket_, -1);
  if (!stream_) return make_socket_stream(context_, socket, error);
  stream_->set_handler(nullptr);
  return std::move(stream_);
}

void SocketConnect::close() {
  if (!stream_ && socket_ >= 0) ::close(socket_);
}

}  // namespace mqrig::net
