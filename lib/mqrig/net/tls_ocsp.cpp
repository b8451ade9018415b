#include <mqrig/net/tls_certificate.hpp>
#include <mqrig/net/tls_notes.hpp>
#include <mqrig/net/tls_ocsp.hpp>
#include <string>

namespace mqrig::net {
namespace {

constexpr long clock_skew_seconds = 300;
// How long an answer counts that does not say when there will be another.
constexpr long longest_open_end_seconds = 7 * 24 * 3600;

// Of the server's certificate; null if the chain does not show it.
const X509* issuer_of_server(const STACK_OF(X509) * chain) {
  const int issuer = sk_X509_num(chain) > 1 ? 1 : 0;
  return sk_X509_value(chain, issuer);
}

// What the answer says of the certificate; empty if it is good.
std::string status_problem(OCSP_BASICRESP* answer, const X509* certificate, const X509* issuer) {
  const OcspIdHandle id(OCSP_cert_to_id(nullptr, certificate, issuer));
  int status = 0;
  int reason = 0;
  ASN1_GENERALIZEDTIME* revoked = nullptr;
  ASN1_GENERALIZEDTIME* from = nullptr;
  ASN1_GENERALIZEDTIME* until = nullptr;
  if (!id ||
      OCSP_resp_find_status(answer, id.get(), &status, &reason, &revoked, &from, &until) != 1) {
    return "the OCSP answer of the server is about another certificate";
  }
  const long oldest = until != nullptr ? -1 : longest_open_end_seconds;
  if (OCSP_check_validity(from, until, clock_skew_seconds, oldest) != 1) {
    return "the OCSP answer of the server is out of date (from " + time_text(from) + " to " +
           (until != nullptr ? time_text(until) : "an open end, which is for a week") +
           "): the server has to get a new one; or is the clock of this machine wrong?";
  }
  if (status == V_OCSP_CERTSTATUS_GOOD) return {};
  if (status == V_OCSP_CERTSTATUS_REVOKED) {
    return "the server's certificate (" + subject_text(certificate) + ") was revoked on " +
           time_text(revoked) + ", says its authority's OCSP answer: it must not be used any more";
  }
  return "the authority does not know the server's certificate (" + subject_text(certificate) +
         "), says its OCSP answer";
}

std::string staple_problem(SSL* ssl, const unsigned char* bytes, long size) {
  const OcspResponseHandle response(d2i_OCSP_RESPONSE(nullptr, &bytes, size));
  if (!response) return "the OCSP answer of the server is malformed";
  const int status = OCSP_response_status(response.get());
  if (status != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
    return std::string("the server staples an OCSP answer that says: ") +
           OCSP_response_status_str(status);
  }
  const OcspBasicHandle answer(OCSP_response_get1_basic(response.get()));
  STACK_OF(X509)* chain = SSL_get0_verified_chain(ssl);
  X509_STORE* trusted = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl));
  if (!answer || chain == nullptr) return "the OCSP answer of the server is malformed";
  if (OCSP_basic_verify(answer.get(), chain, trusted, OCSP_PARTIAL_CHAIN) != 1) {
    return "the OCSP answer of the server is not signed by the authority of its certificate";
  }
  return status_problem(answer.get(), sk_X509_value(chain, 0), issuer_of_server(chain));
}

}  // namespace

int check_staple(SSL* ssl, void*) {
  TlsNotes& notes = TlsNotes::of(ssl);
  if (SSL_session_reused(ssl) == 1) return 1;
  const unsigned char* bytes = nullptr;
  const long size = SSL_get_tlsext_status_ocsp_resp(ssl, &bytes);
  std::string problem;
  if (bytes != nullptr && size > 0) {
    problem = staple_problem(ssl, bytes, size);
  } else if (notes.context->ocsp() == OcspMode::require) {
    problem = "the server staples no OCSP answer to its certificate, which --ocsp require asks for";
  }
  if (problem.empty()) return 1;
  notes.problem = std::move(problem);
  return 0;
}

}  // namespace mqrig::net
