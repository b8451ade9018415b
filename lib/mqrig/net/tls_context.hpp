#pragma once

#include <functional>
#include <memory>
#include <mqrig/net/tls_handle.hpp>
#include <mqrig/net/tls_sessions.hpp>
#include <mqrig/net/tls_settings.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace mqrig::net {

// What all connections with the same settings share: OpenSSL's context, and what our callbacks need
// that it knows nothing of. Private to this room.
//
// Immutable but for the sessions. Each connection keeps it alive.
class TlsContext {
 public:
  // Null, and `error` says why, if the settings don't work out.
  static std::shared_ptr<TlsContext> make(const TlsClientSettings& settings, std::string& error);
  static std::shared_ptr<TlsContext> make(const TlsServerSettings& settings, std::string& error);
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ~TlsContext();

  static const TlsContext& of(const SSL* ssl);
  // For servers: what has been given out by an older context resumes here as well.
  void share_tickets(const TlsContext& older);

  SSL_CTX* get() const { return context_.get(); }
  bool is_client() const { return is_client_; }
  bool insecure() const { return insecure_; }
  // The peer must prove itself by a pre-shared key: a certificate is refused.
  bool key_only() const { return key_only_; }
  bool has_identity() const { return has_identity_; }
  OcspMode ocsp() const { return ocsp_; }
  TlsSessions& sessions() const { return sessions_; }

 private:
  TlsContext(const SSL_METHOD* (*method)(), bool is_client);
  template <class Settings>
  static std::shared_ptr<TlsContext> make_from(const Settings& settings,
                                               const SSL_METHOD* (*method)(), bool is_client,
                                               std::string& error);
  std::string apply(const TlsCommonSettings& settings);
  std::string set_up(const TlsClientSettings& settings);
  std::string set_up(const TlsServerSettings& settings);
  std::string set_versions(const TlsCommonSettings& settings);
  std::string set_ciphers(const std::string& words);
  std::string set_alpn(const std::vector<std::string>& names);
  std::string open_keylog(const std::string& file);
  std::string use_psk(const TlsClientSettings& settings);
  void use_psk(const TlsServerSettings& settings);
  std::string ask_for_certificates(const TlsServerSettings& settings);
  void bind_sessions(const TlsServerSettings& settings);

  static void log_keys(const SSL* ssl, const char* line);
  static int choose_alpn(SSL* ssl, const unsigned char** chosen, unsigned char* size,
                         const unsigned char* offered, unsigned offered_size, void* self);
  static unsigned give_psk(SSL* ssl, const char* hint, char* identity, unsigned identity_size,
                           unsigned char* key, unsigned key_size);
  static unsigned find_psk(SSL* ssl, const char* identity, unsigned char* key, unsigned key_size);
  static int keep_session(SSL* ssl, SSL_SESSION* session);

  SslContextHandle context_;
  const bool is_client_;
  bool insecure_ = false;
  bool key_only_ = false;
  bool has_identity_ = false;
  OcspMode ocsp_ = OcspMode::off;
  std::string alpn_;  // as it is sent: each with its length before it
  int keylog_ = -1;
  std::string psk_identity_;
  std::string psk_key_;
  std::function<std::optional<std::string>(const std::string& identity)> find_key_;
  mutable TlsSessions sessions_;
};

}  // namespace mqrig::net
