#pragma once

#include <memory>
#include <mqrig/net/stream.hpp>
#include <mqrig/net/tls_settings.hpp>
#include <string>

namespace mqrig::net {

// What connections to servers share: keys, trust, and the sessions that servers have given, by
// server name, so that the next connection resumes one. Immutable but for those; may be used by
// any thread. Nothing of OpenSSL is touched before one is made.
class TlsClient {
 public:
  // Null, and `error` a clause for the person (which file, what is wrong with it, what to do), when
  // settings don't work out. Never repeats a pass phrase or key.
  static std::shared_ptr<TlsClient> make(const TlsClientSettings& settings, std::string& error);
  virtual ~TlsClient() = default;

  // TLS on a stream that is connected, as a client; see Layer. `name` is the server's, a DNS name
  // or an address: sent as SNI (names only) and compared with the certificate.
  virtual std::unique_ptr<Stream> connect(std::unique_ptr<Stream> stream,
                                          const std::string& name) const = 0;

  // How many sessions are kept of each name from now on, in place of
  // TlsClientSettings::sessions_per_name: whoever has many connections that come again wants one
  // for each. Before the connections.
  virtual void keep_sessions(std::size_t /*per_name*/) const {}
};

// What connections of one listener share. The same.
class TlsServer {
 public:
  static std::shared_ptr<TlsServer> make(const TlsServerSettings& settings, std::string& error);
  virtual ~TlsServer() = default;

  // TLS on a stream that was accepted. The handshake is made in the stream's own reads and writes.
  virtual std::unique_ptr<Stream> accept(std::unique_ptr<Stream> stream) const = 0;

  // Reads the files of its settings again: connections that come from now on have them. On an error
  // everything stays, and the clause says why. From the thread that accepts.
  virtual std::string reload() = 0;
};

}  // namespace mqrig::net
