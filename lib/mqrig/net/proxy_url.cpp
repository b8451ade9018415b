#include <strings.h>

#include <algorithm>
#include <mqrig/net/host_port.hpp>
#include <mqrig/net/percent_decode.hpp>
#include <mqrig/net/proxy_url.hpp>

namespace mqrig::net {
namespace {

struct SchemeEntry {
  std::string_view name;
  Proxy::Kind kind;
  std::uint16_t port;
};

constexpr SchemeEntry schemes[] = {
    {"http", Proxy::Kind::http, 1080},
    {"https", Proxy::Kind::https, 443},
    {"socks5", Proxy::Kind::socks5, 1080},
    {"socks5h", Proxy::Kind::socks5_remote_names, 1080},
};

constexpr std::size_t longest_socks_login = 255;  // each part [RFC 1929]

std::string read_scheme(std::string_view typed, Proxy& proxy) {
  for (const SchemeEntry& entry : schemes) {
    if (typed.size() != entry.name.size()) continue;
    if (::strncasecmp(typed.data(), entry.name.data(), typed.size()) != 0) continue;
    proxy.kind = entry.kind;
    proxy.port = entry.port;
    return {};
  }
  // Before a "://" further on, there may be a password.
  const bool word = typed.find_first_of("@:/?") == typed.npos;
  return "unknown scheme" + (word ? " '" + std::string(typed) + "'" : "") +
         " of a proxy: use http, https, socks5 or socks5h";
}

std::string read_login(std::string_view text, Proxy& proxy) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const auto username = percent_decode(text.substr(0, colon));
  const auto password = percent_decode(text.substr(std::min(colon + 1, text.size())));
  if (!username || !password) {
    return "user name and password of the proxy: '%' must be followed by two hexadecimal digits "
           "(write %25 for '%')";
  }
  if (username->empty()) return "the user name of the proxy is missing before '@'";
  const bool socks =
      proxy.kind == Proxy::Kind::socks5 || proxy.kind == Proxy::Kind::socks5_remote_names;
  if (socks && std::max(username->size(), password->size()) > longest_socks_login) {
    return "the user name or password is longer than the 255 bytes that SOCKS5 has room for";
  }
  if (!socks && username->find(':') != username->npos) {
    return "a user name with ':' in it cannot be sent to an HTTP proxy";
  }
  proxy.username = *username;
  proxy.password = *password;
  return {};
}

std::string read_host(std::string_view authority, Proxy& proxy) {
  const HostPort parts = split_host_port(authority);
  if (!parts.error.empty()) return parts.error;
  if (parts.host.find(':') != parts.host.npos && !authority.starts_with('[')) {
    return "an IPv6 address stands in brackets: [::1]";
  }
  proxy.host = parts.host;
  if (parts.port) proxy.port = *parts.port;
  return {};
}

std::string read_url(std::string_view text, Proxy& proxy) {
  const std::size_t end = text.find("://");
  const std::string_view scheme = end == text.npos ? "http" : text.substr(0, end);
  if (auto error = read_scheme(scheme, proxy); !error.empty()) return error;
  if (end != text.npos) text.remove_prefix(end + 3);
  const std::size_t slash = std::min(text.find_first_of("/?#"), text.size());
  const std::string_view rest = text.substr(slash);
  if (rest.find('@') != rest.npos) {
    return "in a user name or password, '/' is written %2F, '?' %3F, '#' %23 and '@' %40";
  }
  if (!rest.empty() && rest != "/") return "a proxy's URL ends with its host and port";
  std::string_view authority = text.substr(0, slash);
  if (const std::size_t at = authority.rfind('@'); at != authority.npos) {
    if (auto error = read_login(authority.substr(0, at), proxy); !error.empty()) return error;
    authority.remove_prefix(at + 1);
  }
  return read_host(authority, proxy);
}

}  // namespace

std::optional<Proxy> parse_proxy_url(std::string_view text, std::string& error) {
  Proxy proxy;
  error = read_url(text, proxy);
  if (!error.empty()) return std::nullopt;
  return proxy;
}

}  // namespace mqrig::net
