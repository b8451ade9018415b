#pragma once

#include <cstdint>
#include <memory>
#include <mqrig/net/web_socket.hpp>
#include <optional>
#include <string>
#include <vector>

namespace mqrig::net {

class TlsClient;

// A proxy that makes the connection for us.
struct Proxy {
  enum class Kind : std::uint8_t { socks5, socks5_remote_names, http };
  Kind kind = Kind::http;
  std::string host;
  std::uint16_t port = 0;
  std::string username;  // RFC 1929, or Basic; empty: none
  std::string password;
  std::shared_ptr<const TlsClient> tls;  // of "https" proxies: TLS to the proxy itself

  // "http://proxy:3128", without credentials.
  std::string text() const;
};

// HOST:PORT:ADDRESS as curl has it: where a name is looked up otherwise, without asking anybody.
struct HostOverride {
  std::string host;
  std::uint16_t port = 0;              // 0: any
  std::vector<std::string> addresses;  // numeric, tried in this order
};

// What lies between a network connection and MQTT, from the bottom up.
struct Transport {
  std::optional<Proxy> proxy;
  std::vector<HostOverride> overrides;
  std::shared_ptr<const TlsClient> tls;  // null: none
  std::string tls_name;                  // for SNI and the certificate's name; empty: the host
  std::optional<WebSocketRequest>
      web_socket;  // an empty `host` is filled in from that of the connection
};

}  // namespace mqrig::net
