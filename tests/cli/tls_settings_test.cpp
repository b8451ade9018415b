// What the options about TLS come to, before any file is looked into.
#include "apps/mqrig/tls_settings.hpp"

#include <doctest/doctest.h>

#include <mqrig/cli/usage_error.hpp>

#include "apps/mqrig/input_file.hpp"
#include "client_command_line.hpp"

using namespace mqrig;
using namespace mqrig::test;

namespace {

net::TlsClientSettings settings(std::vector<std::string> words,
                                std::vector<std::string> environment = {}) {
  return read_tls_settings(typed(std::move(words), std::move(environment)));
}

std::string tls_fault(std::vector<std::string> words, std::vector<std::string> environment = {}) {
  try {
    settings(std::move(words), std::move(environment));
    return "no fault";
  } catch (const cli::UsageError& error) {
    return error.what();
  } catch (const InputError& error) {
    return std::string("input: ") + error.what();
  }
}

}  // namespace

TEST_CASE("without options the system's roots are trusted, and its versions are in force") {
  const net::TlsClientSettings plain = settings({"--tls"});
  CHECK(plain.system_roots);
  CHECK_FALSE(plain.insecure);
  CHECK(plain.ca_file.empty());
  CHECK_FALSE(plain.lowest_version);
  CHECK_FALSE(plain.highest_version);
  CHECK(plain.ocsp == net::OcspMode::off);
  CHECK(plain.alpn.empty());
}

TEST_CASE("each option is a setting") {
  const TemporaryFile file("x");
  const std::string& f = file.path();
  const net::TlsClientSettings all = settings(
      {"--cafile",   f,   "--capath",     "/tmp",    "--cert",         f,       "--key",  f,
       "--crl",      f,   "--ocsp",       "require", "--ciphers",      "A:B",   "--alpn", "mqtt",
       "--tls-alpn", "x", "--tls-keylog", "log",     "--key-password", "secret"});
  CHECK(all.ca_file == f);
  CHECK(all.ca_path == "/tmp");
  CHECK(all.identity.certificate_file == f);
  CHECK(all.identity.key_file == f);
  CHECK(all.identity.key_password("k") == "secret");
  CHECK(all.crl_file == f);
  CHECK(all.ocsp == net::OcspMode::require);
  CHECK(all.ciphers == "A:B");
  CHECK(all.alpn == std::vector<std::string>{"mqtt", "x"});
  CHECK(all.keylog_file == "log");
  CHECK(settings({"--pkcs12", f}).identity.pkcs12_file == f);
  CHECK(settings({"--ocsp", "check"}).ocsp == net::OcspMode::check);
  CHECK(settings({"--insecure"}).insecure);
}

TEST_CASE("versions have mosquitto's spellings too, and an order") {
  CHECK(settings({"--tls-version", "tlsv1.3"}).lowest_version == net::TlsVersion::tls_1_3);
  CHECK(settings({"--tls-version", "1.2"}).lowest_version == net::TlsVersion::tls_1_2);
  CHECK(settings({"--tls-max", "tlsv1.2"}).highest_version == net::TlsVersion::tls_1_2);
  CHECK(contains(tls_fault({"--tls-version", "1.3", "--tls-max", "1.2"}), "leave no version"));
}

TEST_CASE("the password of a key is read before it is needed") {
  const TemporaryFile key("k");
  const TemporaryFile password("from file\n");
  CHECK(settings({"--cert", key.path(), "--key-password-file", password.path()})
            .identity.key_password("k") == "from file");
  ::setenv("MQRIG_TEST_PASSWORD", "from variable", 1);
  CHECK(settings({"--cert", key.path(), "--key-password-env", "MQRIG_TEST_PASSWORD"})
            .identity.key_password("k") == "from variable");
  const std::string& k = key.path();
  CHECK(contains(tls_fault({"--cert", k, "--key-password-env", "MQRIG_NO_SUCH"}), "no variable"));
  CHECK(contains(tls_fault({"--cert", k, "--key-password-file", "/no/such"}),
                 "input: cannot read '/no/such'"));
  CHECK(contains(tls_fault({"--cert", k, "--key-password-file", "f", "--key-password", "hunter2"}),
                 "exclude each other"));
}

TEST_CASE("a password of a key needs a key") {
  for (const char* option : {"--key-password", "--key-password-file", "--key-password-env"}) {
    CAPTURE(option);
    CHECK(tls_fault({option, "x"}) == std::string(option) + " needs --cert or --pkcs12");
    CHECK(contains(tls_fault({option, "x", "--psk", "00", "--psk-identity", "a"}),
                   "with a pre-shared key there are no certificates"));
  }
}

TEST_CASE("a file that cannot be read is said before anything else is tried") {
  for (const char* option : {"--cafile", "--capath", "--cert", "--pkcs12", "--crl"}) {
    CAPTURE(option);
    CHECK(tls_fault({option, "/no/such"}) ==
          "input: cannot read '/no/such': No such file or directory");
  }
}

TEST_CASE("keys need certificates, and one of each is enough") {
  const TemporaryFile file("x");
  const std::string& f = file.path();
  CHECK(tls_fault({"--key", f}) == "--key needs --cert");
  CHECK(contains(tls_fault({"--cert", f, "--pkcs12", f}), "exclude each other"));
  CHECK(contains(tls_fault({"--key", f, "--pkcs12", f}), "exclude each other"));
  CHECK(settings({"--pkcs12", f}, {"MQRIG_CERT=/no", "MQRIG_KEY=/no"}).identity.key_file.empty());
}

TEST_CASE("what checks certificates means nothing where none is checked") {
  const TemporaryFile file("x");
  CHECK(contains(tls_fault({"--insecure", "--crl", file.path()}), "means nothing"));
  CHECK(contains(tls_fault({"--insecure", "--ocsp", "require"}), "means nothing"));
  CHECK(settings({"--insecure", "--ocsp", "off"}).insecure);
}

TEST_CASE("a pre-shared key is given in hexadecimal, with whose it is") {
  const net::TlsClientSettings psk = settings({"--psk", "00fFa1", "--psk-identity", "me"});
  CHECK(psk.psk_identity == "me");
  CHECK(psk.psk_key == std::string("\x00\xFF\xA1", 3));
  const TemporaryFile file("0102\n");
  CHECK(settings({"--psk-file", file.path(), "--psk-identity", "me"}).psk_key == "\x01\x02");
  CHECK(tls_fault({"--psk", "00"}) == "--psk needs --psk-identity");
  CHECK(contains(tls_fault({"--psk-identity", "me"}), "needs the key"));
  CHECK(contains(tls_fault({"--psk", "00", "--psk-identity", "a", "--cafile", "f"}),
                 "with a pre-shared key there are no certificates"));
  CHECK(settings({"--psk", "00", "--psk-identity", "a"}, {"MQRIG_CAFILE=/no"}).ca_file.empty());
  for (const char* key : {"0", "0g", "", "0x12"}) {
    CAPTURE(key);
    const std::string said = tls_fault({"--psk", key, "--psk-identity", "a"});
    CHECK(said == "--psk: a key is an even number of hexadecimal digits");
  }
  CHECK(contains(tls_fault({"--psk", std::string(514, '0'), "--psk-identity", "a"}), "256 bytes"));
}

TEST_CASE("a pre-shared key and certificates: what was said more strongly is in force") {
  const TemporaryFile file("x");
  const std::vector<std::string> weak_key = {"MQRIG_PSK_FILE=/no", "MQRIG_PSK_IDENTITY=me"};
  const net::TlsClientSettings certificates = settings({"--cafile", file.path()}, weak_key);
  CHECK(certificates.ca_file == file.path());
  CHECK(certificates.psk_key.empty());
  CHECK(settings({"--cert", file.path()}, {"MQRIG_PSK_IDENTITY=me"}).psk_identity.empty());
  // A key of which a part was typed was typed.
  const TemporaryFile key("01\n");
  CHECK(settings({"--psk-identity", "me"}, {"MQRIG_PSK_FILE=" + key.path(), "MQRIG_CAFILE=/no"})
            .psk_key == "\x01");
  // To check nothing is no substitute for a key.
  CHECK(contains(tls_fault({"--insecure"}, weak_key), "exclude each other"));
  CHECK(settings({"--insecure", "--capath", "/tmp"}, weak_key).psk_key.empty());
}
