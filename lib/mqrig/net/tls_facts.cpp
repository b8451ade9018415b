#include <mqrig/net/tls_certificate.hpp>
#include <mqrig/net/tls_facts.hpp>

namespace mqrig::net {
namespace {

std::string version_text(const SSL* ssl) {
  switch (SSL_version(ssl)) {
    case TLS1_2_VERSION:
      return "TLS 1.2";
    case TLS1_3_VERSION:
      return "TLS 1.3";
    default:
      return SSL_get_version(ssl);
  }
}

// How the key was agreed upon; empty where nothing was, as with a pre-shared key alone.
std::string group_text(const SSL* ssl) {
  SSL* asked = const_cast<SSL*>(ssl);  // a macro of OpenSSL that changes nothing
  const int group = static_cast<int>(SSL_get_negotiated_group(asked));
  const char* name = group != 0 ? SSL_group_to_name(asked, group) : nullptr;
  return name != nullptr ? name : "";
}

std::string agreement(const SSL* ssl, const TlsNotes& notes) {
  std::string text = version_text(ssl) + ", " + SSL_get_cipher_name(ssl);
  if (const std::string group = group_text(ssl); !group.empty()) text += ", " + group;
  const std::string identity = proved_psk_identity(ssl, notes);
  if (!identity.empty()) {
    text += ", pre-shared key of '" + identity + "'";
  } else if (SSL_session_reused(ssl) == 1) {
    text += ", session resumed";
  }
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl, &name, &size);
  if (size != 0) text += ", ALPN " + std::string(reinterpret_cast<const char*>(name), size);
  return text;
}

}  // namespace

// A server is asked for the key of each identity that a client names. In TLS 1.3 it may go on
// without it, by its certificate, and then nothing was proved: only where the key is used does the
// handshake count as that of a session known before.
bool used_psk(const SSL* ssl) {
  if (SSL_get0_peer_certificate(ssl) != nullptr) return false;
  return SSL_version(ssl) == TLS1_3_VERSION
             ? SSL_session_reused(ssl) == 1
             : SSL_CIPHER_get_auth_nid(SSL_get_current_cipher(ssl)) == NID_auth_psk;
}

std::string proved_psk_identity(const SSL* ssl, const TlsNotes& notes) {
  return used_psk(ssl) ? notes.psk_identity : std::string();
}

std::vector<std::string> tls_facts(const SSL* ssl, const TlsNotes& notes) {
  std::vector<std::string> facts{agreement(ssl, notes)};
  if (notes.context->insecure()) facts.emplace_back("certificates are not verified: --insecure");
  const STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl);
  int number = 0;
  const auto add = [&](const X509* certificate) {
    facts.push_back("certificate " + std::to_string(number++) + ": " +
                    certificate_text(certificate));
  };
  // A client's own certificate is not in the chain that a server has of it.
  const X509* peers = SSL_get0_peer_certificate(ssl);
  if (!notes.context->is_client() && peers != nullptr) add(peers);
  for (int i = 0; i < sk_X509_num(chain); ++i) add(sk_X509_value(chain, i));
  return facts;
}

}  // namespace mqrig::net
