#include <mqrig/net/host_port.hpp>
#include <mqrig/net/transport.hpp>

namespace mqrig::net {

std::string Proxy::text() const {
  constexpr const char* schemes[] = {"socks5", "socks5h", "http", "https"};
  return std::string(schemes[static_cast<std::size_t>(kind)]) + "://" + join_host_port(host, port);
}

}  // namespace mqrig::net
