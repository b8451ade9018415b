#include "tests/support/test_authority.hpp"

#include <openssl/bio.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

#include <fstream>
#include <stdexcept>

namespace mqrig::tests {
namespace {

void check(bool done) {
  if (!done) throw std::runtime_error("OpenSSL could not make a certificate");
}

std::string content_of(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  std::string content(bytes, static_cast<std::size_t>(size));
  BIO_free(bio);
  return content;
}

std::shared_ptr<EVP_PKEY> make_key(int rsa_bits) {
  EVP_PKEY* key =
      rsa_bits == 0 ? EVP_EC_gen("P-256") : EVP_RSA_gen(static_cast<unsigned>(rsa_bits));
  check(key != nullptr);
  return {key, EVP_PKEY_free};
}

void add_extension(X509* certificate, int nid, const std::string& value) {
  if (value.empty()) return;
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  check(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

long next_serial() {
  static long serial = 1000;
  return ++serial;
}

std::shared_ptr<ASN1_TIME> from_now(long seconds) {
  return {X509_gmtime_adj(nullptr, seconds), ASN1_TIME_free};
}

}  // namespace

TestCertificate TestCertificate::self_signed(const CertificateRequest& request) {
  return make(request, nullptr);
}

TestCertificate TestCertificate::issue(const CertificateRequest& request) const {
  return make(request, this);
}

TestCertificate TestCertificate::make(const CertificateRequest& request,
                                      const TestCertificate* issuer) {
  TestCertificate made;
  made.key_ = make_key(request.rsa_bits);
  made.certificate_ = {X509_new(), X509_free};
  X509* certificate = made.certificate();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), next_serial());
  X509_gmtime_adj(X509_getm_notBefore(certificate), request.valid_from);
  X509_gmtime_adj(X509_getm_notAfter(certificate), request.valid_until);
  X509_set_pubkey(certificate, made.key());
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(request.common_name.c_str()),
                             -1, -1, 0);
  X509_set_issuer_name(certificate,
                       issuer != nullptr ? X509_get_subject_name(issuer->certificate()) : subject);
  add_extension(certificate, NID_basic_constraints,
                request.authority ? "critical,CA:TRUE" : "CA:FALSE");
  add_extension(certificate, NID_key_usage,
                request.authority ? "critical,keyCertSign,cRLSign,digitalSignature" : "");
  add_extension(certificate, NID_subject_alt_name, joined(request.names));
  add_extension(certificate, NID_ext_key_usage, request.usage);
  EVP_PKEY* signer = issuer != nullptr ? issuer->key() : made.key();
  check(X509_sign(certificate, signer, request.digest) > 0);
  return made;
}

std::string TestCertificate::certificate_pem() const {
  BIO* bio = BIO_new(BIO_s_mem());
  check(PEM_write_bio_X509(bio, certificate()) == 1);
  return content_of(bio);
}

std::string TestCertificate::key_pem(const std::string& pass_phrase) const {
  BIO* bio = BIO_new(BIO_s_mem());
  const EVP_CIPHER* cipher = pass_phrase.empty() ? nullptr : EVP_aes_256_cbc();
  check(PEM_write_bio_PKCS8PrivateKey(bio, key(), cipher, pass_phrase.data(),
                                      static_cast<int>(pass_phrase.size()), nullptr, nullptr) == 1);
  return content_of(bio);
}

std::string TestCertificate::pkcs12(const std::string& pass_phrase, bool with_code) const {
  PKCS12* bag = PKCS12_create(pass_phrase.c_str(), "test", key(), certificate(), nullptr, 0, 0,
                              PKCS12_DEFAULT_ITER, with_code ? 1 : -1, 0);
  check(bag != nullptr);
  BIO* bio = BIO_new(BIO_s_mem());
  check(i2d_PKCS12_bio(bio, bag) == 1);
  PKCS12_free(bag);
  return content_of(bio);
}

std::string TestCertificate::revocation_list(const std::vector<const TestCertificate*>& revoked,
                                             long next_update) const {
  const std::shared_ptr<X509_CRL> list(X509_CRL_new(), X509_CRL_free);
  X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(certificate()));
  X509_CRL_set1_lastUpdate(list.get(), from_now(-7200).get());
  X509_CRL_set1_nextUpdate(list.get(), from_now(next_update).get());
  for (const TestCertificate* each : revoked) {
    X509_REVOKED* entry = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(each->certificate()));
    X509_REVOKED_set_revocationDate(entry, from_now(-60).get());
    check(X509_CRL_add0_revoked(list.get(), entry) == 1);
  }
  check(X509_CRL_sign(list.get(), key(), EVP_sha256()) > 0);
  BIO* bio = BIO_new(BIO_s_mem());
  check(PEM_write_bio_X509_CRL(bio, list.get()) == 1);
  return content_of(bio);
}

std::string TestCertificate::ocsp_answer(const TestCertificate& about, int status, long next_update,
                                         long this_update) const {
  OCSP_BASICRESP* basic = OCSP_BASICRESP_new();
  OCSP_CERTID* id = OCSP_cert_to_id(nullptr, about.certificate(), certificate());
  const auto revoked = from_now(-60);
  const auto from = from_now(this_update);
  const auto until = from_now(next_update);
  check(OCSP_basic_add1_status(basic, id, status, OCSP_REVOKED_STATUS_NOSTATUS,
                               status == V_OCSP_CERTSTATUS_REVOKED ? revoked.get() : nullptr,
                               from.get(), next_update != 0 ? until.get() : nullptr) != nullptr);
  check(OCSP_basic_sign(basic, certificate(), key(), EVP_sha256(), nullptr, 0) == 1);
  OCSP_RESPONSE* response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
  unsigned char* bytes = nullptr;
  const int size = i2d_OCSP_RESPONSE(response, &bytes);
  std::string answer(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  OCSP_RESPONSE_free(response);
  OCSP_CERTID_free(id);
  OCSP_BASICRESP_free(basic);
  return answer;
}

std::string write_file(const std::filesystem::path& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
  return path.string();
}

}  // namespace mqrig::tests
