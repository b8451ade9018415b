#pragma once

#include <cstdint>
#include <memory>
#include <mqrig/net/web_socket.hpp>
#include <optional>
#include <string>
#include <vector>

namespace mqrig::net {

class TlsClient;

// A proxy that makes the connection for us. Names of the target are looked up by the proxy, but for
// `socks5`, where we do it and offer the proxy one address after the other.
struct Proxy {
  enum class Kind : std::uint8_t { socks5, socks5_remote_names, http, https };
  Kind kind = Kind::http;
  std::string host;
  std::uint16_t port = 0;
  std::string username;  // RFC 1929, or Basic; empty: none
  std::string password;
  std::shared_ptr<const TlsClient> tls;  // of `https`, which needs it: TLS to the proxy itself

  // "http://proxy:3128", without credentials, as parse_proxy_url() reads it back.
  std::string text() const;
};

// HOST:PORT:ADDRESS as curl has it: where a name is looked up otherwise, without asking anybody.
// Holds for brokers, for proxies, and for what a proxy is asked for.
struct HostOverride {
  std::string host;                    // "*": any that has no override of its own
  std::uint16_t port = 0;              // 0: any
  std::vector<std::string> addresses;  // numeric, tried in this order
};

// What lies between a network connection and MQTT, from the bottom up.
struct Transport {
  std::optional<Proxy> proxy;  // Unix sockets are not reached through one
  std::vector<HostOverride> overrides;
  std::shared_ptr<const TlsClient> tls;  // null: none
  std::string tls_name;  // for SNI and the certificate's name; empty: the host, or "localhost"
                         // behind a Unix socket
  std::optional<WebSocketRequest>
      web_socket;  // an empty `host` is filled in from that of the connection
};

}  // namespace mqrig::net
