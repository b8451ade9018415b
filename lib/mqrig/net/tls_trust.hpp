#pragma once

#include <mqrig/net/tls_handle.hpp>
#include <mqrig/net/tls_settings.hpp>
#include <string>

namespace mqrig::net {

// Tells a context who may have signed the peer's certificate, and what is revoked. What is wrong
// with the files, as a clause; empty if nothing is. Private to this room.
std::string use_trust(SSL_CTX* context, const TlsCommonSettings& settings);

// The roots of this system, read when a certificate is to be checked and not before: from the
// directory that OpenSSL was built for, or what SSL_CERT_DIR and SSL_CERT_FILE name.
void use_system_roots(SSL_CTX* context);

}  // namespace mqrig::net
