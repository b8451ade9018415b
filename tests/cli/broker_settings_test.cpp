// What the options of `mqrig broker` come to: where it listens, and with what.
#include "apps/mqrig/broker/settings.hpp"

#include <doctest/doctest.h>

#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/resolve.hpp>
#include <mqrig/cli/usage_error.hpp>

#include "apps/mqrig/broker/command.hpp"
#include "sample_command.hpp"

using namespace mqrig;
using namespace mqrig::broker_command;
using ClientCertificate = net::TlsServerSettings::ClientCertificate;

namespace {

Settings settings(std::vector<std::string> typed) {
  const cli::test::Words words(std::move(typed));
  const char* const environment[] = {nullptr};
  const cli::CommandLine line = cli::parse(command(), words.span());
  return read_settings(cli::resolve(command(), line, environment, {}));
}

std::string fault(std::vector<std::string> typed) {
  try {
    settings(std::move(typed));
    return "no fault";
  } catch (const cli::UsageError& error) {
    return error.what();
  }
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

ListenUrl only_listener(std::vector<std::string> typed) {
  Settings all = settings(std::move(typed));
  REQUIRE(all.listeners.size() == 1);
  return std::move(all.listeners[0]);
}

}  // namespace

TEST_CASE("a URL says port, TLS and WebSocket of a listener") {
  const std::string cert = "--cert=c.pem";
  const ListenUrl mqtts = only_listener({"--listen", "mqtts://localhost", cert});
  CHECK(mqtts.tls);
  CHECK(mqtts.address.port == 8883);
  CHECK_FALSE(mqtts.address.web_socket);
  const ListenUrl ws = only_listener({"--listen", "ws://localhost/mqtt"});
  CHECK_FALSE(ws.tls);
  CHECK(ws.address.port == 80);
  REQUIRE(ws.address.web_socket);
  CHECK(ws.address.web_socket->path == "/mqtt");
  const ListenUrl wss = only_listener({"--listen", "wss://localhost:0", cert});
  CHECK(wss.tls);
  CHECK(wss.address.port == 0);
  REQUIRE(wss.address.web_socket);
  CHECK(wss.address.web_socket->path.empty());  // any
  CHECK(contains(fault({"--listen", "ws://localhost/mqtt?x=1"}), "has no query"));
}

TEST_CASE("with a certificate the port speaks TLS, unless another listener does") {
  const ListenUrl plain = only_listener({});
  CHECK_FALSE(plain.tls);
  CHECK(plain.address.port == 1883);
  const ListenUrl tls = only_listener({"--cert", "c.pem", "--key", "k.pem"});
  CHECK(tls.tls);
  CHECK(tls.address.port == 8883);
  CHECK(only_listener({"--psk-file", "keys"}).tls);
  CHECK(only_listener({"--pkcs12", "c.p12", "-p", "1884"}).address.port == 1884);
  const Settings both =
      settings({"--cert", "c.pem", "-p", "1883", "--listen", "mqtts://localhost"});
  REQUIRE(both.listeners.size() == 2);
  CHECK_FALSE(both.listeners[0].tls);
  CHECK(both.listeners[1].tls);
  CHECK(settings({"--cert", "c.pem", "-p", "1883", "--listen", "ws://localhost"}).listeners[0].tls);
}

TEST_CASE("TLS without a certificate is explained, and so is a certificate without TLS") {
  CHECK(contains(fault({"--listen", "mqtts://localhost"}), "openssl req -x509"));
  CHECK(fault({"--listen", "ws://localhost", "--cert", "c.pem"}) ==
        "--cert has no effect: no listener speaks TLS; use mqtts:// or wss://");
  CHECK(contains(fault({"--ciphers", "x"}), "--ciphers has no effect"));
  CHECK(fault({"--psk-file", "keys", "--key", "k.pem"}) == "--key needs --cert");
  CHECK(contains(fault({"--cert", "c", "--pkcs12", "c.p12"}), "certificate"));
}

TEST_CASE("clients are asked for certificates where there is somebody to sign them") {
  const auto asked = [](std::vector<std::string> typed) {
    typed.insert(typed.begin(), {"--cert", "c.pem"});
    return settings(std::move(typed)).tls->server.client_certificate;
  };
  CHECK(asked({}) == ClientCertificate::not_asked);
  CHECK(asked({"--cafile", "ca.pem"}) == ClientCertificate::optional);
  CHECK(asked({"--capath", "ca", "--require-certificate"}) == ClientCertificate::required);
  CHECK(
      contains(fault({"--cert", "c.pem", "--require-certificate"}), "needs --cafile or --capath"));
  CHECK(contains(fault({"--cert", "c.pem", "--crl", "crl.pem"}), "needs --cafile or --capath"));
  CHECK(contains(fault({"--cert", "c.pem", "--use-identity-as-username"}), "--psk-file"));
  CHECK(
      settings({"--psk-file", "keys", "--use-identity-as-username"}).broker.identity_is_user_name);
}

TEST_CASE("a certificate is required of every client, so none may have a key instead") {
  const std::vector<std::string> both = {"--cert", "c.pem",      "--cafile",
                                         "ca.pem", "--psk-file", "keys"};
  CHECK(settings(both).tls->server.client_certificate == ClientCertificate::optional);
  std::vector<std::string> required = both;
  required.push_back("--require-certificate");
  CHECK(contains(fault(required), "--require-certificate and --psk-file exclude each other"));
}

TEST_CASE("clients that prove a name may come from other machines without a password file") {
  const std::vector<std::string> tls = {"--cert", "c", "--listen", "mqtts://192.0.2.1"};
  CHECK(contains(fault(tls), "would let everybody in who reaches this machine"));
  std::vector<std::string> named = tls;
  named.insert(named.end(), {"--cafile", "ca.pem", "--use-identity-as-username"});
  CHECK(fault(named) == "no fault");
  named.push_back("--no-allow-anonymous");
  CHECK(fault(named) == "no fault");
  named.insert(named.end(), {"--listen", "mqtt://192.0.2.1"});
  CHECK(contains(fault(named), "would let nobody in"));
}

TEST_CASE("where TLS lets in only who has a certificate or a key, other machines may be let in") {
  const std::vector<std::string> required = {
      "--cert", "c", "--listen", "mqtts://192.0.2.1", "--cafile", "ca", "--require-certificate"};
  CHECK(settings(required).broker.allow_anonymous);
  const std::vector<std::string> keys = {"--psk-file", "keys", "--listen", "wss://192.0.2.1"};
  CHECK(settings(keys).broker.allow_anonymous);
  for (const auto& guarded : {required, keys}) {
    std::vector<std::string> also_plain = guarded;
    also_plain.insert(also_plain.end(), {"--listen", "mqtt://192.0.2.1"});
    CHECK(contains(fault(also_plain), "listening on 192.0.2.1:1883 would let everybody in"));
  }
  std::vector<std::string> optional = required;
  optional.pop_back();
  CHECK(contains(fault(optional), "would let everybody in"));
  std::vector<std::string> either = keys;
  either.insert(either.end(), {"--cert", "c"});
  CHECK(contains(fault(either), "would let everybody in"));
}

TEST_CASE("a proxy makes a listener on this machine one for everybody") {
  CHECK(contains(fault({"--proxy-protocol"}), "would let everybody in who reaches the proxy"));
  const Settings proxied =
      settings({"--proxy-protocol", "--allow-anonymous", "-p", "0", "--listen", "unix:///s"});
  CHECK(proxied.listeners[0].address.proxy_protocol);
  CHECK_FALSE(proxied.listeners[1].address.proxy_protocol);
  CHECK(contains(fault({"--proxy-protocol", "--listen", "unix:///s"}), "has no effect"));
}

TEST_CASE("versions of TLS are from the lowest to the highest") {
  const net::TlsServerSettings server =
      settings({"--cert", "c", "--tls-version", "tlsv1.3"}).tls->server;
  CHECK(server.lowest_version == net::TlsVersion::tls_1_3);
  CHECK_FALSE(server.highest_version);  // the system's configuration decides
  CHECK_FALSE(settings({"--cert", "c", "--tls-max", "1.2"}).tls->server.lowest_version);
  CHECK(contains(fault({"--cert", "c", "--tls-version", "1.3", "--tls-max", "1.2"}), "lower than"));
}
