#pragma once

#include <mqrig/net/listen_address.hpp>
#include <string>
#include <string_view>

namespace mqrig {

/// Where to listen, and whether with TLS: `address.tls` is set by whoever has the certificates.
struct ListenUrl {
  net::ListenAddress address;
  bool tls = false;
};

/// "mqtt://HOST[:PORT]", "mqtts://HOST[:PORT]", "ws://HOST[:PORT][/PATH]", "wss://…" or
/// "unix:///PATH"; the port may be 0. `error` is what is wrong, as a clause, and then the result is
/// of no use.
ListenUrl parse_listen_url(std::string_view url, std::string& error);

/// "HOST:PORT"; the port may be 0. The same.
net::ListenAddress parse_listen_address(std::string_view text, std::string& error);

/// "0.0.0.0:1883", "unix:///run/mqrig.sock".
std::string describe(const net::ListenAddress& address);

}  // namespace mqrig
