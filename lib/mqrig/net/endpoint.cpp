#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <mqrig/net/endpoint.hpp>
#include <mqrig/net/host_port.hpp>

namespace mqrig::net {
namespace {

Endpoint v4_endpoint(in_addr address, std::uint16_t port) {
  sockaddr_in socket_address{};
  socket_address.sin_family = AF_INET;
  socket_address.sin_port = htons(port);
  socket_address.sin_addr = address;
  return {reinterpret_cast<const sockaddr*>(&socket_address), sizeof socket_address};
}

Endpoint v6_endpoint(in6_addr address, std::uint32_t zone, std::uint16_t port) {
  sockaddr_in6 socket_address{};
  socket_address.sin6_family = AF_INET6;
  socket_address.sin6_port = htons(port);
  socket_address.sin6_addr = address;
  socket_address.sin6_scope_id = zone;
  return {reinterpret_cast<const sockaddr*>(&socket_address), sizeof socket_address};
}

// The number of an interface given by name or number; 0 if there is none.
std::uint32_t zone_index(const std::string& zone) {
  std::uint32_t index = 0;
  const char* end = zone.data() + zone.size();
  if (std::from_chars(zone.data(), end, index).ptr == end) return index;
  return ::if_nametoindex(zone.c_str());
}

bool is_localhost(std::string_view host) {
  constexpr std::string_view name = "localhost";
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.size() < name.size()) return false;
  const std::size_t before = host.size() - name.size();
  if (before > 0 && host[before - 1] != '.') return false;
  return ::strncasecmp(host.data() + before, name.data(), name.size()) == 0;
}

// A path, "@name" for an abstract one, or nothing for the unnamed end of a connection.
std::string unix_text(const sockaddr_un& address, socklen_t size) {
  constexpr std::size_t offset = offsetof(sockaddr_un, sun_path);
  if (size <= offset) return {};
  std::string text(address.sun_path, std::min(size - offset, sizeof address.sun_path));
  if (text[0] != '\0') return text.c_str();
  text[0] = '@';
  return text;
}

}  // namespace

Endpoint::Endpoint(const sockaddr* address, socklen_t size) : size_(size) {
  std::memcpy(&storage_, address, std::min<std::size_t>(size, sizeof storage_));
}

std::uint16_t Endpoint::port() const {
  if (family() != AF_INET && family() != AF_INET6) return 0;
  // At the same place in both families.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage_)->sin_port);
}

void Endpoint::set_port(std::uint16_t port) {
  if (family() == AF_INET) reinterpret_cast<sockaddr_in*>(&storage_)->sin_port = htons(port);
  if (family() == AF_INET6) reinterpret_cast<sockaddr_in6*>(&storage_)->sin6_port = htons(port);
}

bool Endpoint::is_loopback() const {
  if (family() == AF_UNIX) return true;
  if (family() == AF_INET) {
    const auto& v4 = *reinterpret_cast<const sockaddr_in*>(&storage_);
    return ntohl(v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
  }
  const auto& v6 = *reinterpret_cast<const sockaddr_in6*>(&storage_);
  return family() == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

std::string_view Endpoint::address_bytes() const {
  const void* bytes = nullptr;
  if (family() == AF_INET) bytes = &reinterpret_cast<const sockaddr_in*>(&storage_)->sin_addr;
  if (family() == AF_INET6) bytes = &reinterpret_cast<const sockaddr_in6*>(&storage_)->sin6_addr;
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes), family() == AF_INET ? 4u : 16u};
}

std::string Endpoint::host_text() const {
  char buffer[INET6_ADDRSTRLEN];
  if (family() == AF_INET) {
    const auto& v4 = *reinterpret_cast<const sockaddr_in*>(&storage_);
    return ::inet_ntop(AF_INET, &v4.sin_addr, buffer, sizeof buffer);
  }
  if (family() != AF_INET6) return {};
  const auto& v6 = *reinterpret_cast<const sockaddr_in6*>(&storage_);
  std::string host = ::inet_ntop(AF_INET6, &v6.sin6_addr, buffer, sizeof buffer);
  char zone[IF_NAMESIZE];
  if (v6.sin6_scope_id != 0 && ::if_indextoname(v6.sin6_scope_id, zone) != nullptr) {
    host.append("%").append(zone);
  }
  return host;
}

std::string Endpoint::text() const {
  if (family() == AF_UNIX)
    return unix_text(*reinterpret_cast<const sockaddr_un*>(&storage_), size_);
  const std::string host = host_text();
  return host.empty() ? host : join_host_port(host, port());
}

std::string Endpoint::description() const {
  const std::string address = text();
  const std::string kind = family() == AF_UNIX ? "unix" : family() == AF_UNSPEC ? "socket" : "tcp";
  return address.empty() ? kind : kind + " " + address;
}

std::optional<Endpoint> numeric_endpoint(const std::string& address, std::uint16_t port) {
  in_addr v4{};
  if (::inet_pton(AF_INET, address.c_str(), &v4) == 1) return v4_endpoint(v4, port);
  const std::size_t percent = address.find('%');
  in6_addr v6{};
  if (::inet_pton(AF_INET6, address.substr(0, percent).c_str(), &v6) != 1) return std::nullopt;
  const std::uint32_t zone =
      percent == std::string::npos ? 0 : zone_index(address.substr(percent + 1));
  return v6_endpoint(v6, zone, port);
}

std::optional<Endpoints> known_endpoints(const std::string& host, std::uint16_t port) {
  if (const auto numeric = numeric_endpoint(host, port)) return Endpoints{*numeric};
  if (!is_localhost(host)) return std::nullopt;
  return Endpoints{v6_endpoint(in6addr_loopback, 0, port),
                   v4_endpoint(in_addr{htonl(INADDR_LOOPBACK)}, port)};
}

std::error_code unix_endpoint(std::string_view path, Endpoint& into) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) return Error::bad_unix_path;
  if (path.find('\0') != path.npos) return Error::bad_unix_path;
  std::memcpy(address.sun_path, path.data(), path.size());
  const bool abstract = path[0] == '@';
  if (abstract) address.sun_path[0] = '\0';
  // An abstract name ends where the address does, a path with its NUL.
  const std::size_t size = offsetof(sockaddr_un, sun_path) + path.size() + (abstract ? 0 : 1);
  into = Endpoint(reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(size));
  return {};
}

Endpoints local_endpoints(const std::string& bind_address) {
  if (const auto numeric = numeric_endpoint(bind_address, 0)) return {*numeric};
  Endpoints found;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return found;
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || bind_address != entry->ifa_name) continue;
    if (entry->ifa_addr->sa_family == AF_INET) {
      found.emplace_back(entry->ifa_addr, socklen_t{sizeof(sockaddr_in)});
    } else if (entry->ifa_addr->sa_family == AF_INET6) {
      found.emplace_back(entry->ifa_addr, socklen_t{sizeof(sockaddr_in6)});
    }
  }
  ::freeifaddrs(list);
  std::stable_partition(found.begin(), found.end(), [](const Endpoint& endpoint) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(endpoint.address());
    return endpoint.family() != AF_INET6 || !IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr);
  });
  return found;
}

Endpoints listen_endpoints(const std::string& host, std::uint16_t port) {
  if (host.empty() || host == "*") {
    return {v4_endpoint(in_addr{htonl(INADDR_ANY)}, port), v6_endpoint(in6addr_any, 0, port)};
  }
  Endpoints found = known_endpoints(host, port).value_or(Endpoints());
  if (found.empty()) found = local_endpoints(host);
  for (Endpoint& endpoint : found) endpoint.set_port(port);
  std::stable_partition(found.begin(), found.end(),
                        [](const Endpoint& endpoint) { return endpoint.family() == AF_INET; });
  return found;
}

Endpoint peer_endpoint(int socket) {
  Endpoint peer;
  if (::getpeername(socket, peer.address(), peer.size_slot()) == 0) return peer;
  // It forgets a peer that has reset the connection, just when a message is to name it. This option
  // remembers, for who knows the size of the address.
  for (const std::size_t size : {sizeof(sockaddr_in6), sizeof(sockaddr_in)}) {
    *peer.size_slot() = static_cast<socklen_t>(size);
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERNAME, peer.address(), peer.size_slot()) == 0) {
      return peer;
    }
  }
  return {};
}

void alternate_families(Endpoints& endpoints) {
  if (endpoints.empty()) return;
  const int first = endpoints.front().family();
  Endpoints preferred, others, ordered;
  for (const Endpoint& endpoint : endpoints) {
    (endpoint.family() == first ? preferred : others).push_back(endpoint);
  }
  for (std::size_t i = 0; i < std::max(preferred.size(), others.size()); ++i) {
    if (i < preferred.size()) ordered.push_back(preferred[i]);
    if (i < others.size()) ordered.push_back(others[i]);
  }
  endpoints = std::move(ordered);
}

}  // namespace mqrig::net
