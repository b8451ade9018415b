#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace asio {
class io_context;
}

namespace mqrig::net {

// A broker that SRV records name.
struct SrvTarget {
  std::string host;
  std::uint16_t port = 0;
};

// Where SRV records of a domain are: "_mqtt._tcp.DOMAIN", "_secure-mqtt._tcp.DOMAIN" with TLS; over
// WebSocket, for which none is registered, "_ws._tcp.DOMAIN" and "_wss._tcp.DOMAIN".
std::string srv_name(std::string_view domain, bool tls, bool web_socket);

// A name server that is asked instead of those of the system: an IPv4 address.
struct DnsServer {
  std::string address;
  std::uint16_t port = 53;
};

// The SRV records of one name being looked up by the system's resolver, in a thread of its own;
// destroying it does not wait for that thread.
//
// Belongs to the thread of its io_context, and must be destroyed before it.
class SrvLookup {
 public:
  // The targets in the order in which they are to be tried [RFC 2782], or an error
  // (Error::name_not_found if there are none, Error::resolver_failed) and the reason for the
  // person. Called once, from the event loop; the lookup may be destroyed in it.
  using Callback =
      std::function<void(std::error_code, std::string reason, std::vector<SrvTarget> targets)>;

  SrvLookup(asio::io_context& context, std::string name, Callback callback,
            std::optional<DnsServer> server = std::nullopt);
  SrvLookup(const SrvLookup&) = delete;
  SrvLookup& operator=(const SrvLookup&) = delete;
  // The callback is not called any more.
  ~SrvLookup();

 private:
  struct Lookup;
  std::unique_ptr<Lookup> lookup_;
};

}  // namespace mqrig::net
