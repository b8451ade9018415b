#pragma once

#include <mqrig/net/tls_context.hpp>
#include <string>

namespace mqrig::net {

// What OpenSSL's callbacks have found out about one connection. Private to this room.
struct TlsNotes {
  std::shared_ptr<const TlsContext> context;
  std::string name;          // of the server, as the client wants it
  std::string problem;       // why the peer's certificates or key are refused, as a clause
  std::string psk_identity;  // of the key that was offered

  static TlsNotes& of(const SSL* ssl) { return *static_cast<TlsNotes*>(SSL_get_app_data(ssl)); }
};

}  // namespace mqrig::net
