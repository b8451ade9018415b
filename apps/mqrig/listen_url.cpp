#include "listen_url.hpp"

#include <mqrig/net/host_port.hpp>
#include <mqrig/net/url.hpp>

namespace mqrig {
namespace {

/// Whoever listens on port 0 is given a free one.
constexpr std::uint16_t lowest_port = 0;

std::string fault_of(const net::Url& url) {
  if (url.username || url.password) return "users stand in --password-file, not in the URL";
  if (!url.topic.empty()) return "a broker listens on no topic: nothing may follow the port";
  if (url.path.find('?') != std::string::npos && url.scheme != net::Scheme::unix_socket) {
    return "a path that is served has no query: leave out what begins with '?'";
  }
  return {};
}

}  // namespace

ListenUrl parse_listen_url(std::string_view text, std::string& error) {
  net::UrlResult result = net::parse_url(text, lowest_port);
  error = result.error.empty() ? fault_of(result.url) : result.error;
  net::Url& url = result.url;
  ListenUrl listen{{std::move(url.host), url.port}, false};
  switch (url.scheme) {
    case net::Scheme::unix_socket:
      listen.address.unix_path = std::move(url.path);
      break;
    case net::Scheme::ws:
    case net::Scheme::wss:
      // Who says no path serves any: clients differ in which one they ask for.
      listen.address.web_socket.emplace().path = url.path == "/" ? "" : std::move(url.path);
      break;
    default:
      break;
  }
  listen.tls = url.scheme == net::Scheme::mqtts || url.scheme == net::Scheme::wss;
  return listen;
}

net::ListenAddress parse_listen_address(std::string_view text, std::string& error) {
  net::HostPort parts = net::split_host_port(text, lowest_port);
  error = std::move(parts.error);
  if (error.empty() && !parts.port) error = "the port is missing: give HOST:PORT";
  return {std::move(parts.host), parts.port.value_or(0)};
}

std::string describe(const net::ListenAddress& address) {
  if (!address.unix_path.empty()) return "unix://" + address.unix_path;
  return net::join_host_port(address.host, address.port);
}

}  // namespace mqrig
