// Pre-shared keys instead of certificates.
#include <doctest/doctest.h>

#include "tests/net/tls_rig.hpp"

namespace mqrig::net::tests {
namespace {

const std::string key = "0123456789abcdef";

struct PskRig : TlsRig {
  explicit PskRig(TlsVersion version) {
    client_settings.ca_file.clear();
    client_settings.highest_version = version;
    client_settings.psk_identity = "meter-7";
    client_settings.psk_key = key;
    server_settings.identity = {};
    server_settings.psk_key = [](const std::string& identity) -> std::optional<std::string> {
      if (identity == "meter-7") return key;
      return std::nullopt;
    };
  }

  std::string refusal() {
    connect();
    CHECK(shake_hands().client == Error::tls_failed);
    return client->failure();
  }
};

const TlsVersion versions[] = {TlsVersion::tls_1_2, TlsVersion::tls_1_3};

}  // namespace

TEST_CASE("a pre-shared key needs no certificate, and its identity is the peer's name") {
  for (const TlsVersion version : versions) {
    PskRig rig(version);
    rig.establish();
    CHECK(rig.pass(*rig.client, *rig.server, "hello") == "hello");
    CHECK(rig.pass(*rig.server, *rig.client, "hello") == "hello");
    CHECK(rig.server->peer_identity() == "meter-7");
    CHECK(contains(rig.client->facts().at(0), ", pre-shared key of 'meter-7'"));
    rig.establish();
    CHECK(rig.server->peer_identity() == "meter-7");
  }
}

TEST_CASE("a wrong key is told from an unknown identity") {
  PskRig wrong_1_2(TlsVersion::tls_1_2);
  wrong_1_2.client_settings.psk_key = "another";
  CHECK(contains(wrong_1_2.refusal(), "key is another one than the server's"));
  PskRig wrong_1_3(TlsVersion::tls_1_3);
  wrong_1_3.client_settings.psk_key = "another";
  CHECK(contains(wrong_1_3.refusal(), "pre-shared key"));
  CHECK(contains(wrong_1_3.server->failure(), "pre-shared key"));
  for (const TlsVersion version : versions) {
    PskRig rig(version);
    rig.client_settings.psk_identity = "nobody";
    const std::string refusal = rig.refusal();
    CHECK(contains(refusal, "pre-shared key"));
    CHECK(rig.server->failure() == "there is no pre-shared key of the client's identity 'nobody'");
  }
}

TEST_CASE("in TLS 1.3 a key goes with a cipher that has SHA-256, or with none") {
  PskRig rig(TlsVersion::tls_1_3);
  rig.client_settings.ciphers = "TLS_AES_256_GCM_SHA384";
  CHECK(TlsClient::make(rig.client_settings, rig.problem) == nullptr);
  CHECK(contains(rig.problem, "a pre-shared key goes with SHA-256"));
  rig.problem.clear();
  rig.client_settings.ciphers += ":TLS_CHACHA20_POLY1305_SHA256";
  rig.establish();
  PskRig only_1_2(TlsVersion::tls_1_2);
  only_1_2.client_settings.ciphers = "PSK:!eNULL";
  only_1_2.establish();
}

TEST_CASE("no certificate takes the place of the key, and no key that of a certificate") {
  for (const TlsVersion version : versions) {
    PskRig certificate(version);
    certificate.server_settings.identity = certificate.identity(Authority::get().server, "server");
    certificate.server_settings.psk_key = nullptr;
    CHECK(contains(certificate.refusal(), "pre-shared key"));
    PskRig none(version);
    none.client_settings.psk_key.clear();
    none.client_settings.psk_identity.clear();
    CHECK(contains(none.refusal(), "it may want a client certificate (--cert and --key), a pre-"));
    CHECK(none.server->failure() != "");
  }
}

TEST_CASE("a server may have certificates as well") {
  for (const TlsVersion version : versions) {
    PskRig rig(version);
    rig.server_settings.identity = rig.identity(Authority::get().server, "server");
    rig.establish();
    CHECK(rig.server->peer_identity() == "meter-7");
    rig.tls_client.reset();
    rig.client_settings.psk_key.clear();
    rig.client_settings.ca_file = rig.file("ca.pem", Authority::get().root.certificate_pem());
    rig.establish();
    CHECK(rig.server->peer_identity() == "");
  }
}

}  // namespace mqrig::net::tests
