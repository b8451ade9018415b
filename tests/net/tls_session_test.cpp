// Sessions that are resumed, and those that must not be.
#include <doctest/doctest.h>

#include "tests/net/tls_rig.hpp"

namespace mqrig::net::tests {
namespace {

bool resumed(const Stream& stream) {
  return contains(stream.facts().at(0), ", session resumed");
}

// Connects, and reads so that the client gets its tickets.
bool connect_again(TlsRig& rig) {
  rig.establish();
  CHECK(rig.pass(*rig.server, *rig.client, "x") == "x");
  return resumed(*rig.client);
}

}  // namespace

TEST_CASE("the next connection to a server resumes the session of the last") {
  for (const TlsVersion version : {TlsVersion::tls_1_2, TlsVersion::tls_1_3}) {
    TlsRig rig;
    rig.client_settings.highest_version = version;
    CHECK_FALSE(connect_again(rig));
    CHECK(connect_again(rig));
    CHECK(connect_again(rig));
    CHECK(resumed(*rig.server));
    CHECK(contains(rig.client->facts().at(1), "certificate 0: subject CN=localhost"));
  }
}

TEST_CASE("a server that leaves without close_notify leaves a session that counts") {
  for (const TlsVersion version : {TlsVersion::tls_1_2, TlsVersion::tls_1_3}) {
    TlsRig rig;
    rig.client_settings.highest_version = version;
    CHECK_FALSE(connect_again(rig));
    rig.server->close();
    CHECK(rig.read_error(*rig.client) == Error::tls_truncated);
    CHECK(connect_again(rig));
  }
}

TEST_CASE("a session is of one name only") {
  TlsRig rig;
  CHECK_FALSE(connect_again(rig));
  rig.name = "127.0.0.1";
  CHECK_FALSE(connect_again(rig));
  CHECK(connect_again(rig));
}

TEST_CASE("a ticket of TLS 1.3 is used once, and only so many are kept") {
  TlsRig rig;
  rig.client_settings.sessions_per_name = 1;
  CHECK_FALSE(connect_again(rig));
  rig.connect();
  const std::unique_ptr<Stream> first = std::move(rig.client);  // has taken the only one
  CHECK_FALSE(connect_again(rig));
  TlsRig none;
  none.client_settings.sessions_per_name = 0;
  CHECK_FALSE(connect_again(none));
  CHECK_FALSE(connect_again(none));
}

TEST_CASE("another client's settings resume nothing") {
  TlsRig rig;
  rig.client_settings.insecure = true;
  CHECK_FALSE(connect_again(rig));
  rig.client_settings.insecure = false;
  rig.tls_client.reset();
  CHECK_FALSE(connect_again(rig));
}

TEST_CASE("a resumed session keeps the client's name") {
  TlsRig rig;
  rig.server_settings.client_certificate = TlsServerSettings::ClientCertificate::required;
  rig.server_settings.ca_file = rig.client_settings.ca_file;
  rig.client_settings.identity = rig.identity(Authority::get().client, "client");
  CHECK_FALSE(connect_again(rig));
  CHECK(connect_again(rig));
  CHECK(rig.server->peer_identity() == "Ann");
}

TEST_CASE("a reloaded server has the new certificate, and takes the tickets it gave before") {
  TlsRig rig;
  CHECK_FALSE(connect_again(rig));
  CHECK(connect_again(rig));
  CertificateRequest request{.common_name = "localhost", .names = {"DNS:localhost", "DNS:new"}};
  rig.server_settings.identity = rig.identity(Authority::get().root.issue(request), "server");
  CHECK(rig.tls_server->reload() == "");
  CHECK(connect_again(rig));
  rig.tls_client.reset();
  CHECK_FALSE(connect_again(rig));
  CHECK(contains(rig.client->facts().at(1), "names localhost, new"));
}

TEST_CASE("a server with a directory of authorities takes no tickets from before a reload") {
  TlsRig rig;
  rig.server_settings.client_certificate = TlsServerSettings::ClientCertificate::optional;
  rig.server_settings.ca_path = rig.directory.path.string();
  CHECK_FALSE(connect_again(rig));
  CHECK(connect_again(rig));
  CHECK(rig.tls_server->reload() == "");
  CHECK_FALSE(connect_again(rig));
  CHECK(connect_again(rig));
}

TEST_CASE("a reload that fails changes nothing, and says why") {
  TlsRig rig;
  rig.make();
  rig.file("server.crt", "nothing");
  const std::string problem = rig.tls_server->reload();
  CHECK(contains(problem, "server.crt' holds no certificate in PEM"));
  rig.establish();
}

TEST_CASE("a client that was revoked since does not come in with a ticket") {
  const Authority& authority = Authority::get();
  TlsRig rig;
  rig.server_settings.client_certificate = TlsServerSettings::ClientCertificate::required;
  rig.server_settings.ca_file = rig.client_settings.ca_file;
  rig.server_settings.crl_file = rig.file("crl.pem", authority.root.revocation_list({}));
  rig.client_settings.identity = rig.identity(authority.client, "client");
  CHECK_FALSE(connect_again(rig));
  CHECK(connect_again(rig));
  rig.file("crl.pem", authority.root.revocation_list({&authority.client}));
  CHECK(rig.tls_server->reload() == "");
  rig.connect();
  CHECK(rig.shake_hands().server == Error::tls_failed);
  CHECK(contains(rig.server->failure(), "the client's certificate (CN=Ann) was revoked"));
}

}  // namespace mqrig::net::tests
