#pragma once

#include <cstdint>
#include <mqrig/net/host_port.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace mqrig::net {

enum class Scheme { mqtt, mqtts, ws, wss, unix_socket };

// The port that a URL without one means: 1883, 8883, 80, 443, and 0 for a Unix socket.
std::uint16_t default_port(Scheme scheme) noexcept;

// "mqtt", "mqtts", "ws", "wss", "unix".
std::string_view scheme_name(Scheme scheme) noexcept;

// A broker's address, percent-decoded, as written in:
//   mqtt://user:p%40ss@host:1883/topic/with%20space    also mqtts
//   ws://host:80/path?query                            also wss; the path is HTTP's, not a topic
//   unix:///run/mosquitto.sock                         the path is the socket; user:pass@ may stand
//                                                      before it: unix://user:pass@/run/m.sock
struct Url {
  Scheme scheme = Scheme::mqtt;
  std::optional<std::string> username;
  std::optional<std::string> password;
  std::string host;        // IPv6 without brackets; empty for a Unix socket
  std::uint16_t port = 0;  // 0 for a Unix socket, or where it was allowed
  std::string path;   // ws, wss: request target as typed, at least "/"; unix: the socket's path
  std::string topic;  // mqtt, mqtts: what follows the slash after the host; empty: none given
};

// `error` is empty, or a sentence part for the person: what is wrong, and how it should look. It
// never repeats the user name or password.
struct UrlResult {
  Url url;
  std::string error;
};

// Strict about what it cannot mean (an unknown scheme, an empty host, a port below `lowest_port`, a
// broken escape), lenient where people type topics: '#' and '+' stand for themselves in a topic;
// '?' is written %3F.
UrlResult parse_url(std::string_view text, std::uint16_t lowest_port = 1);

}  // namespace mqrig::net
