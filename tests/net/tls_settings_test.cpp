// Settings of TLS: those that take effect, and those that are wrong, each with its clause.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/net/tls_rig.hpp"

namespace mqrig::net::tests {
namespace {

std::string client_problem(const TlsClientSettings& settings) {
  std::string problem;
  CHECK(TlsClient::make(settings, problem) == nullptr);
  return problem;
}

std::string server_problem(const TlsServerSettings& settings) {
  std::string problem;
  CHECK(TlsServer::make(settings, problem) == nullptr);
  return problem;
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Asked for a pass phrase, it gives this one.
auto phrase(const std::string& text) {
  return [text](const std::string&) { return std::optional<std::string>(text); };
}

}  // namespace

TEST_CASE("files that are missing or hold something else are named") {
  const TlsRig rig;
  TlsClientSettings settings = rig.client_settings;
  settings.ca_file = (rig.directory.path / "none.pem").string();
  CHECK(client_problem(settings) ==
        "cannot read '" + settings.ca_file + "': No such file or directory");
  settings.ca_file = rig.directory.path.string();
  CHECK(client_problem(settings) == "cannot read '" + settings.ca_file + "': Is a directory");
  settings.ca_file = rig.file("text.pem", "hello");
  CHECK(client_problem(settings) == "'" + settings.ca_file + "' holds no certificate in PEM");
  settings = rig.client_settings;
  settings.crl_file = settings.ca_file;
  CHECK(client_problem(settings) ==
        "'" + settings.crl_file + "' holds no certificate revocation list in PEM");
  settings = rig.client_settings;
  settings.ca_path = settings.ca_file;
  CHECK(client_problem(settings) == "cannot use '" + settings.ca_path + "': Not a directory");
  settings = rig.client_settings;
  settings.keylog_file = "/nonexistent/keys";
  CHECK(client_problem(settings) == "cannot write '/nonexistent/keys': No such file or directory");
}

TEST_CASE("keys that do not fit, are missing or are encrypted are told apart") {
  const TlsRig rig;
  const Authority& authority = Authority::get();
  TlsServerSettings settings;
  CHECK(server_problem(settings) == "a server needs a certificate and its key");
  settings.identity = rig.identity(authority.server, "server");
  const TlsIdentity good = settings.identity;
  settings.identity.key_file = rig.file("other.key", authority.client.key_pem());
  CHECK(server_problem(settings) == "the key in '" + settings.identity.key_file +
                                        "' does not belong to the certificate in '" +
                                        good.certificate_file + "'");
  settings.identity.key_file = good.certificate_file;
  CHECK(server_problem(settings) == "'" + good.certificate_file + "' holds no private key in PEM");
  settings.identity.key_file.clear();
  CHECK(server_problem(settings) ==
        "'" + good.certificate_file + "' holds no private key in PEM; name its file with --key");
  settings.identity = good;
  settings.identity.certificate_file.clear();
  CHECK(contains(server_problem(settings), "a key, but no certificate"));
}

TEST_CASE("a key of another type than the certificate's does not belong to it, at either end") {
  const TlsRig rig;
  const TestCertificate rsa =
      TestCertificate::self_signed({.common_name = "localhost", .rsa_bits = 2048});
  const TlsIdentity rsa_identity = rig.identity(rsa, "rsa");
  const TlsIdentity p256_identity = rig.identity(Authority::get().server, "p256");
  for (const auto& [certificate, key] :
       {std::pair(p256_identity, rsa_identity), std::pair(rsa_identity, p256_identity)}) {
    TlsIdentity mixed = certificate;
    mixed.key_file = key.key_file;
    const std::string expected = "the key in '" + mixed.key_file +
                                 "' does not belong to the certificate in '" +
                                 mixed.certificate_file + "'";
    TlsClientSettings client = rig.client_settings;
    client.identity = mixed;
    CHECK(client_problem(client) == expected);
    TlsServerSettings server;
    server.identity = mixed;
    CHECK(server_problem(server) == expected);
    server.psk_key = [](const std::string&) { return std::nullopt; };
    CHECK(server_problem(server) == expected);
  }
}

TEST_CASE("a certificate of our own that is too weak is said to be so, and what is needed") {
  const TlsRig rig;
  TlsServerSettings settings;
  settings.identity = rig.identity(
      TestCertificate::self_signed({.common_name = "localhost", .rsa_bits = 1024}), "small");
  CHECK(
      server_problem(settings) ==
      "the certificate in '" + settings.identity.certificate_file +
          "' is too weak to be used (its key is too small): have it issued anew, with SHA-256 and "
          "an RSA key of 2048 bits or one on P-256");
  settings.identity = rig.identity(
      Authority::get().root.issue({.common_name = "localhost", .digest = EVP_sha1()}), "old");
  CHECK(contains(server_problem(settings), "is signed with an old digest): have it issued anew"));
}

TEST_CASE("an encrypted key needs its pass phrase") {
  TlsRig rig;
  TlsIdentity& identity = rig.server_settings.identity;
  identity.key_file = rig.file("secret.key", Authority::get().server.key_pem("sesame"));
  CHECK(contains(server_problem(rig.server_settings),
                 "secret.key' is encrypted: give its pass phrase with --key-password-file"));
  identity.key_password = phrase("guess");
  const std::string problem = server_problem(rig.server_settings);
  CHECK(problem == "the pass phrase given for '" + identity.key_file + "' is wrong");
  identity.key_password = phrase("sesame");
  rig.establish();
}

TEST_CASE("PKCS #12 holds both, with or without a pass phrase") {
  for (const bool with_code : {true, false}) {
    for (const std::string secret : {"", "sesame"}) {
      TlsRig rig;
      TlsIdentity& identity = rig.server_settings.identity;
      identity = {};
      identity.pkcs12_file = rig.file("bag.p12", Authority::get().server.pkcs12(secret, with_code));
      if (!secret.empty()) {
        CHECK(
            contains(server_problem(rig.server_settings), "bag.p12' is encrypted: give its pass"));
        identity.key_password = phrase("guess");
        CHECK(contains(server_problem(rig.server_settings), "bag.p12' is wrong"));
        identity.key_password = phrase(secret);
      }
      rig.establish();
    }
  }
  TlsRig rig;
  rig.server_settings.identity.pkcs12_file = rig.file("bag.p12", "none");
  CHECK(contains(server_problem(rig.server_settings), "bag.p12' is no PKCS #12 file"));
}

TEST_CASE("client certificates need somebody who may have signed them") {
  TlsRig rig;
  rig.server_settings.client_certificate = TlsServerSettings::ClientCertificate::optional;
  CHECK(contains(server_problem(rig.server_settings), "no authority is given"));
}

TEST_CASE("versions and ciphers are those that were asked for") {
  TlsRig old;
  old.client_settings.highest_version = TlsVersion::tls_1_2;
  old.client_settings.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
  old.establish();
  CHECK(old.client->facts().at(0) == "TLS 1.2, ECDHE-ECDSA-AES128-GCM-SHA256, x25519");
  TlsRig both;
  both.client_settings.ciphers = "ECDHE+AESGCM:!aNULL:TLS_CHACHA20_POLY1305_SHA256";
  both.establish();
  CHECK(both.client->facts().at(0) == "TLS 1.3, TLS_CHACHA20_POLY1305_SHA256, x25519");
  TlsRig only_1_3;
  only_1_3.client_settings.ciphers = "TLS_AES_128_GCM_SHA256";
  only_1_3.server_settings.highest_version = TlsVersion::tls_1_2;
  only_1_3.connect();
  CHECK(only_1_3.shake_hands().client == Error::tls_failed);
  CHECK(contains(only_1_3.client->failure(), "--tls-version"));
}

TEST_CASE("ciphers that there are not, and versions in the wrong order, are refused") {
  TlsClientSettings settings;
  settings.ciphers = "ECDHE+AESGCM:NOSUCH";
  CHECK(client_problem(settings) == "OpenSSL knows no cipher 'NOSUCH'");
  settings.ciphers = "TLS_NOSUCH";
  CHECK(client_problem(settings) == "OpenSSL knows no cipher 'TLS_NOSUCH'");
  settings.ciphers = "TLS_AES_128_GCM_SHA256";
  settings.highest_version = TlsVersion::tls_1_2;
  CHECK(contains(client_problem(settings), "are ciphers of TLS 1.3, and only 1.2 is allowed"));
  settings.ciphers.clear();
  settings.lowest_version = TlsVersion::tls_1_3;
  CHECK(contains(client_problem(settings), "the lowest version of TLS is above the highest"));
  settings = {};
  settings.psk_key = "key";
  CHECK(contains(client_problem(settings), "the identity of the pre-shared key"));
}

TEST_CASE("a cipher that is excluded or moved has to exist, or to have existed") {
  TlsClientSettings settings;
  for (const std::string word : {"-", "+", "!", "!SHA-1", "-NOSUCH", "+NOSUCH", "!kRSA+NOSUCH"}) {
    settings.ciphers = "DEFAULT:" + word;
    CHECK(client_problem(settings) == "OpenSSL knows no cipher '" + word + "'");
  }
  settings.ciphers = "DEFAULT:!TLS_AES_128_GCM_SHA256";
  CHECK(contains(client_problem(settings), "suites of TLS 1.3 cannot be excluded"));
  TlsRig old_list;
  old_list.client_settings.ciphers =
      "DEFAULT:!aNULL:!eNULL:!LOW:!EXPORT:!SSLv2:!kRSA+3DES:!EDH-RSA-DES-CBC3-SHA:-SHA1:+RC4:"
      "@STRENGTH";
  old_list.establish();
}

TEST_CASE("ciphers without authentication or encryption are refused at both ends") {
  const TlsRig rig;
  for (const std::string list : {"aNULL", "eNULL", "ADH-AES128-SHA256", "ALL:@SECLEVEL=0",
                                 "ECDHE+AESGCM:ECDHE-ECDSA-NULL-SHA", "PSK-NULL-SHA256"}) {
    CAPTURE(list);
    TlsClientSettings client = rig.client_settings;
    client.ciphers = list;
    CHECK(contains(client_problem(client), "without authentication or encryption"));
    TlsServerSettings server = rig.server_settings;
    server.ciphers = list;
    CHECK(contains(server_problem(server), "without authentication or encryption"));
  }
  TlsRig good;
  good.client_settings.ciphers = "ALL:!aNULL:!eNULL";
  good.establish();
}

TEST_CASE("ALPN agrees on a name of both, and none is no obstacle") {
  TlsRig rig;
  rig.client_settings.alpn = {"mqtt", "x-amzn-mqtt-ca"};
  rig.server_settings.alpn = {"x-amzn-mqtt-ca"};
  rig.establish();
  CHECK(contains(rig.client->facts().at(0), ", ALPN x-amzn-mqtt-ca"));
  TlsRig other;
  other.client_settings.alpn = {"mqtt"};
  other.server_settings.alpn = {"http/1.1"};
  other.establish();
  CHECK_FALSE(contains(other.client->facts().at(0), "ALPN"));
  TlsClientSettings settings;
  settings.alpn = {""};
  CHECK(contains(client_problem(settings), "is no name for ALPN"));
}

TEST_CASE("the key log is appended to, and for its owner's eyes only") {
  TlsRig rig;
  rig.client_settings.keylog_file = (rig.directory.path / "keys").string();
  rig.establish();
  const std::string first = content_of(rig.client_settings.keylog_file);
  CHECK(contains(first, "CLIENT_TRAFFIC_SECRET_0 "));
  CHECK(first.back() == '\n');
  struct stat status {};
  REQUIRE(::stat(rig.client_settings.keylog_file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  rig.tls_client.reset();
  rig.establish();
  CHECK(content_of(rig.client_settings.keylog_file).starts_with(first));
  CHECK(content_of(rig.client_settings.keylog_file).size() > first.size());
}

TEST_CASE("facts name what was agreed upon, and each certificate with its validity") {
  TlsRig rig;
  rig.establish();
  const std::vector<std::string> facts = rig.client->facts();
  REQUIRE(facts.size() == 2);
  CHECK(facts[0] == "TLS 1.3, TLS_AES_256_GCM_SHA384, x25519");
  CHECK(
      contains(facts[1], "certificate 0: subject CN=localhost, issuer CN=Test Root, valid from 2"));
  CHECK(contains(facts[1], " UTC, names localhost, 127.0.0.1"));
}

TEST_CASE("the directory of authorities and the variables of the environment are honoured") {
  TlsRig rig;
  rig.client_settings.ca_file.clear();
  const std::string file = rig.file("roots.pem", Authority::get().root.certificate_pem());
  ::setenv("SSL_CERT_FILE", file.c_str(), 1);
  rig.establish();
  ::unsetenv("SSL_CERT_FILE");
  rig.tls_client.reset();
  rig.connect();
  CHECK(rig.shake_hands().client == Error::tls_failed);
  char name[20];
  std::snprintf(name, sizeof name, "%08lx.0",
                X509_NAME_hash_ex(X509_get_subject_name(Authority::get().root.certificate()),
                                  nullptr, nullptr, nullptr));
  rig.file(name, Authority::get().root.certificate_pem());
  rig.tls_client.reset();
  rig.client_settings.ca_path = rig.directory.path.string();
  rig.establish();
}

}  // namespace mqrig::net::tests
