#pragma once

#include <mqrig/net/tls_notes.hpp>
#include <string>
#include <vector>

namespace mqrig::net {

// What a connection has agreed upon, and the peer's certificates, for Stream::facts(). Private to
// this room.
std::vector<std::string> tls_facts(const SSL* ssl, const TlsNotes& notes);

// The peer proved itself by a pre-shared key, or resumes the session of such a connection. Private
// to this room.
bool used_psk(const SSL* ssl);

// The identity of the pre-shared key by which the peer was let in; empty if it was not by one.
// Private to this room.
std::string proved_psk_identity(const SSL* ssl, const TlsNotes& notes);

}  // namespace mqrig::net
