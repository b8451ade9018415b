#pragma once

#include <mqrig/net/tls_handle.hpp>
#include <mqrig/net/tls_settings.hpp>
#include <string>

namespace mqrig::net {

// Gives a context our key and certificates. What is wrong with them, as a clause; empty if nothing
// is. Private to this room.
std::string use_identity(SSL_CTX* context, const TlsIdentity& identity);

}  // namespace mqrig::net
