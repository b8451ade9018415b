#pragma once

#include <mqrig/net/tls_handle.hpp>
#include <string>

namespace mqrig::net {

// OpenSSL's callback for each certificate of the peer: says in the notes of the connection which of
// them was refused and why. Changes no verdict, but that no certificate will do where a pre-shared
// key is wanted. Private to this room.
int note_verdict(int accepted, X509_STORE_CTX* verification);

// Sets what name or address the server's certificate must have, and what the server is told. Why
// that cannot be, as a clause: then there must be no handshake. Empty if it is done.
std::string expect_name(SSL* ssl, const std::string& name);

}  // namespace mqrig::net
