#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <mqrig/net/error.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::net {

// A socket address of any family. Private to this room.
class Endpoint {
 public:
  Endpoint() = default;
  Endpoint(const sockaddr* address, socklen_t size);

  int family() const { return storage_.ss_family; }
  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  sockaddr* address() { return reinterpret_cast<sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }
  // For calls that fill in the address: where they leave its size.
  socklen_t* size_slot() { return &size_; }
  // 0 for a Unix socket.
  std::uint16_t port() const;
  void set_port(std::uint16_t port);
  // Reachable from this machine only: 127.0.0.0/8, ::1, a Unix socket.
  bool is_loopback() const;

  // "127.0.0.1:1883", "[::1]:1883", "/run/mosquitto.sock".
  std::string text() const;
  // The 4 bytes of an IPv4 address, the 16 of an IPv6 one, in the order of the network; else none.
  // Valid as long as this.
  std::string_view address_bytes() const;
  // Without the port and brackets; empty for a Unix socket.
  std::string host_text() const;
  // The same with its kind before it: "tcp 127.0.0.1:1883".
  std::string description() const;

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = sizeof(sockaddr_storage);
};

using Endpoints = std::vector<Endpoint>;

// An IPv4 address, or an IPv6 address without brackets, which may have a %zone. Nothing if the text
// is none.
std::optional<Endpoint> numeric_endpoint(const std::string& address, std::uint16_t port);

// Without asking anybody: a numeric address, or "localhost" and names below it, which
// RFC 6761 says are loopback addresses. Nothing if the name must be resolved.
std::optional<Endpoints> known_endpoints(const std::string& host, std::uint16_t port);

// Error::bad_unix_path if it does not fit. A leading '@' means the abstract namespace.
std::error_code unix_endpoint(std::string_view path, Endpoint& into);

// The local addresses that a bind address names: the address itself, or those of an interface,
// link- local ones last. Empty if there are none.
Endpoints local_endpoints(const std::string& bind_address);

// The addresses to listen on that a host means, IPv4 before IPv6: those of a bind address, both of
// localhost, or for "" and "*" every address of each family. Empty if there are none.
Endpoints listen_endpoints(const std::string& host, std::uint16_t port);

// The other end of a connected socket, also when it has reset the connection by now. Of family
// AF_UNSPEC if that cannot be told.
Endpoint peer_endpoint(int socket);

// The order of RFC 8305, section 4: families alternate, beginning with the first; the order within
// a family is kept.
void alternate_families(Endpoints& endpoints);

}  // namespace mqrig::net
