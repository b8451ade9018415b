// What lies between a client and its broker, by URL and by options: TLS, WebSocket, proxy, names.
#include "apps/mqrig/transport_options.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

#include "client_command_line.hpp"

using namespace mqrig;
using namespace mqrig::test;

namespace {

/// Variables that say something of proxies would get into what is tested here.
struct NoProxies {
  NoProxies() {
    for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                             "no_proxy", "NO_PROXY"}) {
      ::unsetenv(name);
    }
  }
};

const NoProxies no_proxies;

}  // namespace

TEST_CASE("the scheme of a URL says what the broker speaks") {
  const client::Options plain = client_of({"mqtt://h"});
  CHECK_FALSE(plain.transport.tls);
  CHECK_FALSE(plain.transport.web_socket);
  CHECK(plain.brokers[0].port == 1883);
  const client::Options tls = client_of({"mqtts://h"});
  CHECK(tls.transport.tls);
  CHECK_FALSE(tls.transport.web_socket);
  CHECK(tls.brokers[0].port == 8883);
  const client::Options web = client_of({"ws://h/path?x=1"});
  CHECK_FALSE(web.transport.tls);
  REQUIRE(web.transport.web_socket);
  CHECK(web.transport.web_socket->path == "/path?x=1");
  CHECK(web.brokers[0].port == 80);
  const client::Options both = client_of({"wss://h:8084"});
  CHECK(both.transport.tls);
  REQUIRE(both.transport.web_socket);
  CHECK(both.transport.web_socket->path == "/");
  CHECK(both.brokers[0].port == 8084);
}

TEST_CASE("a host has TLS when an option speaks of it, and then another port") {
  CHECK_FALSE(client_of({"-h", "h"}).transport.tls);
  const client::Options flag = client_of({"-h", "h", "--tls"});
  CHECK(flag.transport.tls);
  CHECK(flag.brokers[0].port == 8883);
  CHECK(client_of({"--tls-use-os-certs"}).transport.tls);
  CHECK(client_of({"--tls", "-p", "1"}).brokers[0].port == 1);
  CHECK(client_of({"--insecure"}).transport.tls);
  CHECK(client_of({"--unix", "/s", "--tls"}).transport.tls);
  CHECK(client_of({"--tls-version", "1.3"}).transport.tls);
  CHECK(client_of({}, {"MQRIG_TLS=1"}).transport.tls);
  CHECK(client_of({}, {}, "sni = \"x\"\n").transport.tls_name == "x");
}

TEST_CASE("the name to find in the certificate is one that a certificate can be for") {
  CHECK(client_of({"--sni", "mqtt.example."}).transport.tls_name == "mqtt.example.");
  CHECK(client_of({"--sni", "::1"}).transport.tls_name == "::1");
  for (const char* name : {"%", "%lo", "mqtt.example%", ".example", "a b", "fe80::1%lo"}) {
    CAPTURE(name);
    CHECK(fault({"--sni", name}) ==
          "--sni: '" + std::string(name) + "' is no name that a certificate can be for");
  }
  CHECK(contains(fault({"--sni",
                        "b\xC3\xBC"
                        "cher.example"}),
                 "begins with xn--"));
}

TEST_CASE("what asks for TLS is never plain") {
  CHECK(fault({"mqtt://h", "--cafile", "f"}) ==
        "--cafile is for TLS, and a URL of mqtt:// is without: write mqtts://");
  CHECK(fault({"ws://h", "--sni", "f"}) ==
        "--sni is for TLS, and a URL of ws:// is without: write wss://");
  CHECK(fault({"mqtt://h", "--tls"}) == "--tls and a URL of mqtt:// are at odds: write mqtts://");
  CHECK(fault({"unix:///s", "--tls"}) ==
        "--tls and a URL of unix:// are at odds: write --unix, with --tls");
  CHECK(fault({"mqtts://h", "--no-tls"}) ==
        "--no-tls and a URL of mqtts:// are at odds: write mqtt://");
  CHECK(fault({"--no-tls", "--sni", "x"}) == "--no-tls and --sni exclude each other");
  CHECK(contains(fault({}, {"MQRIG_URL=mqtt://h", "MQRIG_SNI=x"}), "--sni is for TLS"));
}

TEST_CASE("a URL that was typed replaces what the environment and the file say of TLS") {
  CHECK_FALSE(client_of({"mqtt://h"}, {"MQRIG_SNI=x"}).transport.tls);
  CHECK_FALSE(client_of({"mqtt://h"}, {}, "tls = true\n").transport.tls);
  CHECK_FALSE(client_of({"--no-tls"}, {"MQRIG_SNI=x"}).transport.tls);
  CHECK(client_of({"mqtts://h"}, {"MQRIG_TLS=0"}).transport.tls);
  CHECK_FALSE(client_of({"mqtt://h"}, {"MQRIG_WS=1"}).transport.web_socket);
}

TEST_CASE("a host has a WebSocket when --ws says so") {
  const client::Options web = client_of({"-h", "h", "--ws"});
  REQUIRE(web.transport.web_socket);
  CHECK(web.transport.web_socket->path == "/mqtt");
  CHECK(web.brokers[0].port == 80);
  const client::Options both = client_of({"--ws", "--tls", "--ws-path", "/a"});
  CHECK(both.transport.web_socket->path == "/a");
  CHECK(both.brokers[0].port == 443);
  CHECK(fault({"mqtt://h", "--ws"}) == "--ws and a URL of mqtt:// are at odds: write ws://");
  CHECK(fault({"ws://h", "--no-ws"}) == "--no-ws and a URL of ws:// are at odds: write mqtt://");
  CHECK(fault({"ws://h/a", "--ws-path", "/b"}) ==
        "--ws-path is for --ws: the URL has a path of its own");
  CHECK(contains(fault({"--ws-path", "/b"}), "--ws-path is for a WebSocket"));
  CHECK(contains(fault({"--ws", "--ws-path", "b"}), "begins with a '/'"));
  CHECK(contains(fault({"--ws", "--ws-path", "/a b"}), "percent-encode"));
}

TEST_CASE("header fields of the WebSocket are checked, and their values shown to nobody") {
  const client::Options web =
      client_of({"ws://h", "--ws-header", "X-Key:  a b ", "--ws-header", "Host: other"});
  REQUIRE(web.transport.web_socket->headers.size() == 1);
  CHECK(web.transport.web_socket->headers[0] ==
        std::pair<std::string, std::string>("X-Key", "a b"));
  CHECK(web.transport.web_socket->host == "other");
  for (const char* header : {"no colon hunter2", ": hunter2", "a b: hunter2", "A: hunter2\r\nB: c",
                             "Upgrade: hunter2", "sec-websocket-key: hunter2"}) {
    CAPTURE(header);
    const std::string said = fault({"ws://h", "--ws-header", header});
    CHECK(said.starts_with("--ws-header: "));
    CHECK_FALSE(contains(said, "hunter2"));
  }
  CHECK(contains(fault({"--ws-header", "A: b"}), "--ws-header is for a WebSocket"));
}

TEST_CASE("a proxy is reached as its URL says") {
  const auto proxy = client_of({"-h", "h", "--proxy", "socks5h://joe:p%40ss@p:1"}).transport.proxy;
  REQUIRE(proxy);
  CHECK(proxy->kind == net::Proxy::Kind::socks5_remote_names);
  CHECK(proxy->host == "p");
  CHECK(proxy->port == 1);
  CHECK(proxy->username == "joe");
  CHECK(proxy->password == "p@ss");
  CHECK(client_of({"-h", "h", "--proxy", "https://p"}).transport.proxy->tls);
  const std::string said = fault({"-h", "h", "--proxy", "ftp://joe:hunter2@p"});
  CHECK(said.starts_with("--proxy: "));
  CHECK_FALSE(contains(said, "hunter2"));
  CHECK(contains(fault({"--unix", "/s", "--proxy", "http://p"}), "Unix socket"));
}

TEST_CASE("user name and password for a proxy come from elsewhere too") {
  const TemporaryFile file("secret\n");
  const auto proxy = client_of({"-h", "h", "--proxy", "http://p", "--proxy-user", "joe",
                                "--proxy-password-file", file.path()})
                         .transport.proxy;
  CHECK(proxy->username == "joe");
  CHECK(proxy->password == "secret");
  CHECK(contains(fault({"-h", "h", "--proxy", "http://p", "--proxy-password-env", "HOME"}),
                 "needs a user name"));
  CHECK(contains(fault({"-h", "h", "--proxy-username", "x"}), "needs a proxy"));
  CHECK(contains(fault({"-h", "h", "--proxy", "http://p", "--proxy-cafile", "f"}),
                 "is for an https:// proxy"));
  CHECK(contains(fault({"-h", "h", "--proxy", "socks5://p", "--proxy-user", std::string(256, 'x')}),
                 "SOCKS5"));
}

TEST_CASE("who is reached without a proxy") {
  const auto proxied = [](std::vector<std::string> words) {
    words.insert(words.end(), {"--proxy", "http://p"});
    return client_of(std::move(words)).transport.proxy.has_value();
  };
  CHECK(proxied({"-h", "h.example"}));
  CHECK(proxied({"-h", "127.0.0.1"}));
  CHECK_FALSE(proxied({"-h", "h.example", "--no-proxy", "example"}));
  CHECK_FALSE(proxied({"-h", "h.example", "--no-proxy", "*"}));
  CHECK(proxied({"-h", "h.example", "--no-proxy", "other"}));
  CHECK(contains(fault({"-h", "a.example", "-h", "b", "--proxy", "http://p", "--no-proxy", "b"}),
                 "some of the brokers"));
}

TEST_CASE("the environment names a proxy as for curl, unless an option does") {
  ::setenv("all_proxy", "socks5://env", 1);
  CHECK(client_of({"-h", "h"}).transport.proxy->host == "env");
  CHECK(client_of({"-h", "h", "--proxy", "http://p"}).transport.proxy->host == "p");
  CHECK_FALSE(client_of({"-h", "h", "--no-proxy", "*"}).transport.proxy);
  CHECK_FALSE(client_of({"-h", "localhost"}).transport.proxy);
  ::setenv("all_proxy", "ftp://joe:hunter2@env", 1);
  const std::string said = fault({"-h", "h"});
  CHECK(contains(said, "all_proxy"));
  CHECK_FALSE(contains(said, "hunter2"));
  ::unsetenv("all_proxy");
}

TEST_CASE("the SRV records of a domain give host and port") {
  CHECK(client_of({"-h", "example", "--srv"}).brokers[0].srv);
  CHECK(client_of({"mqtts://example", "--srv"}).brokers[0].srv);
  CHECK_FALSE(client_of({"-h", "example"}).brokers[0].srv);
  CHECK_FALSE(client_of({"--unix", "/s"}, {"MQRIG_SRV=1"}).brokers[0].srv);
  CHECK(contains(fault({"-h", "example", "--srv", "-p", "1"}), "the records give the port"));
  CHECK(contains(fault({"-h", "example:1", "--srv"}), "the records give the port"));
  CHECK(contains(fault({"mqtt://example:1", "--srv"}), "the records give the port"));
  CHECK(contains(fault({"--unix", "/s", "--srv"}), "Unix socket"));
}

TEST_CASE("names are looked up as --resolve says") {
  const client::Options options =
      client_of({"--resolve", "h:1:127.0.0.1", "--resolve", "*:2:[::1],127.0.0.2"});
  REQUIRE(options.transport.overrides.size() == 2);
  CHECK(options.transport.overrides[0].host == "h");
  CHECK(options.transport.overrides[1].addresses.size() == 2);
  CHECK(fault({"--resolve", "h"}).starts_with("--resolve 'h': "));
}
