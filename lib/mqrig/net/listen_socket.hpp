#pragma once

#include <sys/stat.h>

#include <mqrig/net/endpoint.hpp>
#include <string>

namespace mqrig::net {

// A socket that listens on one endpoint. Its descriptor belongs to whoever release() gives it to;
// the file of a Unix socket stays with this object, and goes with it. Private to this room.
class ListenSocket {
 public:
  ListenSocket() = default;
  ListenSocket(ListenSocket&& other) noexcept;
  ListenSocket& operator=(ListenSocket&& other) noexcept;
  ~ListenSocket();

  // A Unix socket's file at which nobody listens any more is replaced; one at which somebody does,
  // and any other file, is std::errc::address_in_use. `reuse_port` is for TCP.
  std::error_code open(const Endpoint& endpoint, bool reuse_port);

  // With the port that the kernel chose.
  const Endpoint& endpoint() const { return endpoint_; }
  int release();

 private:
  std::error_code bind_and_listen(bool reuse_port);
  void unlink_file();

  Endpoint endpoint_;
  int descriptor_ = -1;
  std::string file_;         // ours to unlink, when not empty
  struct stat identity_ {};  // of that file: a successor may have put another in its place
};

}  // namespace mqrig::net
