#pragma once

#include <cstdint>
#include <memory>
#include <mqrig/net/web_socket.hpp>
#include <optional>
#include <string>
#include <utility>

namespace mqrig::net {

class TlsServer;

// Where to listen.
struct ListenAddress {
  ListenAddress() = default;  // no aggregate: safe as a temporary in a co_await expression (g++ 12)
  ListenAddress(std::string host_, std::uint16_t port_) : host(std::move(host_)), port(port_) {}

  // An address, IPv6 without brackets; an interface, all of whose addresses are meant; "localhost",
  // which is 127.0.0.1 and ::1; "" or "*" for every address of this machine, of both families.
  std::string host;
  std::uint16_t port = 0;  // 0: the kernel chooses one, the same for all addresses
  // When not empty: a Unix socket, "@name" in the abstract namespace; all else is unused. Who may
  // connect is decided by the umask and by the directory.
  std::string unix_path;
  bool reuse_port = false;  // several processes share the port, and the kernel deals out to them
  // What is set up on each connection, from the bottom up.
  bool proxy_protocol = false;  // each begins with a header of the PROXY protocol, version 1 or 2
  std::shared_ptr<TlsServer> tls;  // null: none
  std::optional<WebSocketService> web_socket;
};

// True if nobody outside this machine can reach it: 127.0.0.0/8, ::1, "localhost", an interface
// with such addresses only, a Unix socket. False for what is no address at all.
bool is_loopback(const ListenAddress& address);

}  // namespace mqrig::net
