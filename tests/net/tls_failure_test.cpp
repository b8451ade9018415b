// What is said when the two ends of TLS do not come together.
#include <doctest/doctest.h>

#include "tests/net/tls_rig.hpp"

namespace mqrig::net::tests {
namespace {

// The other end is a script: `answer`, once it has been sent something; empty: it closes.
std::string answered_by(TlsRig& rig, std::string_view answer) {
  rig.make();
  auto [near, far] = memory_stream_pair(rig.context);
  rig.client = rig.tls_client->connect(std::move(near), rig.name);
  rig.client->set_handler(&rig.client_recorder);
  if (answer.empty()) {
    far->close();
  } else {
    far->write_some(bytes(answer));
  }
  TlsRig::Driver driver(*rig.client, rig.client_recorder);
  run_until(rig.context, [&] { return driver.over(); });
  CHECK(driver.error == Error::tls_failed);
  return rig.client->failure();
}

std::string server_hears(TlsRig& rig, std::string_view text) {
  rig.make();
  auto [near, far] = memory_stream_pair(rig.context);
  rig.server = rig.tls_server->accept(std::move(far));
  near->write_some(bytes(text));
  CHECK(rig.read_error(*rig.server) == Error::tls_failed);
  return rig.server->failure();
}

}  // namespace

TEST_CASE("a peer that speaks no TLS is recognised") {
  TlsRig rig;
  CHECK(answered_by(rig, "HTTP/1.1 400 Bad Request\r\n\r\n") ==
        "what answered is no TLS but HTTP: is this the port without TLS?");
  CHECK(answered_by(rig, std::string_view("\x20\x02\x00\x00\x20\x02\x00\x00", 8)) ==
        "what answered is no TLS but MQTT: is this the port without TLS?");
  CHECK(answered_by(rig, "220 mail.example ESMTP") ==
        "what answered is no TLS: is this the port without TLS?");
  CHECK(answered_by(rig, "") ==
        "the server closed the connection in the handshake of TLS: is this the port without TLS?");
  CHECK(
      server_hears(rig, std::string_view("\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04test", 18)) ==
      "what the client speaks is no TLS but MQTT: it wants the port without TLS");
  CHECK(server_hears(rig, "GET / HTTP/1.1\r\nHost: x\r\n\r\n") ==
        "what the client speaks is no TLS but HTTP: it wants the port without TLS");
}

TEST_CASE(
    "a server that requires a client certificate says so to who has none, and to the broker") {
  for (const TlsVersion version : {TlsVersion::tls_1_2, TlsVersion::tls_1_3}) {
    TlsRig rig;
    rig.client_settings.highest_version = version;
    rig.server_settings.client_certificate = TlsServerSettings::ClientCertificate::required;
    rig.server_settings.ca_file = rig.client_settings.ca_file;
    rig.connect();
    const auto outcome = rig.shake_hands();
    CHECK(outcome.server == Error::tls_failed);
    CHECK(rig.server->failure() == "the client gave no certificate");
    // With TLS 1.3 a client learns of it after its handshake.
    CHECK(rig.read_error(*rig.client) == Error::tls_failed);
    CHECK(contains(rig.client->failure(), "client certificate"));
    CHECK(contains(rig.client->failure(), "--cert and --key"));
    CHECK(rig.client->write_some(bytes("x")).error == Error::tls_failed);
  }
}

TEST_CASE("a client certificate gives the peer its name, optional or required") {
  using ClientCertificate = TlsServerSettings::ClientCertificate;
  for (const auto mode : {ClientCertificate::optional, ClientCertificate::required}) {
    TlsRig rig;
    rig.server_settings.client_certificate = mode;
    rig.server_settings.ca_file = rig.client_settings.ca_file;
    rig.client_settings.identity = rig.identity(Authority::get().client, "client");
    rig.establish();
    CHECK(rig.server->peer_identity() == "Ann");
    CHECK(contains(rig.server->facts().at(1), "certificate 0: subject CN=Ann"));
  }
  TlsRig anonymous;
  anonymous.server_settings.client_certificate = ClientCertificate::optional;
  anonymous.server_settings.ca_file = anonymous.client_settings.ca_file;
  anonymous.establish();
  CHECK(anonymous.server->peer_identity() == "");
}

TEST_CASE("a client certificate by an authority that the server does not know is refused") {
  const TestCertificate other =
      TestCertificate::self_signed({.common_name = "Other Root", .authority = true});
  TlsRig rig;
  rig.server_settings.client_certificate = TlsServerSettings::ClientCertificate::optional;
  rig.server_settings.ca_file = rig.client_settings.ca_file;
  rig.client_settings.identity = rig.identity(other.issue({.common_name = "Eve"}), "client");
  rig.connect();
  CHECK(rig.shake_hands().server == Error::tls_failed);
  CHECK(rig.server->failure() ==
        "the client's certificate (CN=Eve) is signed by 'CN=Other Root', which is not among the "
        "trusted authorities");
  CHECK(rig.read_error(*rig.client) == Error::tls_failed);
  CHECK(contains(rig.client->failure(),
                 "the server does not trust the authority of our certificate"));
}

TEST_CASE("the last words of a server that has gone count for more than that it has") {
  TlsRig rig;
  rig.server_settings.client_certificate = TlsServerSettings::ClientCertificate::required;
  rig.server_settings.ca_file = rig.client_settings.ca_file;
  rig.connect();
  CHECK_FALSE(rig.shake_hands().client);
  rig.server.reset();
  const IoResult written = rig.client->write_some(bytes("CONNECT"));
  CHECK(written.error == Error::tls_failed);
  CHECK(contains(rig.client->failure(), "wants a client certificate"));
}

TEST_CASE("two ends without a common version or cipher say so") {
  TlsRig version;
  version.server_settings.lowest_version = TlsVersion::tls_1_3;
  version.client_settings.highest_version = TlsVersion::tls_1_2;
  version.connect();
  CHECK(version.shake_hands().client == Error::tls_failed);
  CHECK(contains(version.client->failure(), "does not speak this version of TLS"));
  CHECK(version.server->failure() == "the client speaks no version of TLS that is allowed here");

  TlsRig cipher;
  cipher.server_settings.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
  cipher.server_settings.highest_version = TlsVersion::tls_1_2;
  cipher.client_settings.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384";
  cipher.connect();
  CHECK(cipher.shake_hands().client == Error::tls_failed);
  CHECK(contains(cipher.client->failure(), "--ciphers"));
  CHECK(contains(cipher.server->failure(), "offers no cipher that this server has"));
}

}  // namespace mqrig::net::tests
