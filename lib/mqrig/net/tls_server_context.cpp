// What only contexts of servers have.
#include <openssl/crypto.h>
#include <openssl/err.h>

#include <array>
#include <cstring>
#include <mqrig/net/tls_certificate.hpp>
#include <mqrig/net/tls_context.hpp>
#include <mqrig/net/tls_file.hpp>
#include <mqrig/net/tls_notes.hpp>
#include <mqrig/net/tls_verification.hpp>

namespace mqrig::net {
namespace {

using ClientCertificate = TlsServerSettings::ClientCertificate;

constexpr const char* psk_first =
    "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";

void digest_file(EVP_MD_CTX* digest, const std::string& file) {
  std::string ignored;
  const BioHandle bio = file.empty() ? nullptr : open_file(file, ignored);
  std::array<char, 4096> bytes;
  for (int count = 1; bio && count > 0;) {
    count = BIO_read(bio.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (count > 0) EVP_DigestUpdate(digest, bytes.data(), static_cast<std::size_t>(count));
  }
  EVP_DigestUpdate(digest, "", 1);
}

}  // namespace

std::string TlsContext::set_up(const TlsServerSettings& settings) {
  SSL_CTX* context = context_.get();
  if (!has_identity_ && !settings.psk_key) {
    return "a server needs a certificate and its key";
  }
  SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_dh_auto(context, 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  if (settings.psk_key) use_psk(settings);
  if (const std::string problem = ask_for_certificates(settings); !problem.empty()) return problem;
  bind_sessions(settings);
  return {};
}

std::string TlsContext::ask_for_certificates(const TlsServerSettings& settings) {
  if (settings.client_certificate == ClientCertificate::not_asked) return {};
  if (settings.ca_file.empty() && settings.ca_path.empty()) {
    return "client certificates are asked for, but no authority is given that may sign them";
  }
  int mode = SSL_VERIFY_PEER;
  if (settings.client_certificate == ClientCertificate::required) {
    mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  }
  SSL_CTX_set_verify(context_.get(), mode, note_verdict);
  if (settings.ca_file.empty()) return {};
  SSL_CTX_set_client_CA_list(context_.get(), SSL_load_client_CA_file(settings.ca_file.c_str()));
  ERR_clear_error();
  return {};
}

// A ticket is good only where the client would be judged by the same files.
void TlsContext::bind_sessions(const TlsServerSettings& settings) {
  const OpenSslHandle<EVP_MD_CTX, EVP_MD_CTX_free> digest(EVP_MD_CTX_new());
  EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr);
  const auto mode = static_cast<unsigned char>(settings.client_certificate);
  EVP_DigestUpdate(digest.get(), &mode, 1);
  EVP_DigestUpdate(digest.get(), settings.ca_path.c_str(), settings.ca_path.size() + 1);
  digest_file(digest.get(), settings.ca_file);
  digest_file(digest.get(), settings.crl_file);
  std::array<unsigned char, EVP_MAX_MD_SIZE> id;
  unsigned size = 0;
  EVP_DigestFinal_ex(digest.get(), id.data(), &size);
  SSL_CTX_set_session_id_context(context_.get(), id.data(), size);
}

void TlsContext::share_tickets(const TlsContext& older) {
  std::array<unsigned char, 80> keys;
  if (SSL_CTX_get_tlsext_ticket_keys(older.get(), keys.data(), keys.size()) == 1) {
    SSL_CTX_set_tlsext_ticket_keys(get(), keys.data(), keys.size());
  }
  OPENSSL_cleanse(keys.data(), keys.size());
}

// A key goes with SHA-256 in TLS 1.3: with a cipher of another hash it would not be used, and the
// server's certificate would take its place. No tickets: a key that was taken away must not go on
// working in one, and with a key a handshake costs no more than with a ticket.
void TlsContext::use_psk(const TlsServerSettings& settings) {
  find_key_ = settings.psk_key;
  SSL_CTX_set_psk_server_callback(context_.get(), find_psk);
  if (settings.ciphers.find("TLS_") == std::string::npos) {
    SSL_CTX_set_ciphersuites(context_.get(), psk_first);
  }
  SSL_CTX_set_options(context_.get(), SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context_.get(), 0);
}

unsigned TlsContext::find_psk(SSL* ssl, const char* identity, unsigned char* key,
                              unsigned key_size) {
  std::optional<std::string> found = of(ssl).find_key_(identity);
  if (!found) {
    TlsNotes::of(ssl).problem =
        "there is no pre-shared key of the client's identity '" + printable(identity) + "'";
    return 0;
  }
  const std::size_t size = found->size();
  const bool usable = size != 0 && size <= key_size;
  if (usable) {
    std::memcpy(key, found->data(), size);
    TlsNotes::of(ssl).psk_identity = identity;
  }
  OPENSSL_cleanse(found->data(), size);
  return usable ? static_cast<unsigned>(size) : 0;
}

}  // namespace mqrig::net
