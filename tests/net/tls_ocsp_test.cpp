// What a client makes of the OCSP answer that a server staples, or does not.
#include <doctest/doctest.h>
#include <openssl/ocsp.h>
#include <openssl/ssl.h>

#include "tests/net/tls_rig.hpp"

namespace mqrig::net::tests {
namespace {

// A server that staples, which ours does not: plain OpenSSL on the other end of a socket pair.
class Stapler {
 public:
  Stapler(int socket, std::string answer) : socket_(socket), answer_(std::move(answer)) {
    SSL_CTX_use_certificate(context_.get(), Authority::get().server.certificate());
    SSL_CTX_use_PrivateKey(context_.get(), Authority::get().server.key());
    SSL_CTX_set_tlsext_status_cb(context_.get(), staple);
    SSL_CTX_set_tlsext_status_arg(context_.get(), this);
    ssl_.reset(SSL_new(context_.get()), SSL_free);
    SSL_set_fd(ssl_.get(), socket_.number);
  }
  void step() { SSL_accept(ssl_.get()); }

 private:
  static int staple(SSL* ssl, void* self) {
    const std::string& answer = static_cast<Stapler*>(self)->answer_;
    if (answer.empty()) return SSL_TLSEXT_ERR_NOACK;
    void* copy = OPENSSL_memdup(answer.data(), answer.size());
    SSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<long>(answer.size()));
    return SSL_TLSEXT_ERR_OK;
  }

  Descriptor socket_;
  std::string answer_;
  std::shared_ptr<SSL_CTX> context_{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
  std::shared_ptr<SSL> ssl_;
};

// What the client says of it; empty if it is content.
std::string verdict(OcspMode mode, TlsVersion version, const std::string& answer) {
  TlsRig rig;
  rig.client_settings.ocsp = mode;
  rig.client_settings.highest_version = version;
  rig.make();
  int sockets[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, sockets) == 0);
  Stapler stapler(sockets[1], answer);
  std::error_code error;
  rig.client = rig.tls_client->connect(open_socket(rig.context, sockets[0], error), rig.name);
  rig.client->set_handler(&rig.client_recorder);
  TlsRig::Driver driver(*rig.client, rig.client_recorder);
  while (!driver.over()) {
    stapler.step();
    rig.context.restart();
    rig.context.run_one();
  }
  return rig.client->failure();
}

const TlsVersion versions[] = {TlsVersion::tls_1_2, TlsVersion::tls_1_3};

}  // namespace

TEST_CASE("a good answer is content with, and one is missed only where it is required") {
  const Authority& authority = Authority::get();
  const std::string good = authority.root.ocsp_answer(authority.server, V_OCSP_CERTSTATUS_GOOD);
  for (const TlsVersion version : versions) {
    CHECK(verdict(OcspMode::require, version, good) == "");
    CHECK(verdict(OcspMode::check, version, good) == "");
    CHECK(verdict(OcspMode::check, version, "") == "");
    CHECK(verdict(OcspMode::off, version, "nonsense") == "");
    CHECK(contains(verdict(OcspMode::require, version, ""), "staples no OCSP answer"));
  }
}

TEST_CASE("an answer that does not say when the next will come counts for a week") {
  const Authority& authority = Authority::get();
  constexpr long day = 24 * 3600;
  const auto answer = [&](long age) {
    return authority.root.ocsp_answer(authority.server, V_OCSP_CERTSTATUS_GOOD, 0, -age);
  };
  for (const TlsVersion version : versions) {
    CHECK(verdict(OcspMode::require, version, answer(6 * day)) == "");
    CHECK(contains(verdict(OcspMode::check, version, answer(8 * day)), "to an open end, which is"));
  }
}

TEST_CASE("an answer that says no, is old, forged, malformed or about another is refused") {
  const Authority& authority = Authority::get();
  const TestCertificate& root = authority.root;
  const TestCertificate stranger =
      TestCertificate::self_signed({.common_name = "Test Root", .authority = true});
  const TestCertificate other = root.issue({.common_name = "other"});
  for (const TlsVersion version : versions) {
    const auto refusal = [&](const std::string& answer) {
      return verdict(OcspMode::check, version, answer);
    };
    CHECK(contains(refusal(root.ocsp_answer(authority.server, V_OCSP_CERTSTATUS_REVOKED)),
                   "the server's certificate (CN=localhost) was revoked on 2"));
    CHECK(contains(refusal(root.ocsp_answer(authority.server, V_OCSP_CERTSTATUS_UNKNOWN)),
                   "the authority does not know the server's certificate"));
    CHECK(contains(refusal(root.ocsp_answer(authority.server, V_OCSP_CERTSTATUS_GOOD, -3600)),
                   "is out of date"));
    CHECK(contains(refusal(stranger.ocsp_answer(authority.server, V_OCSP_CERTSTATUS_GOOD)),
                   "is not signed by the authority"));
    CHECK(contains(refusal(root.ocsp_answer(other, V_OCSP_CERTSTATUS_GOOD)),
                   "is about another certificate"));
    CHECK(contains(refusal("nonsense"), "is malformed"));
  }
}

}  // namespace mqrig::net::tests
