#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <mqrig/net/tls_file.hpp>
#include <mqrig/net/tls_trust.hpp>
#include <system_error>

namespace mqrig::net {
namespace {

// Where the roots are, all in one file, on systems whose directory is not the one that OpenSSL was
// built for.
constexpr std::array<const char*, 3> root_bundles{
    "/etc/ssl/certs/ca-certificates.crt",  // Debian, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",    // Fedora
    "/etc/ssl/ca-bundle.pem",              // SUSE
};

std::string load_file(SSL_CTX* context, const std::string& file) {
  std::string error;
  if (!open_file(file, error)) return error;
  if (SSL_CTX_load_verify_file(context, file.c_str()) == 1) return {};
  return "'" + file + "' holds no certificate in PEM";
}

std::string load_directory(SSL_CTX* context, const std::string& directory) {
  struct stat status {};
  int reason = 0;
  if (::stat(directory.c_str(), &status) != 0) {
    reason = errno;
  } else if (!S_ISDIR(status.st_mode)) {
    reason = ENOTDIR;
  }
  if (reason == 0 && SSL_CTX_load_verify_dir(context, directory.c_str()) == 1) return {};
  return "cannot use '" + directory + "': " + std::generic_category().message(reason);
}

std::string load_revoked(X509_STORE* store, const std::string& file) {
  std::string error;
  if (!open_file(file, error)) return error;
  X509_LOOKUP* lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
  if (X509_load_crl_file(lookup, file.c_str(), X509_FILETYPE_PEM) <= 0) {
    return "'" + file + "' holds no certificate revocation list in PEM";
  }
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  return {};
}

}  // namespace

std::string use_trust(SSL_CTX* context, const TlsCommonSettings& settings) {
  std::string problem;
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  if (!settings.ca_file.empty()) problem = load_file(context, settings.ca_file);
  if (problem.empty() && !settings.ca_path.empty()) {
    problem = load_directory(context, settings.ca_path);
  }
  // Who names an intermediate authority, or the server's own certificate, means that one.
  if (!settings.ca_file.empty() || !settings.ca_path.empty()) {
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  }
  if (problem.empty() && !settings.crl_file.empty()) {
    problem = load_revoked(store, settings.crl_file);
  }
  ERR_clear_error();
  return problem;
}

void use_system_roots(SSL_CTX* context) {
  SSL_CTX_set_default_verify_dir(context);
  if (std::getenv(X509_get_default_cert_file_env()) != nullptr) {
    SSL_CTX_set_default_verify_file(context);
  } else if (std::getenv(X509_get_default_cert_dir_env()) == nullptr &&
             ::access(X509_get_default_cert_dir(), X_OK) != 0) {
    for (const char* bundle : root_bundles) {
      if (SSL_CTX_load_verify_file(context, bundle) == 1) break;
    }
  }
  ERR_clear_error();
}

}  // namespace mqrig::net
