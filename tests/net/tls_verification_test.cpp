// Which certificates a client refuses, and what it says of them.
#include <doctest/doctest.h>

#include <mqrig/net/tls_stream.hpp>

#include "tests/net/tls_rig.hpp"

namespace mqrig::net::tests {
namespace {

CertificateRequest server_request() {
  return {.common_name = "localhost", .names = {"DNS:localhost"}, .usage = "serverAuth"};
}

struct VerificationRig : TlsRig {
  void serve(const TestCertificate& certificate, const std::string& chain = {}) {
    server_settings.identity = identity(certificate, "served", chain);
  }
  void serve(const CertificateRequest& request) { serve(Authority::get().root.issue(request)); }

  // What the client says when it must refuse.
  std::string refusal() {
    connect();
    const Outcome outcome = shake_hands();
    CHECK(outcome.client == Error::tls_failed);
    CHECK(outcome.server == Error::tls_failed);
    return client->failure();
  }
};

}  // namespace

TEST_CASE("a name of the certificate is accepted, a pattern for one label included") {
  for (const std::string name : {"localhost", "127.0.0.1", "localhost."}) {
    CAPTURE(name);
    TlsRig rig;
    rig.name = name;
    rig.establish();
  }
  VerificationRig rig;
  CertificateRequest request = server_request();
  request.names = {"DNS:*.example.com"};
  rig.serve(request);
  rig.name = "broker.example.com";
  rig.establish();
}

TEST_CASE("another name is refused, and the names there are are listed") {
  for (const std::string name : {"broker.example", "127.0.0.2", "::1"}) {
    CAPTURE(name);
    VerificationRig rig;
    rig.name = name;
    const std::string refusal = rig.refusal();
    CHECK(contains(refusal, "the server's certificate (CN=localhost) is not for '" + name + "'"));
    CHECK(contains(refusal, "but for: localhost, 127.0.0.1"));
  }
  VerificationRig partial;
  CertificateRequest request = server_request();
  request.names = {"DNS:br*.example.com"};
  partial.serve(request);
  partial.name = "broker.example.com";
  CHECK(contains(partial.refusal(), "not for 'broker.example.com'"));
}

TEST_CASE("what is no name is refused before anything is sent, not left unchecked") {
  const std::string names[] = {"",
                               ".",
                               "..",
                               ".localhost",
                               "%",
                               "%lo",
                               "localhost%lo",
                               "127.0.0.1%lo",
                               "::x%lo",
                               std::string("localhost\0x", 11),
                               std::string(300, 'a')};
  for (const std::string& name : names) {
    for (const bool insecure : {false, true}) {
      CAPTURE(name);
      TlsRig rig;
      rig.client_settings.insecure = insecure;
      rig.name = name;
      rig.connect();
      std::error_code error;
      CHECK(TlsRig::layer(*rig.client).handshake(error) == Layer::Progress::failed);
      CHECK(error == Error::tls_failed);
      CHECK(contains(rig.client->failure(), "is no name that a server's certificate can be"));
      CHECK(rig.client->write_some(bytes("CONNECT")).error == Error::tls_failed);
    }
  }
}

TEST_CASE("a name that is not in ASCII is refused with the form that certificates have") {
  TlsRig rig;
  rig.name =
      "b\xC3\xBC"
      "cher.example";
  rig.connect();
  std::error_code error;
  CHECK(TlsRig::layer(*rig.client).handshake(error) == Layer::Progress::failed);
  CHECK(error == Error::tls_failed);
  CHECK(contains(rig.client->failure(), "is not in ASCII"));
  CHECK(contains(rig.client->failure(), "xn--"));
}

// No settings come to this: it is what OpenSSL is told behind their back.
TEST_CASE("a server without certificate and key is refused whatever ciphers it agrees upon") {
  for (const bool insecure : {false, true}) {
    CAPTURE(insecure);
    TlsRig rig;
    rig.client_settings.insecure = insecure;
    rig.client_settings.highest_version = TlsVersion::tls_1_2;
    const auto server = TlsContext::make(rig.server_settings, rig.problem);
    const auto client = TlsContext::make(rig.client_settings, rig.problem);
    REQUIRE(SSL_CTX_set_cipher_list(server->get(), "aNULL:@SECLEVEL=0") == 1);
    REQUIRE(SSL_CTX_set_cipher_list(client->get(), "aNULL:@SECLEVEL=0") == 1);
    auto [near, far] = memory_stream_pair(rig.context);
    rig.client = std::make_unique<TlsStream>(std::move(near), client, rig.name);
    rig.server = std::make_unique<TlsStream>(std::move(far), server, std::string());
    rig.client->set_handler(&rig.client_recorder);
    rig.server->set_handler(&rig.server_recorder);
    CHECK(rig.shake_hands().client == Error::tls_failed);
    CHECK(rig.client->failure() == "the server sent no certificate, so it may be anybody");
    CHECK(rig.client->write_some(bytes("CONNECT")).error == Error::tls_failed);
  }
}

TEST_CASE("the zone of an IPv6 address is none of the certificate's") {
  VerificationRig rig;
  CertificateRequest request = server_request();
  request.names = {"IP:fe80::1"};
  rig.serve(request);
  rig.name = "fe80::1%lo";
  rig.establish();
}

TEST_CASE("an expired certificate is refused, with its date") {
  VerificationRig rig;
  CertificateRequest request = server_request();
  request.valid_from = -7200;
  request.valid_until = -3600;
  rig.serve(request);
  const std::string refusal = rig.refusal();
  CHECK(contains(refusal, "the server's certificate (CN=localhost) expired on 2"));
  CHECK(contains(refusal, " UTC: it has to be renewed"));
}

TEST_CASE("a certificate that is not valid yet is refused, with its date") {
  VerificationRig rig;
  CertificateRequest request = server_request();
  request.valid_from = 1800;
  rig.serve(request);
  CHECK(contains(rig.refusal(), "is not valid before 2"));
}

TEST_CASE("a self-signed certificate is refused, unless it is the one that is trusted") {
  const TestCertificate own = TestCertificate::self_signed(server_request());
  VerificationRig rig;
  rig.serve(own);
  CHECK(contains(rig.refusal(), "is self-signed, and not among the trusted ones"));
  VerificationRig trusting;
  trusting.serve(own);
  trusting.client_settings.ca_file = trusting.file("own.pem", own.certificate_pem());
  trusting.establish();
}

TEST_CASE("a certificate by an unknown authority is refused, with that authority's name") {
  const TestCertificate other =
      TestCertificate::self_signed({.common_name = "Other Root", .authority = true});
  VerificationRig rig;
  rig.serve(other.issue(server_request()));
  CHECK(contains(rig.refusal(), "is signed by 'CN=Other Root'"));
  VerificationRig whole;
  whole.serve(other.issue(server_request()), other.certificate_pem());
  CHECK(contains(whole.refusal(), "the root of the peer's certificates (CN=Other Root)"));
}

TEST_CASE("a chain needs its intermediate certificates, from the server or in the client") {
  const TestCertificate middle =
      Authority::get().root.issue({.common_name = "Middle", .authority = true});
  const TestCertificate served = middle.issue(server_request());
  VerificationRig rig;
  rig.serve(served);
  const std::string refusal = rig.refusal();
  CHECK(contains(refusal, "is signed by 'CN=Middle'"));
  CHECK(contains(refusal, "intermediate"));
  VerificationRig whole;
  whole.serve(served, middle.certificate_pem());
  whole.establish();
  VerificationRig trusting;
  trusting.serve(served);
  trusting.client_settings.ca_file = trusting.file("middle.pem", middle.certificate_pem());
  trusting.establish();
}

TEST_CASE("a certificate for clients does not do for a server") {
  VerificationRig rig;
  CertificateRequest request = server_request();
  request.usage = "clientAuth";
  rig.serve(request);
  CHECK(contains(rig.refusal(), "is not meant for a server"));
}

TEST_CASE("a certificate signed by one that is no authority is refused") {
  CertificateRequest request = server_request();
  request.common_name = "other";
  const TestCertificate leaf = Authority::get().root.issue(request);
  VerificationRig rig;
  rig.serve(leaf.issue(server_request()), leaf.certificate_pem());
  CHECK(contains(rig.refusal(), "is no authority's, but has signed another"));
}

TEST_CASE("a revoked certificate is refused, and so is one that no list is about") {
  const Authority& authority = Authority::get();
  VerificationRig rig;
  rig.client_settings.crl_file =
      rig.file("crl.pem", authority.root.revocation_list({&authority.server}));
  CHECK(contains(rig.refusal(), "was revoked by its authority"));
  VerificationRig old;
  old.client_settings.crl_file = old.file("crl.pem", authority.root.revocation_list({}, -60));
  CHECK(contains(old.refusal(), "the revocation list of 'CN=Test Root' is out of date"));
  VerificationRig other;
  const TestCertificate stranger =
      TestCertificate::self_signed({.common_name = "Other Root", .authority = true});
  other.client_settings.crl_file = other.file("crl.pem", stranger.revocation_list({}));
  CHECK(contains(other.refusal(), "there is no revocation list of 'CN=Test Root'"));
  VerificationRig good;
  good.client_settings.crl_file = good.file("crl.pem", authority.root.revocation_list({}));
  good.establish();
}

TEST_CASE("a weak key or signature is refused") {
  VerificationRig rig;
  const TestCertificate weak_root = TestCertificate::self_signed(
      {.common_name = "Weak Root", .authority = true, .rsa_bits = 1024});
  rig.serve(weak_root.issue(server_request()));
  rig.client_settings.ca_file = rig.file("weak.pem", weak_root.certificate_pem());
  CHECK(contains(rig.refusal(), "is too weak to be trusted (its key is too small)"));
  const TestCertificate middle = Authority::get().root.issue(
      {.common_name = "Middle", .authority = true, .digest = EVP_sha1()});
  VerificationRig digest;
  digest.server_settings.ciphers = "DEFAULT:@SECLEVEL=0";  // or it would not even serve it
  digest.serve(middle.issue(server_request()), middle.certificate_pem());
  CHECK(contains(digest.refusal(), "is too weak to be trusted (it is signed with an old digest)"));
}

TEST_CASE("without verification everything above is accepted, and the facts say so") {
  VerificationRig rig;
  CertificateRequest request = server_request();
  request.valid_until = -60;
  rig.serve(request);
  rig.name = "other.example";
  rig.client_settings.insecure = true;
  rig.establish();
  CHECK(rig.client->facts().at(1) == "certificates are not verified: --insecure");
  CHECK(rig.client->peer_identity() == "");
}

}  // namespace mqrig::net::tests
