#include <openssl/err.h>
#include <openssl/tls1.h>

#include <mqrig/net/error.hpp>
#include <mqrig/net/tls_failure.hpp>

namespace mqrig::net {
namespace {

struct Words {
  int reason;
  const char* text;
};

// What the peer has told us in an alert.
constexpr Words alerts_to_client[] = {
    {SSL3_AD_HANDSHAKE_FAILURE,
     "the server found no protocol, cipher or certificate that both have (alert: handshake "
     "failure): it may want a client certificate (--cert and --key), a pre-shared key, or another "
     "version (--tls-version) or cipher (--ciphers)"},
    {SSL3_AD_NO_CERTIFICATE, "the server wants a client certificate: give --cert and --key"},
    {TLS13_AD_CERTIFICATE_REQUIRED, "the server wants a client certificate: give --cert and --key"},
    {TLS1_AD_UNKNOWN_CA,
     "the server does not trust the authority of our certificate (alert: unknown ca): give with "
     "--cert one that it knows, with the intermediate certificates behind it"},
    {SSL3_AD_BAD_CERTIFICATE,
     "the server refuses our certificate (alert: bad certificate); or it wants one: give --cert "
     "and --key"},
    {SSL3_AD_UNSUPPORTED_CERTIFICATE,
     "the server refuses the kind of our certificate (alert: unsupported certificate): is it one "
     "for clients?"},
    {SSL3_AD_CERTIFICATE_REVOKED, "our certificate was revoked, says the server: get a new one"},
    {SSL3_AD_CERTIFICATE_EXPIRED, "our certificate has expired, says the server: renew it"},
    {SSL3_AD_CERTIFICATE_UNKNOWN,
     "the server refuses our certificate (alert: certificate unknown)"},
    {TLS1_AD_ACCESS_DENIED, "the server denies access to the owner of our certificate"},
    {TLS1_AD_PROTOCOL_VERSION,
     "the server does not speak this version of TLS (alert: protocol version): see --tls-version; "
     "below 1.2 none is spoken"},
    {TLS1_AD_INSUFFICIENT_SECURITY,
     "the server wants stronger ciphers (alert: insufficient security): see --ciphers"},
    {TLS1_AD_UNRECOGNIZED_NAME,
     "the server does not know the name that we ask for (alert: unrecognized name): give with "
     "--sni "
     "one that it has"},
    {TLS1_AD_UNKNOWN_PSK_IDENTITY,
     "the server does not know the identity of the pre-shared key: check --psk-identity"},
    {SSL3_AD_BAD_RECORD_MAC,
     "the server could not decipher what we sent (alert: bad record mac): it was changed on the "
     "way"},
    {TLS1_AD_DECRYPT_ERROR, "the server could not verify what we signed (alert: decrypt error)"},
    {TLS1_AD_NO_APPLICATION_PROTOCOL,
     "the server speaks none of the protocols offered (alert: no application protocol): see "
     "--alpn"},
};

// To a client with a pre-shared key.
constexpr Words alerts_to_key[] = {
    {SSL3_AD_HANDSHAKE_FAILURE,
     "the server does not take a pre-shared key of this identity (alert: handshake failure): check "
     "--psk-identity, and whether this port is for such keys"},
    {SSL3_AD_ILLEGAL_PARAMETER,
     "the pre-shared key is another one than the server's (alert: illegal parameter)"},
    {SSL3_AD_BAD_RECORD_MAC,
     "the pre-shared key is another one than the server's (alert: bad record mac)"},
    {TLS1_AD_DECRYPT_ERROR,
     "the pre-shared key is another one than the server's (alert: decrypt error)"},
};

constexpr Words alerts_to_server[] = {
    {TLS1_AD_UNKNOWN_CA, "the client does not trust the authority of our certificate"},
    {SSL3_AD_BAD_CERTIFICATE, "the client refuses our certificate (alert: bad certificate)"},
    {SSL3_AD_CERTIFICATE_UNKNOWN,
     "the client refuses our certificate (alert: certificate unknown)"},
    {SSL3_AD_CERTIFICATE_EXPIRED, "the client says that our certificate has expired"},
    {SSL3_AD_CERTIFICATE_REVOKED, "the client says that our certificate was revoked"},
    {TLS1_AD_PROTOCOL_VERSION, "the client does not speak this version of TLS"},
    {SSL3_AD_BAD_RECORD_MAC,
     "the client could not decipher what we sent: is its pre-shared key another one?"},
    {TLS1_AD_DECRYPT_ERROR,
     "the client could not verify what we sent: is its pre-shared key another one?"},
};

// What we have found ourselves.
constexpr Words reasons_of_client[] = {
    {SSL_R_UNSUPPORTED_PROTOCOL,
     "the server speaks no version of TLS that is allowed here: see --tls-version; below 1.2 none "
     "is spoken"},
    {SSL_R_NO_CIPHERS_AVAILABLE,
     "no cipher is left to offer: --ciphers has none of the version that --tls-version allows"},
    {SSL_R_NO_PROTOCOLS_AVAILABLE,
     "the system's configuration of OpenSSL allows no version of TLS that was asked for"},
    {SSL_R_WRONG_CIPHER_RETURNED, "the server chose a cipher that was not offered to it"},
    {SSL_R_DH_KEY_TOO_SMALL,
     "the server uses Diffie-Hellman numbers that are too small to be safe: it needs 2048 bits"},
    {SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED,
     "the server lacks secure renegotiation (RFC 5746): it is too old to be safe"},
    {SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC,
     "what the server sent cannot be deciphered: with a pre-shared key, the key is another one "
     "than the server's; else the bytes were changed on the way"},
};

constexpr Words reasons_of_server[] = {
    {SSL_R_UNSUPPORTED_PROTOCOL, "the client speaks no version of TLS that is allowed here"},
    {SSL_R_VERSION_TOO_LOW, "the client speaks no version of TLS that is allowed here"},
    {SSL_R_NO_SHARED_CIPHER,
     "the client offers no cipher that this server has: other ciphers, another kind of key, or "
     "only a pre-shared key"},
    {SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, "the client gave no certificate"},
    {SSL_R_BINDER_DOES_NOT_VERIFY, "the client's pre-shared key is not the one of its identity"},
    {SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC,
     "what the client sent cannot be deciphered: is its pre-shared key another one?"},
    {SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, "the client takes no signature that our key can make"},
};

template <std::size_t size>
std::string find(const Words (&words)[size], int reason) {
  for (const Words& entry : words) {
    if (entry.reason == reason) return entry.text;
  }
  return {};
}

const char* peer_of(const TlsNotes& notes) {
  return notes.context->is_client() ? "the server" : "the client";
}

// A record of TLS begins with its type, 20 to 23, and version 3.
bool is_tls(std::string_view beginning) {
  return beginning.size() >= 2 && beginning[0] >= 20 && beginning[0] <= 23 && beginning[1] == 3;
}

std::string plain_text(const TlsNotes& notes, std::string_view beginning) {
  const bool client = notes.context->is_client();
  const bool http = client ? beginning.starts_with("HTTP/")
                           : beginning.starts_with("GET ") || beginning.starts_with("POST ") ||
                                 beginning.starts_with("CONNECT");
  // CONNACK of two or three more bytes and more, or CONNECT with its protocol's name.
  const bool mqtt = client ? beginning.starts_with("\x20") : beginning.starts_with("\x10");
  std::string text = client ? "what answered is no TLS" : "what the client speaks is no TLS";
  if (http) text += " but HTTP";
  if (mqtt) text += " but MQTT";
  return text + (client ? ": is this the port without TLS?" : ": it wants the port without TLS");
}

std::string alert_text(const TlsNotes& notes, int alert) {
  std::string text;
  if (notes.context->key_only()) text = find(alerts_to_key, alert);
  if (text.empty()) {
    text =
        notes.context->is_client() ? find(alerts_to_client, alert) : find(alerts_to_server, alert);
  }
  if (!text.empty()) return text;
  return std::string(peer_of(notes)) + " ended TLS (alert: " + SSL_alert_desc_string_long(alert) +
         ")";
}

// The notes say more than these.
bool has_notes(int reason) {
  switch (reason) {
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
    case SSL_R_INVALID_STATUS_RESPONSE:
    case SSL_R_PSK_IDENTITY_NOT_FOUND:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_SHARED_CIPHER:
      return true;
    default:
      return false;
  }
}

// What came is no record, or none that may be there.
bool is_no_record(int reason) {
  switch (reason) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_BAD_RECORD_TYPE:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_ENCRYPTED_LENGTH_TOO_LONG:
    case SSL_R_DATA_LENGTH_TOO_LONG:
    case SSL_R_LENGTH_TOO_LONG:
    case SSL_R_LENGTH_TOO_SHORT:
    case SSL_R_UNEXPECTED_RECORD:
    case SSL_R_UNEXPECTED_MESSAGE:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string openssl_reason(unsigned long error) {
  const char* text = ERR_reason_error_string(error);
  return text != nullptr ? text : "error " + std::to_string(error);
}

std::string explain_failure(const TlsNotes& notes, std::string_view beginning) {
  const unsigned long error = ERR_peek_error();
  unsigned long tls = 0;  // the first of TLS itself; what it rests on has come before
  while (const unsigned long next = ERR_get_error()) {
    if (tls == 0 && ERR_GET_LIB(next) == ERR_LIB_SSL) tls = next;
  }
  const int reason = ERR_GET_REASON(tls);
  if (!notes.problem.empty() && has_notes(reason)) return notes.problem;
  if (!beginning.empty() && !is_tls(beginning)) return plain_text(notes, beginning);
  if (reason > SSL_AD_REASON_OFFSET) return alert_text(notes, reason - SSL_AD_REASON_OFFSET);
  const std::string text = notes.context->is_client() ? find(reasons_of_client, reason)
                                                      : find(reasons_of_server, reason);
  if (!text.empty()) return text;
  if (is_no_record(reason)) {
    return std::string("what ") + peer_of(notes) + " sent breaks the rules of TLS (" +
           openssl_reason(tls) +
           "): bytes were lost, added or changed on the way, or it has a fault";
  }
  return "OpenSSL says: " + openssl_reason(tls != 0 ? tls : error);
}

std::string explain_end(const TlsNotes& notes, std::error_code error) {
  const bool ended = error == Error::end_of_stream;
  std::string text = std::string(peer_of(notes)) +
                     (ended ? " closed the connection" : " dropped the connection") +
                     " in the handshake of TLS";
  if (!ended) text += " (" + error.message() + ")";
  if (notes.context->is_client()) text += ": is this the port without TLS?";
  return text;
}

}  // namespace mqrig::net
