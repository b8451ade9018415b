#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mqrig/net/tls_context.hpp>
#include <mqrig/net/tls_failure.hpp>
#include <mqrig/net/tls_identity.hpp>
#include <mqrig/net/tls_notes.hpp>
#include <mqrig/net/tls_trust.hpp>
#include <string_view>
#include <system_error>

namespace mqrig::net {

// Nothing is cleaned up at exit: threads may still be at work then.
TlsContext::TlsContext(const SSL_METHOD* (*method)(), bool is_client) : is_client_(is_client) {
  OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT, nullptr);
  context_.reset(SSL_CTX_new(method()));
  if (!context_) return;
  SSL_CTX_set_app_data(context_.get(), this);
  SSL_CTX_set_mode(context_.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_options(context_.get(), SSL_OP_NO_RENEGOTIATION);
}

TlsContext::~TlsContext() {
  OPENSSL_cleanse(psk_key_.data(), psk_key_.size());
  if (keylog_ >= 0) ::close(keylog_);
}

const TlsContext& TlsContext::of(const SSL* ssl) {
  return *static_cast<const TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
}

template <class Settings>
std::shared_ptr<TlsContext> TlsContext::make_from(const Settings& settings,
                                                  const SSL_METHOD* (*method)(), bool is_client,
                                                  std::string& error) {
  const std::shared_ptr<TlsContext> made(new TlsContext(method, is_client));
  if (!made->context_) {
    error = "OpenSSL could not be set up (" + openssl_reason(ERR_get_error()) +
            "): is its configuration file damaged?";
    return nullptr;
  }
  error = made->apply(settings);
  if (error.empty()) error = made->set_up(settings);
  return error.empty() ? made : nullptr;
}

std::shared_ptr<TlsContext> TlsContext::make(const TlsClientSettings& settings,
                                             std::string& error) {
  return make_from(settings, TLS_client_method, true, error);
}

std::shared_ptr<TlsContext> TlsContext::make(const TlsServerSettings& settings,
                                             std::string& error) {
  return make_from(settings, TLS_server_method, false, error);
}

std::string TlsContext::apply(const TlsCommonSettings& settings) {
  std::string problem = set_versions(settings);
  if (problem.empty()) problem = set_ciphers(settings.ciphers);
  if (problem.empty()) problem = set_alpn(settings.alpn);
  if (problem.empty()) problem = use_identity(context_.get(), settings.identity);
  if (problem.empty()) problem = use_trust(context_.get(), settings);
  if (problem.empty()) problem = open_keylog(settings.keylog_file);
  has_identity_ = SSL_CTX_get0_certificate(context_.get()) != nullptr;
  return problem;
}

// Never below what the system's configuration asks for, if nobody asks for less.
std::string TlsContext::set_versions(const TlsCommonSettings& settings) {
  const auto number = [](TlsVersion version) {
    return version == TlsVersion::tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
  };
  if (settings.lowest_version) {
    SSL_CTX_set_min_proto_version(context_.get(), number(*settings.lowest_version));
  } else if (SSL_CTX_get_min_proto_version(context_.get()) < TLS1_2_VERSION) {
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  }
  if (settings.highest_version) {
    SSL_CTX_set_max_proto_version(context_.get(), number(*settings.highest_version));
  }
  if (settings.lowest_version && settings.highest_version &&
      *settings.lowest_version > *settings.highest_version) {
    return "the lowest version of TLS is above the highest";
  }
  return {};
}

namespace {

bool has_suite(const SSL_CTX* context, const std::string& name) {
  const STACK_OF(SSL_CIPHER)* suites = SSL_CTX_get_ciphers(context);
  for (int i = 0; i < sk_SSL_CIPHER_num(suites); ++i) {
    if (name == SSL_CIPHER_get_name(sk_SSL_CIPHER_value(suites, i))) return true;
  }
  return false;
}

// A suite that lets in anybody, or hides nothing from anybody; null if there is none.
const char* open_suite(const SSL_CTX* context) {
  const STACK_OF(SSL_CIPHER)* suites = SSL_CTX_get_ciphers(context);
  for (int i = 0; i < sk_SSL_CIPHER_num(suites); ++i) {
    const SSL_CIPHER* suite = sk_SSL_CIPHER_value(suites, i);
    if (SSL_CIPHER_get_auth_nid(suite) == NID_auth_null ||
        SSL_CIPHER_get_cipher_nid(suite) == NID_undef) {
      return SSL_CIPHER_get_name(suite);
    }
  }
  return nullptr;
}

// What old lists exclude, as words or in the names of suites, and OpenSSL has no more.
constexpr std::string_view words_of_old[] = {
    "3DES",     "DES",  "RC4",    "RC2",     "IDEA",    "SEED",  "EXP",       "EXPORT", "EXPORT40",
    "EXPORT56", "LOW",  "MEDIUM", "SSLv2",   "KRB5",    "kKRB5", "aKRB5",     "FZA",    "kFZA",
    "aFZA",     "eFZA", "aDH",    "kDH",     "kDHd",    "kDHr",  "aECDH",     "kECDH",  "kECDHe",
    "kECDHr",   "GOST", "aGOST",  "aGOST01", "aGOST94", "kGOST", "GOST89MAC", "GOST94"};

// One of its parts is of those: "kRSA+3DES", "EDH-RSA-DES-CBC3-SHA".
bool is_of_old(std::string_view word) {
  while (!word.empty()) {
    const std::size_t size = std::min(word.find_first_of("+-"), word.size());
    const auto* end = std::end(words_of_old);
    if (std::find(std::begin(words_of_old), end, word.substr(0, size)) != end) return true;
    word.remove_prefix(std::min(size + 1, word.size()));
  }
  return false;
}

// OpenSSL ignores a word that it does not know as long as it knows another.
std::string word_problem(SSL_CTX* context, const std::string& word) {
  if (word.starts_with('@')) return {};
  const bool taken_away = word.find_first_of("!+-") == 0;
  const std::string plain = word.substr(taken_away ? 1 : 0);
  bool known = taken_away && is_of_old(plain);
  if (!plain.starts_with("TLS_")) {
    known = known || SSL_CTX_set_cipher_list(context, plain.c_str()) == 1;
  } else if (taken_away) {
    return "'" + word + "': suites of TLS 1.3 cannot be excluded: name those that are allowed";
  } else {
    known = SSL_CTX_set_ciphersuites(context, plain.c_str()) == 1 && has_suite(context, plain);
  }
  return known ? std::string() : "OpenSSL knows no cipher '" + word + "'";
}

}  // namespace

std::string TlsContext::set_ciphers(const std::string& words) {
  std::string list;
  std::string suites;  // of TLS 1.3
  std::size_t begin = 0;
  while ((begin = words.find_first_not_of(": ,", begin)) != words.npos) {
    const std::size_t end = std::min(words.find_first_of(": ,", begin), words.size());
    const std::string word = words.substr(begin, end - begin);
    begin = end;
    std::string problem = word_problem(context_.get(), word);
    if (!problem.empty()) return problem;
    std::string& into = word.starts_with("TLS_") ? suites : list;
    into += (into.empty() ? "" : ":") + word;
  }
  if (!suites.empty() && SSL_CTX_set_ciphersuites(context_.get(), suites.c_str()) != 1) {
    return "OpenSSL takes no cipher suites '" + suites + "'";
  }
  if (!list.empty() && SSL_CTX_set_cipher_list(context_.get(), list.c_str()) != 1) {
    return "OpenSSL takes no cipher list '" + list + "'";
  }
  const char* open = words.empty() ? nullptr : open_suite(context_.get());
  if (open != nullptr) {
    return "the ciphers '" + words + "' include " + open +
           ", which is without authentication or encryption: add ':!aNULL:!eNULL' to them";
  }
  if (suites.empty() || !list.empty()) return {};
  if (SSL_CTX_get_max_proto_version(context_.get()) == TLS1_2_VERSION) {
    return "'" + suites + "' are ciphers of TLS 1.3, and only 1.2 is allowed";
  }
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_3_VERSION);
  return {};
}

std::string TlsContext::set_alpn(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (name.empty() || name.size() > 255) {
      return "'" + name + "' is no name for ALPN: one has 1 to 255 bytes";
    }
    alpn_ += static_cast<char>(name.size());
    alpn_ += name;
  }
  if (alpn_.empty()) return {};
  const auto* sent = reinterpret_cast<const unsigned char*>(alpn_.data());
  if (is_client_) {
    SSL_CTX_set_alpn_protos(context_.get(), sent, static_cast<unsigned>(alpn_.size()));
  } else {
    SSL_CTX_set_alpn_select_cb(context_.get(), choose_alpn, this);
  }
  return {};
}

// A client that offers none of ours is served all the same: to MQTT the name means nothing.
int TlsContext::choose_alpn(SSL*, const unsigned char** chosen, unsigned char* size,
                            const unsigned char* offered, unsigned offered_size, void* self) {
  const std::string& ours = static_cast<TlsContext*>(self)->alpn_;
  unsigned char* match = nullptr;
  const int found =
      SSL_select_next_proto(&match, size, reinterpret_cast<const unsigned char*>(ours.data()),
                            static_cast<unsigned>(ours.size()), offered, offered_size);
  *chosen = match;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

std::string TlsContext::open_keylog(const std::string& file) {
  if (file.empty()) return {};
  keylog_ = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (keylog_ < 0) return "cannot write '" + file + "': " + std::generic_category().message(errno);
  SSL_CTX_set_keylog_callback(context_.get(), log_keys);
  return {};
}

// One write: lines of several processes do not mix.
void TlsContext::log_keys(const SSL* ssl, const char* line) {
  std::string text = std::string(line) + "\n";
  [[maybe_unused]] const auto written = ::write(of(ssl).keylog_, text.data(), text.size());
  OPENSSL_cleanse(text.data(), text.size());
}

}  // namespace mqrig::net
