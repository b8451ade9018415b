#pragma once

#include <mqrig/net/tls_notes.hpp>
#include <string>
#include <string_view>

namespace mqrig::net {

// OpenSSL's own words for one of its errors.
std::string openssl_reason(unsigned long error);

// Why TLS failed, as a clause for the person that says what to do: from OpenSSL's queue of errors,
// which this empties, from the notes, and from the first bytes that the peer sent. Private to this
// room.
std::string explain_failure(const TlsNotes& notes, std::string_view beginning);

// Why a handshake in which the stream below ended or failed did not come to its end.
std::string explain_end(const TlsNotes& notes, std::error_code error);

}  // namespace mqrig::net
