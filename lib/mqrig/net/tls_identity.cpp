#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <cstring>
#include <mqrig/net/tls_failure.hpp>
#include <mqrig/net/tls_file.hpp>
#include <mqrig/net/tls_identity.hpp>

namespace mqrig::net {
namespace {

// The pass phrase of one file: asked for once, when it turns out to be needed.
class PassPhrase {
 public:
  PassPhrase(const TlsIdentity& identity, const std::string& file)
      : identity_(identity), file_(file) {}
  PassPhrase(const PassPhrase&) = delete;
  PassPhrase& operator=(const PassPhrase&) = delete;
  ~PassPhrase() {
    if (phrase_) OPENSSL_cleanse(phrase_->data(), phrase_->size());
  }

  const std::optional<std::string>& get() {
    if (!asked_ && identity_.key_password) phrase_ = identity_.key_password(file_);
    asked_ = true;
    return phrase_;
  }

  // Of an attempt that failed.
  std::string problem(const std::string& otherwise) const {
    if (!asked_) return otherwise;
    if (!phrase_) {
      return "'" + file_ +
             "' is encrypted: give its pass phrase with --key-password-file, "
             "--key-password-env or at the prompt";
    }
    return "the pass phrase given for '" + file_ + "' is wrong";
  }

  static int answer(char* into, int size, int, void* self) {
    const std::optional<std::string>& phrase = static_cast<PassPhrase*>(self)->get();
    if (!phrase || phrase->size() > static_cast<std::size_t>(size)) return -1;
    std::memcpy(into, phrase->data(), phrase->size());
    return static_cast<int>(phrase->size());
  }

 private:
  const TlsIdentity& identity_;
  const std::string& file_;
  std::optional<std::string> phrase_;
  bool asked_ = false;
};

std::string weakness(int reason) {
  switch (reason) {
    case SSL_R_EE_KEY_TOO_SMALL:
      return "its key is too small";
    case SSL_R_CA_KEY_TOO_SMALL:
      return "the key of an authority in its chain is too small";
    case SSL_R_CA_MD_TOO_WEAK:
      return "it, or an authority in its chain, is signed with an old digest";
    default:
      return {};
  }
}

// Why OpenSSL did not take a certificate as ours.
std::string certificate_problem(const std::string& file) {
  const unsigned long error = ERR_peek_error();
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) return "'" + file + "' holds no certificate in PEM";
  const std::string weak = weakness(ERR_GET_REASON(error));
  if (weak.empty()) {
    return "the certificate in '" + file + "' cannot be used: " + openssl_reason(error);
  }
  return "the certificate in '" + file + "' is too weak to be used (" + weak +
         "): have it issued anew, with SHA-256 and an RSA key of 2048 bits or one on P-256";
}

std::string use_key(SSL_CTX* context, const TlsIdentity& identity) {
  const std::string& file =
      identity.key_file.empty() ? identity.certificate_file : identity.key_file;
  std::string error;
  const BioHandle bio = open_file(file, error);
  if (!bio) return error;
  PassPhrase phrase(identity, file);
  const KeyHandle key(PEM_read_bio_PrivateKey(bio.get(), nullptr, PassPhrase::answer, &phrase));
  if (!key) {
    return phrase.problem("'" + file + "' holds no private key in PEM" +
                          (identity.key_file.empty() ? "; name its file with --key" : ""));
  }
  // OpenSSL keeps one certificate and one key of each type: a key of another type is taken, and
  // then stands there without a certificate.
  if (SSL_CTX_use_PrivateKey(context, key.get()) == 1 && SSL_CTX_check_private_key(context) == 1) {
    return {};
  }
  return "the key in '" + file + "' does not belong to the certificate in '" +
         identity.certificate_file + "'";
}

std::string use_pem(SSL_CTX* context, const TlsIdentity& identity) {
  const std::string& file = identity.certificate_file;
  if (file.empty()) return "a key, but no certificate for it: give --cert, too";
  std::string error;
  if (!open_file(file, error)) return error;
  if (SSL_CTX_use_certificate_chain_file(context, file.c_str()) != 1) {
    return certificate_problem(file);
  }
  return use_key(context, identity);
}

// What a PKCS #12 file holds.
struct Pkcs12Content {
  KeyHandle key;
  CertificateHandle certificate;
  CertificatesHandle chain;

  bool read(PKCS12* bag, const char* password) {
    EVP_PKEY* found_key = nullptr;
    X509* found_certificate = nullptr;
    STACK_OF(X509)* found_chain = nullptr;
    ERR_clear_error();
    const int done = PKCS12_parse(bag, password, &found_key, &found_certificate, &found_chain);
    key.reset(found_key);
    certificate.reset(found_certificate);
    chain.reset(found_chain);
    return done == 1;
  }
};

// Files have a code by which a pass phrase is checked, but for those that were made without.
bool needs_pass_phrase(PKCS12* bag) {
  if (PKCS12_mac_present(bag) != 1) return !Pkcs12Content().read(bag, nullptr);
  return PKCS12_verify_mac(bag, nullptr, 0) != 1 && PKCS12_verify_mac(bag, "", 0) != 1;
}

// With a pass phrase OpenSSL reads only what has a code for it. One that we make is as good as
// none: only what is deciphered then shows whether the pass phrase is right.
bool takes_pass_phrase(PKCS12* bag, const std::string& phrase) {
  if (PKCS12_mac_present(bag) == 1) return PKCS12_verify_mac(bag, phrase.c_str(), -1) == 1;
  return PKCS12_set_mac(bag, phrase.c_str(), -1, nullptr, 0, 0, nullptr) == 1 &&
         (Pkcs12Content().read(bag, phrase.c_str()) ||
          ERR_GET_REASON(ERR_peek_error()) == ERR_R_UNSUPPORTED);
}

std::string use_pkcs12(SSL_CTX* context, const TlsIdentity& identity) {
  const std::string& file = identity.pkcs12_file;
  std::string error;
  const BioHandle bio = open_file(file, error);
  if (!bio) return error;
  const Pkcs12Handle bag(d2i_PKCS12_bio(bio.get(), nullptr));
  if (!bag) return "'" + file + "' is no PKCS #12 file";
  PassPhrase phrase(identity, file);
  const char* password = nullptr;
  if (needs_pass_phrase(bag.get())) {
    if (!phrase.get() || !takes_pass_phrase(bag.get(), *phrase.get())) return phrase.problem({});
    password = phrase.get()->c_str();
  }
  Pkcs12Content content;
  if (!content.read(bag.get(), password)) {
    return "'" + file + "' is encrypted in a way that OpenSSL no longer reads (" +
           openssl_reason(ERR_peek_error()) + "): export it anew, without -legacy";
  }
  if (!content.key || !content.certificate) return "'" + file + "' holds no key with a certificate";
  if (SSL_CTX_use_cert_and_key(context, content.certificate.get(), content.key.get(),
                               content.chain.get(), 1) == 1) {
    return {};
  }
  return certificate_problem(file);
}

}  // namespace

std::string use_identity(SSL_CTX* context, const TlsIdentity& identity) {
  ERR_clear_error();
  std::string problem;
  if (!identity.pkcs12_file.empty()) {
    problem = use_pkcs12(context, identity);
  } else if (!identity.certificate_file.empty() || !identity.key_file.empty()) {
    problem = use_pem(context, identity);
  }
  ERR_clear_error();
  return problem;
}

}  // namespace mqrig::net
