// A bare connection to a broker on this machine: packets in, packets out, nothing in between.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <mqrig/wire/buffer.hpp>
#include <mqrig/wire/frame.hpp>

namespace mqrig::bench {

[[noreturn]] inline void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

// A loopback address; both parts in the host's byte order.
inline sockaddr_in loopback(std::uint32_t host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(host);
  address.sin_port = htons(port);
  return address;
}

// Never blocks. Packets to send are appended to out(); flush() sends what the socket takes.
class Stream {
 public:
  // Begins to connect to 127.0.0.1, from the loopback address `source` (in the host's byte order).
  // The result shows when the socket is writable: connected(). `block` bytes are read at a time.
  Stream(std::uint16_t port, std::size_t block, std::uint32_t source = INADDR_LOOPBACK)
      : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)),
        block_(block) {
    if (descriptor_ < 0) fail("socket");
    const int on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    // The port is chosen by connect(), which may use one again for another destination.
    ::setsockopt(descriptor_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    sockaddr_in address = loopback(source, 0);
    const auto* name = reinterpret_cast<const sockaddr*>(&address);
    if (::bind(descriptor_, name, sizeof address) != 0) fail("bind");
    address = loopback(INADDR_LOOPBACK, port);
    refused_ = ::connect(descriptor_, name, sizeof address) != 0 && errno != EINPROGRESS;
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { ::close(descriptor_); }

  int descriptor() const { return descriptor_; }
  wire::Buffer& out() { return out_; }
  bool drained() const { return out_.empty(); }

  // True when there is a connection; asked once the socket is writable.
  bool connected() const {
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &length);
    return !refused_ && error == 0;
  }

  // Reads once and calls take(frame) for each whole packet. False when the connection is over:
  // ended by the other side, or by take(), which returns false for that, or by a broken packet.
  template <class Take>
  bool receive(wire::Version version, Take&& take) {
    const ssize_t count = ::recv(descriptor_, in_.prepare(block_), block_, 0);
    if (count < 0) return errno == EAGAIN;
    if (count == 0) return false;
    in_.commit(static_cast<std::size_t>(count));
    wire::ByteView bytes = in_.view();
    wire::Frame frame;
    for (;;) {
      const auto result = wire::split_frame(bytes, wire::max_remaining_length + 5, frame, version);
      if (result.status == wire::FrameStatus::invalid) return false;
      if (result.status == wire::FrameStatus::need_more) break;
      if (!take(frame)) return false;
      bytes = bytes.subspan(frame.size);
    }
    in_.consume(in_.size() - bytes.size());
    return true;
  }

  // False when the connection is over.
  bool flush() {
    while (!out_.empty()) {
      const ssize_t count = ::send(descriptor_, out_.data(), out_.size(), MSG_NOSIGNAL);
      if (count < 0) return errno == EAGAIN;
      out_.consume(static_cast<std::size_t>(count));
    }
    return true;
  }

 private:
  int descriptor_;
  std::size_t block_;
  bool refused_ = false;
  wire::Buffer in_;
  wire::Buffer out_;
};

}  // namespace mqrig::bench
