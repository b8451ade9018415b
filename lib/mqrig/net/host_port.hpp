#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mqrig::net {

// What -h takes: "host", "host:port", "[::1]", "[::1]:port", or a bare IPv6 address "::1".
// The port is at least `lowest_port`: nobody can connect to port 0, but listen on it.
struct HostPort {
  std::string host;                   // IPv6 without brackets
  std::optional<std::uint16_t> port;  // none given
  // Empty, or what is wrong, for the person. Repeats nothing of a text with an '@', which may have
  // a password.
  std::string error;
};
HostPort split_host_port(std::string_view text, std::uint16_t lowest_port = 1);

// "host:port" for messages, with brackets around an IPv6 address.
std::string join_host_port(std::string_view host, std::uint16_t port);

// What keeps a text from being a host name, for the person; empty if nothing does.
std::string host_fault(std::string_view host);

}  // namespace mqrig::net
