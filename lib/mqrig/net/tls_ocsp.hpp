#pragma once

#include <mqrig/net/tls_handle.hpp>

namespace mqrig::net {

// OpenSSL's callback of a client that has asked for a stapled OCSP answer [RFC 6066, section 8]:
// verifies the one that came, or that none is fine. 1 to go on; 0 to end, and the notes of the
// connection say why. Private to this room.
int check_staple(SSL* ssl, void* unused);

}  // namespace mqrig::net
