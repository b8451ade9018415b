#pragma once

#include <system_error>

namespace mqrig::net {

// What the operating system has no word for. Refused, unreachable, reset and the like stay as the
// system reports them (compare with std::errc).
enum class Error {
  end_of_stream = 1,     // the peer has ended its direction, in order; nothing more will be read
  closed,                // used after close(), or the other end of a memory stream is gone
  connect_timeout,       // ConnectOptions::timeout passed before any address answered
  name_not_found,        // the resolver says: no such host, or it has no addresses
  resolver_failed,       // the resolver could not say: no name server, a temporary failure
  no_address_of_family,  // the host has addresses, but none of the family of the bind address
  bad_bind_address,      // neither an address of this machine's syntax nor an interface with one
  bad_unix_path,         // empty, or longer than a socket address can hold (107 bytes)
  tls_failed,            // TLS could not be set up, or ended: Stream::failure() says which check
  tls_truncated,         // the stream below TLS ended without the peer's close_notify
  web_socket_refused,    // the answer to the HTTP request, or the request, is none that can be gone
                         // on with
  web_socket_unauthorised,  // it says that the credentials in the request are not taken
  web_socket_failed,        // frames that RFC 6455 does not allow
  web_socket_closed,        // the peer ended it with a status that says why: Stream::failure()
  proxy_refused,            // the proxy does not make the connection
  proxy_failed,             // what a proxy sent is in none of the protocols
};

const std::error_category& error_category() noexcept;

inline std::error_code make_error_code(Error error) noexcept {
  return {static_cast<int>(error), error_category()};
}

}  // namespace mqrig::net

template <>
struct std::is_error_code_enum<mqrig::net::Error> : std::true_type {};
