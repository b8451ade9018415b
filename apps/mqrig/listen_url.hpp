#pragma once

#include <mqrig/net/listen_address.hpp>
#include <string>
#include <string_view>

namespace mqrig {

/// "mqtt://HOST[:PORT]" or "unix:///PATH"; the port may be 0. `error` is what is wrong, as a
/// clause, and then the address is of no use.
net::ListenAddress parse_listen_url(std::string_view url, std::string& error);

/// "HOST:PORT"; the port may be 0. The same.
net::ListenAddress parse_listen_address(std::string_view text, std::string& error);

/// "0.0.0.0:1883", "unix:///run/mqrig.sock".
std::string describe(const net::ListenAddress& address);

}  // namespace mqrig
