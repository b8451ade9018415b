#pragma once

#include <mqrig/cli/options.hpp>
#include <mqrig/client/options.hpp>
#include <mqrig/net/url.hpp>

namespace mqrig {

/// How the broker is spoken to: what its URL says, or for brokers of --host and --unix (null) the
/// options. Options that are at odds with the URL are an error, unless they come from a weaker
/// source: what is said to be encrypted never goes out plain.
struct Layers {
  bool tls = false;
  bool web_socket = false;
};
Layers read_layers(const cli::Options& options, const net::Url* url);

/// The port of a broker that names none.
std::uint16_t default_port(Layers layers);

/// TLS, WebSocket, proxy and --resolve, for the brokers that `into` has. Throws UsageError,
/// InputError and TlsSetupError.
void read_transport(const cli::Options& options, Layers layers, const net::Url* url,
                    client::Options& into);

}  // namespace mqrig
