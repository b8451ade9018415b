// Certificates for tests, made when a test needs them: P-256 keys, valid now unless told otherwise.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace mqrig::tests {

// What is to stand in a certificate.
struct CertificateRequest {
  std::string common_name;
  std::vector<std::string> names{};  // "DNS:localhost", "IP:127.0.0.1"
  bool authority = false;
  std::string usage{};      // "serverAuth", "clientAuth"; empty: any
  long valid_from = -3600;  // seconds from now
  long valid_until = 3600;
  int rsa_bits = 0;  // 0: P-256
  const EVP_MD* digest = EVP_sha256();
};

// A certificate with its key, and what it may sign.
class TestCertificate {
 public:
  // Signed by itself.
  static TestCertificate self_signed(const CertificateRequest& request);
  TestCertificate issue(const CertificateRequest& request) const;

  X509* certificate() const { return certificate_.get(); }
  EVP_PKEY* key() const { return key_.get(); }

  std::string certificate_pem() const;
  // Encrypted if there is a pass phrase.
  std::string key_pem(const std::string& pass_phrase = {}) const;
  // Without a code the pass phrase is known to be right only by what it deciphers.
  std::string pkcs12(const std::string& pass_phrase, bool with_code = true) const;
  // A list of what this authority has revoked.
  std::string revocation_list(const std::vector<const TestCertificate*>& revoked,
                              long next_update = 3600) const;
  // The OCSP answer of this authority about a certificate. `status`: V_OCSP_CERTSTATUS_GOOD ...
  // `next_update` 0: it does not say.
  std::string ocsp_answer(const TestCertificate& about, int status, long next_update = 3600,
                          long this_update = -7200) const;

 private:
  static TestCertificate make(const CertificateRequest& request, const TestCertificate* issuer);

  std::shared_ptr<X509> certificate_;
  std::shared_ptr<EVP_PKEY> key_;
};

// Writes a file and returns its path.
std::string write_file(const std::filesystem::path& path, const std::string& content);

}  // namespace mqrig::tests
