#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <mqrig/net/domain.hpp>
#include <mqrig/net/endpoint.hpp>
#include <mqrig/net/host_port.hpp>
#include <mqrig/net/proxy_environment.hpp>
#include <mqrig/net/proxy_url.hpp>
#include <string_view>

namespace mqrig::net {
namespace {

struct Variable {
  const char* name = nullptr;
  const char* value = nullptr;  // null: none is set
};

Variable first_set(const EnvironmentLookup& lookup, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const char* value = lookup(name)) return {name, value};
  }
  return {};
}

Variable proxy_variable(Scheme scheme, const EnvironmentLookup& lookup) {
  if (scheme == Scheme::ws) return first_set(lookup, {"http_proxy", "all_proxy", "ALL_PROXY"});
  if (scheme == Scheme::wss) {
    return first_set(lookup, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
  }
  return first_set(lookup, {"all_proxy", "ALL_PROXY"});
}

bool same_bits(std::string_view one, std::string_view other, std::size_t bits) {
  if (one.size() != other.size() || bits > one.size() * 8) return false;
  const std::size_t whole = bits / 8;
  if (one.substr(0, whole) != other.substr(0, whole)) return false;
  const auto mask = static_cast<unsigned char>(0xff00 >> bits % 8);
  return bits % 8 == 0 || ((one[whole] ^ other[whole]) & mask) == 0;
}

// "10.0.0.0/8", or an address alone.
bool in_network(const Endpoint& address, std::string_view network) {
  const std::size_t slash = network.find('/');
  const auto base = numeric_endpoint(std::string(network.substr(0, slash)), 0);
  if (!base) return false;
  std::size_t bits = base->address_bytes().size() * 8;
  if (slash != network.npos) {
    const char* end = network.data() + network.size();
    const auto [stop, error] = std::from_chars(network.data() + slash + 1, end, bits);
    if (error != std::errc() || stop != end) return false;
  }
  return same_bits(address.address_bytes(), base->address_bytes(), bits);
}

bool entry_names(std::string_view entry, const std::string& host, std::uint16_t port) {
  if (entry == "*") return true;
  const auto address = numeric_endpoint(host, 0);
  if (entry.find('/') != entry.npos) return address && in_network(*address, entry);
  const HostPort parts = split_host_port(entry);
  if (!parts.error.empty() || (parts.port && *parts.port != port)) return false;
  return address ? in_network(*address, parts.host) : in_domain(host, parts.host);
}

bool is_loopback_host(const std::string& host) {
  const auto known = known_endpoints(host, 0);
  return known && std::all_of(known->begin(), known->end(),
                              [](const Endpoint& endpoint) { return endpoint.is_loopback(); });
}

}  // namespace

bool no_proxy_names(std::string_view list, const std::string& host, std::uint16_t port) {
  constexpr std::string_view separators = ", \t";
  while (true) {
    list.remove_prefix(std::min(list.find_first_not_of(separators), list.size()));
    if (list.empty()) return false;
    const std::size_t end = std::min(list.find_first_of(separators), list.size());
    if (entry_names(list.substr(0, end), host, port)) return true;
    list.remove_prefix(end);
  }
}

std::optional<Proxy> proxy_from_environment(Scheme scheme, const std::string& host,
                                            std::uint16_t port, const EnvironmentLookup& lookup,
                                            std::string& error) {
  error.clear();
  if (scheme == Scheme::unix_socket || is_loopback_host(host)) return std::nullopt;
  const Variable variable = proxy_variable(scheme, lookup);
  if (variable.value == nullptr || *variable.value == '\0') return std::nullopt;
  const Variable exempt = first_set(lookup, {"no_proxy", "NO_PROXY"});
  if (exempt.value != nullptr && no_proxy_names(exempt.value, host, port)) return std::nullopt;
  auto proxy = parse_proxy_url(variable.value, error);
  if (!proxy) error = std::string(variable.name) + ": " + error;
  return proxy;
}

}  // namespace mqrig::net
