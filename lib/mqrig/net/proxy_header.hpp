#pragma once

#include <memory>
#include <mqrig/net/stream.hpp>

namespace mqrig::net {

// A stream whose first bytes are a header of the PROXY protocol (HAProxy's), version 1 or 2, as a
// load balancer sends it: peer_address() and description() say whom it names. A Layer. Without such
// a header the stream fails with Error::proxy_failed, and nothing that came is believed.
std::unique_ptr<Stream> accept_proxy_header(std::unique_ptr<Stream> stream);

}  // namespace mqrig::net
