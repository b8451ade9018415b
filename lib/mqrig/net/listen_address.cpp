#include <algorithm>
#include <mqrig/net/endpoint.hpp>
#include <mqrig/net/listen_address.hpp>

namespace mqrig::net {

bool is_loopback(const ListenAddress& address) {
  if (!address.unix_path.empty()) return true;
  const Endpoints endpoints = listen_endpoints(address.host, address.port);
  return !endpoints.empty() &&
         std::all_of(endpoints.begin(), endpoints.end(),
                     [](const Endpoint& endpoint) { return endpoint.is_loopback(); });
}

}  // namespace mqrig::net
