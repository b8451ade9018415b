#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <mqrig/net/tls_certificate.hpp>
#include <mqrig/net/tls_failure.hpp>
#include <mqrig/net/tls_notes.hpp>
#include <mqrig/net/tls_verification.hpp>

namespace mqrig::net {
namespace {

struct Refusal {
  int error = 0;
  bool of_server = false;  // the certificates are a server's
  int depth = 0;           // 0: the peer's own
  const X509* certificate = nullptr;
  std::string name;

  std::string whose() const {
    if (depth != 0) return "the authority's certificate (" + subject_text(certificate) + ")";
    return std::string(of_server ? "the server's" : "the client's") + " certificate (" +
           subject_text(certificate) + ")";
  }
  std::string authority() const { return issuer_text(certificate); }
};

std::string trust_advice(const Refusal& refusal) {
  return refusal.of_server ? "; if that is right, name it with --cafile" : "";
}

std::string unknown_issuer(const Refusal& refusal) {
  return refusal.whose() + " is signed by '" + refusal.authority() +
         "', which is not among the trusted authorities" +
         (refusal.of_server ? ": name that authority's certificate with --cafile, or have the "
                              "server send its intermediate certificates, too"
                            : "");
}

std::string wrong_name(const Refusal& refusal) {
  return refusal.whose() + " is not for '" + refusal.name +
         "' but for: " + names_text(refusal.certificate) +
         "; connect by one of these names, or give it with --sni";
}

std::string weak(const Refusal& refusal, const std::string& what) {
  return refusal.whose() + " is too weak to be trusted (" + what +
         "): it has to be issued anew, with SHA-256 and an RSA key of 2048 bits or one on P-256";
}

std::string text_of(const Refusal& refusal) {
  const X509* certificate = refusal.certificate;
  switch (refusal.error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return refusal.whose() + " expired on " + time_text(X509_get0_notAfter(certificate)) +
             ": it has to be renewed; or is the clock of this machine wrong?";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return refusal.whose() + " is not valid before " +
             time_text(X509_get0_notBefore(certificate)) + ": is the clock of this machine wrong?";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return refusal.whose() + " is self-signed, and not among the trusted ones" +
             trust_advice(refusal);
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "the root of the peer's certificates (" + subject_text(certificate) +
             ") is not among the trusted authorities" + trust_advice(refusal);
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return unknown_issuer(refusal);
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return wrong_name(refusal);
    case X509_V_ERR_INVALID_PURPOSE:
      return refusal.whose() + " is not meant for a " +
             (refusal.depth != 0  ? "certificate authority"
              : refusal.of_server ? "server"
                                  : "client") +
             " (its key usage says so): another one is needed";
    case X509_V_ERR_INVALID_CA:
      return refusal.whose() + " is no authority's, but has signed another";
    case X509_V_ERR_CERT_REVOKED:
      return refusal.whose() + " was revoked by its authority: it must not be used any more";
    case X509_V_ERR_UNABLE_TO_GET_CRL:
      return "there is no revocation list of '" + refusal.authority() + "' to look up " +
             refusal.whose() + ": put one into the file of --crl";
    case X509_V_ERR_CRL_HAS_EXPIRED:
      return "the revocation list of '" + refusal.authority() + "' is out of date: get a new one";
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return refusal.whose() + " has a signature that '" + refusal.authority() +
             "' did not make: an authority of the same name, or a forgery";
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
      return weak(refusal, "its key is too small");
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return weak(refusal, "it is signed with an old digest");
    default:
      return refusal.whose() + " is refused: " + X509_verify_cert_error_string(refusal.error);
  }
}

bool is_v6(const std::string& text) {
  in6_addr address;
  return ::inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

// Without the zone of a link-local address and without the root's dot.
std::string name_in_certificate(const std::string& name) {
  std::string plain = name.substr(0, name.find('%'));
  if (!is_v6(plain)) plain = name;
  if (plain.size() > 1 && plain.back() == '.') plain.pop_back();
  return plain;
}

std::string unusable(const std::string& name) {
  return "'" + printable(name) +
         "' is no name that a server's certificate can be checked against: connect by the server's "
         "name or address, or give that with --sni";
}

bool is_ascii(const std::string& name) {
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

int note_verdict(int accepted, X509_STORE_CTX* verification) {
  const auto* ssl = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
  TlsNotes& notes = TlsNotes::of(ssl);
  if (notes.context->key_only()) {
    notes.problem =
        "the server sent a certificate instead of using the pre-shared key: it does not know the "
        "identity, or has no such keys";
    return 0;
  }
  if (accepted != 0 || !notes.problem.empty()) return accepted;
  Refusal refusal;
  refusal.error = X509_STORE_CTX_get_error(verification);
  refusal.of_server = notes.context->is_client();
  refusal.depth = X509_STORE_CTX_get_error_depth(verification);
  refusal.certificate = X509_STORE_CTX_get_current_cert(verification);
  if (refusal.certificate == nullptr) refusal.certificate = X509_STORE_CTX_get0_cert(verification);
  refusal.name = notes.name;
  notes.problem = text_of(refusal);
  return 0;
}

std::string expect_name(SSL* ssl, const std::string& name) {
  const std::string expected = name_in_certificate(name);
  // To OpenSSL an empty name is none to check, and a dot before it makes it a pattern.
  if (expected.empty() || expected.starts_with('.') || expected.find('%') != expected.npos ||
      expected.find('\0') != expected.npos) {
    return unusable(name);
  }
  if (!is_ascii(expected)) {
    return "'" + printable(name) +
           "' is not in ASCII, as names in certificates are: give it in the form of the DNS, where "
           "such a label begins with xn--";
  }
  X509_VERIFY_PARAM* parameters = SSL_get0_param(ssl);
  if (X509_VERIFY_PARAM_set1_ip_asc(parameters, expected.c_str()) == 1) return {};
  ERR_clear_error();
  X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const bool taken =
      X509_VERIFY_PARAM_set1_host(parameters, expected.data(), expected.size()) == 1 &&
      SSL_set_tlsext_host_name(ssl, expected.c_str()) == 1;
  ERR_clear_error();
  return taken ? std::string() : unusable(name);
}

}  // namespace mqrig::net
