#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mqrig/net/error.hpp>
#include <mqrig/net/srv_lookup.hpp>
#include <mqrig/net/stream.hpp>
#include <mqrig/net/transport.hpp>
#include <string>
#include <vector>

namespace asio {
class io_context;
}

namespace mqrig::net {

// Where to connect to, and how long to try.
struct ConnectOptions {
  ConnectOptions() =
      default;  // no aggregate: safe as a temporary in a co_await expression (g++ 12)
  ConnectOptions(std::string host_, std::uint16_t port_) : host(std::move(host_)), port(port_) {}

  std::string host;        // a name, an IPv4 address, or an IPv6 address without brackets
  std::uint16_t port = 0;  // 1 to 65535
  // The host is a domain, whose SRV records name hosts and ports: each of them is tried in the
  // order of RFC 2782, until one is had. `port` is unused then.
  bool srv = false;
  std::vector<SrvTarget> srv_targets;    // what the records name, where that is known already
  std::optional<DnsServer> name_server;  // asked for SRV records; none: those of the system
  std::string unix_path;     // when not empty: this Unix socket; host, port and bind are unused
  std::string bind_address;  // local address, or an interface whose address is taken; empty: any
  Transport transport;       // what is set up on the connection
  // For everything together, for each host if there are several; 0: as long as it takes.
  std::chrono::milliseconds timeout{30000};
};

// Makes a connection: names are resolved, and the addresses of both families tried in turn as RFC
// 8305 (happy eyeballs) describes; the first to connect wins. "localhost" and numeric addresses
// never start the resolver and its thread (RFC 6761). With a proxy all that concerns the proxy, to
// which the connection is made. What the transport asks for is set up on the connection that won:
// if that fails, the other addresses are not tried, for whoever answered has answered.
//
// Anybody could have written an SRV record: a certificate is good for the host that one names only
// if that host is in the domain, and must else be the domain's, or that of Transport::tls_name.
//
// Belongs to the thread of its io_context, and must be destroyed before it. One attempt at a time;
// may be used again after the callback, from inside it too.
class Connector {
 public:
  // The stream is null if and only if there is an error. Called once, from the event loop, never
  // from inside start(); the connector may be destroyed in it.
  using Callback = std::function<void(std::error_code, std::unique_ptr<Stream>)>;

  explicit Connector(asio::io_context& context);
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;
  ~Connector();  // cancels

  // Cancels an attempt under way first.
  void start(ConnectOptions options, Callback callback);

  // Drops everything under way. The callback is not called. Returns at once, also while a name is
  // being resolved.
  void cancel();

  // What the last attempt tried and why each of it failed, for the person, such as
  // "[::1]:1883: Connection refused; 127.0.0.1:1883: Connection refused", or what a layer found:
  // "localhost:8883 (127.0.0.1): the certificate has expired". Empty after success.
  // Valid until the next start().
  const std::string& detail() const;

  // After success, when SRV records were asked for: the host that was connected to, and behind it
  // those that have not been tried, for ConnectOptions::srv_targets. Whoever got the stream may
  // find that this host does not serve, and go on with the next. Valid until the next start().
  const std::vector<SrvTarget>& srv_targets() const;

 private:
  class Attempt;
  asio::io_context& context_;
  std::shared_ptr<Attempt> attempt_;
  std::string detail_;
  std::vector<SrvTarget> srv_targets_;
};

}  // namespace mqrig::net
