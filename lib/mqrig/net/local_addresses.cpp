#include <sys/socket.h>
#include <unistd.h>

#include <mqrig/net/endpoint.hpp>
#include <mqrig/net/local_addresses.hpp>
#include <mqrig/net/system_call.hpp>

namespace mqrig::net {

std::vector<std::string> local_addresses(const std::string& bind_address) {
  std::vector<std::string> addresses;
  for (const Endpoint& endpoint : local_endpoints(bind_address)) {
    addresses.push_back(endpoint.host_text());
  }
  return addresses;
}

std::error_code try_bind(const std::string& address) {
  const auto endpoints = known_endpoints(address, 0);
  if (!endpoints) return Error::bad_bind_address;
  const Endpoint& endpoint = endpoints->front();
  // A datagram socket takes none of the ports that connections will need.
  const int socket = ::socket(endpoint.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return last_system_error();
  std::error_code error;
  if (::bind(socket, endpoint.address(), endpoint.size()) != 0) error = last_system_error();
  ::close(socket);
  return error;
}

}  // namespace mqrig::net
