// What only contexts of clients have.
#include <openssl/crypto.h>

#include <cstring>
#include <mqrig/net/tls_context.hpp>
#include <mqrig/net/tls_notes.hpp>
#include <mqrig/net/tls_ocsp.hpp>
#include <mqrig/net/tls_trust.hpp>
#include <mqrig/net/tls_verification.hpp>

namespace mqrig::net {
namespace {

// Those in which the server needs no certificate, the ones with forward secrecy first.
constexpr const char* psk_ciphers = "kECDHEPSK:kDHEPSK:kPSK:!eNULL";
// Of TLS 1.3, where OpenSSL has such keys with SHA-256 only: a server must not choose another.
constexpr const char* psk_suites = "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256";

bool takes_keys_in_1_3(const SSL_CTX* context) {
  const STACK_OF(SSL_CIPHER)* suites = SSL_CTX_get_ciphers(context);
  for (int i = 0; i < sk_SSL_CIPHER_num(suites); ++i) {
    const SSL_CIPHER* suite = sk_SSL_CIPHER_value(suites, i);
    const bool of_1_3 = SSL_CIPHER_get_protocol_id(suite) >> 8 == 0x13;
    if (of_1_3 && SSL_CIPHER_get_handshake_digest(suite) == EVP_sha256()) return true;
  }
  return false;
}

}  // namespace

std::string TlsContext::set_up(const TlsClientSettings& settings) {
  SSL_CTX* context = context_.get();
  insecure_ = settings.insecure;
  SSL_CTX_set_verify(context, insecure_ ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, note_verdict);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, keep_session);
  sessions_.set_limit(settings.sessions_per_name);
  if (!settings.psk_key.empty()) return use_psk(settings);
  const bool own_trust = !settings.ca_file.empty() || !settings.ca_path.empty();
  if (settings.system_roots && !own_trust && !insecure_) use_system_roots(context);
  if (!insecure_) ocsp_ = settings.ocsp;
  if (ocsp_ != OcspMode::off) {
    SSL_CTX_set_tlsext_status_type(context, TLSEXT_STATUSTYPE_ocsp);
    SSL_CTX_set_tlsext_status_cb(context, check_staple);
  }
  return {};
}

std::string TlsContext::use_psk(const TlsClientSettings& settings) {
  if (settings.psk_key.size() > PSK_MAX_PSK_LEN) {
    return "the pre-shared key has more than " + std::to_string(PSK_MAX_PSK_LEN) + " bytes";
  }
  if (settings.psk_identity.empty() || settings.psk_identity.size() > PSK_MAX_IDENTITY_LEN) {
    return "the identity of the pre-shared key must have 1 to " +
           std::to_string(PSK_MAX_IDENTITY_LEN) + " bytes";
  }
  psk_identity_ = settings.psk_identity;
  psk_key_ = settings.psk_key;
  key_only_ = true;
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, note_verdict);
  SSL_CTX_set_psk_client_callback(context_.get(), give_psk);
  if (settings.ciphers.empty()) SSL_CTX_set_cipher_list(context_.get(), psk_ciphers);
  if (settings.ciphers.find("TLS_") == std::string::npos) {
    SSL_CTX_set_ciphersuites(context_.get(), psk_suites);
  } else if (!takes_keys_in_1_3(context_.get())) {
    return "in TLS 1.3 a pre-shared key goes with SHA-256, and none of the ciphers '" +
           settings.ciphers + "' has it: add " + psk_suites;
  }
  return {};
}

unsigned TlsContext::give_psk(SSL* ssl, const char*, char* identity, unsigned identity_size,
                              unsigned char* key, unsigned key_size) {
  const TlsContext& self = of(ssl);
  if (self.psk_identity_.size() >= identity_size || self.psk_key_.size() > key_size) return 0;
  std::memcpy(identity, self.psk_identity_.c_str(), self.psk_identity_.size() + 1);
  std::memcpy(key, self.psk_key_.data(), self.psk_key_.size());
  TlsNotes::of(ssl).psk_identity = self.psk_identity_;
  return static_cast<unsigned>(self.psk_key_.size());
}

int TlsContext::keep_session(SSL* ssl, SSL_SESSION* session) {
  const TlsNotes& notes = TlsNotes::of(ssl);
  if (SSL_SESSION_is_resumable(session) != 1) return 0;
  notes.context->sessions().keep(notes.name, SslSessionHandle(session));
  return 1;
}

}  // namespace mqrig::net
