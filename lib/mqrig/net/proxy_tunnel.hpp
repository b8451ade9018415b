#pragma once

#include <cstdint>
#include <memory>
#include <mqrig/net/layer.hpp>
#include <mqrig/net/transport.hpp>
#include <string>

namespace mqrig::net {

// A Layer that asks the proxy at the other end of `stream` for a connection to `host` (a name, or
// an address without brackets), and is that connection from then on. Its errors are those of the
// stream, Error::proxy_refused and Error::proxy_failed; failure() has the proxy's reason, and never
// the credentials. Private to this room.
std::unique_ptr<Layer> connect_through_proxy(std::unique_ptr<Stream> stream, const Proxy& proxy,
                                             const std::string& host, std::uint16_t port);

}  // namespace mqrig::net
