#include <mqrig/net/error.hpp>

namespace mqrig::net {
namespace {

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "mqrig.net"; }

  std::string message(int value) const override {
    switch (static_cast<Error>(value)) {
      case Error::end_of_stream:
        return "the peer closed the connection";
      case Error::closed:
        return "the stream is closed";
      case Error::connect_timeout:
        return "no connection within the time allowed";
      case Error::name_not_found:
        return "no such host";
      case Error::resolver_failed:
        return "the host name could not be looked up";
      case Error::no_address_of_family:
        return "the host has no address of the bind address's family";
      case Error::bad_bind_address:
        return "not a local address or interface";
      case Error::bad_unix_path:
        return "not a usable Unix socket path (1 to 107 bytes)";
      case Error::tls_failed:
        return "TLS failed";
      case Error::tls_truncated:
        return "the connection ended in the middle of TLS";
      case Error::web_socket_refused:
        return "no WebSocket was agreed upon";
      case Error::web_socket_unauthorised:
        return "the credentials of the WebSocket request were refused";
      case Error::web_socket_failed:
        return "what came is no WebSocket";
      case Error::web_socket_closed:
        return "the peer closed the WebSocket and said why";
      case Error::proxy_refused:
        return "the proxy refused";
      case Error::proxy_failed:
        return "the proxy does not keep to its protocol";
    }
    return "unknown network error";
  }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const Category category;
  return category;
}

}  // namespace mqrig::net
