#include <doctest/doctest.h>

#include "tests/net/layered.hpp"
#include "tests/net/proxied.hpp"

namespace mqrig::net::tests {
namespace {

using namespace std::literals;

struct Fixture : ProxyFixture {
  ConnectOptions options = through(Proxy::Kind::http, "broker.example", 1883);

  ScriptedPeer asked() {
    ScriptedPeer proxy = begin(options);
    CHECK(proxy.read_to("\r\n\r\n").starts_with("CONNECT broker.example:1883 HTTP/1.1\r\n"));
    return proxy;
  }
  std::string refused(const std::string& answer) {
    ScriptedPeer proxy = asked();
    proxy.write(answer);
    return reason();
  }
  std::string refused_with(const std::string& status) {
    const std::string why = refused("HTTP/1.1 " + status + "\r\n\r\n");
    CHECK(outcome.error == Error::proxy_refused);
    return why;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "an HTTP proxy is asked for a tunnel, and then is the connection") {
  std::string answer = "HTTP/1.1 200 Connection established\r\n\r\n";
  SUBCASE("as usual") {}
  SUBCASE("with a content that a tunnel has not") {
    answer = "HTTP/1.0 204 x\r\nContent-Length: 7\r\n\r\n";
  }
  SUBCASE("with line ends that are none") {
    answer = "HTTP/1.1 200\nVia: x\n\n";
  }
  SUBCASE("after an interim answer") {
    answer = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n" + answer;
  }
  ScriptedPeer proxy = begin(options);
  CHECK(proxy.read_to("\r\n\r\n") ==
        "CONNECT broker.example:1883 HTTP/1.1\r\nHost: broker.example:1883\r\n\r\n");
  proxy.write_slowly(answer);
  wait();
  REQUIRE(outcome.stream);
  CHECK(outcome.stream->description() ==
        "tcp broker.example:1883 through http://127.0.0.1:" + port());
  check_passes(context, *outcome.stream, proxy.stream());
  check_passes(context, proxy.stream(), *outcome.stream);
}

TEST_CASE_FIXTURE(Fixture, "what follows the header belongs to the connection") {
  ScriptedPeer proxy = asked();
  proxy.write("HTTP/1.1 200 OK\r\n\r\nfirst words");
  wait();
  REQUIRE(outcome.stream);
  std::uint8_t buffer[64];
  CHECK(outcome.stream->read_some(buffer).count == 11);
}

TEST_CASE_FIXTURE(Fixture, "an IPv6 address stands in brackets in the request") {
  options.host = "2001:db8::1";
  ScriptedPeer proxy = begin(options);
  CHECK(proxy.read_to("\r\n").starts_with("CONNECT [2001:db8::1]:1883 HTTP/1.1"));
}

TEST_CASE_FIXTURE(Fixture, "credentials are sent at once, as Basic") {
  options = with_login(options);
  ScriptedPeer proxy = begin(options);
  const std::string request = proxy.read_to("\r\n\r\n");
  CHECK(request.find("\r\nProxy-Authorization: Basic YW5uYTpzM2NyZXQ=\r\n") != request.npos);
  proxy.write("HTTP/1.1 407 s3cret\r\nProxy-Authenticate: Basic realm=\"s3cret\"\r\n\r\n");
  CHECK(reason() == "it refuses the user name or password (407 Proxy Authentication Required)");
  CHECK(outcome.error == Error::proxy_refused);
}

TEST_CASE_FIXTURE(Fixture, "a proxy that wants a login says which") {
  CHECK(
      refused_with("407 x\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: basic realm=x") ==
      "it wants a login: put a user name and password into the proxy's URL (407 Proxy "
      "Authentication Required)");
  CHECK(refused_with("407 x\r\nProxy-Authenticate: Negotiate") ==
        "it wants a login other than Basic, the only one there is here (407 Proxy Authentication "
        "Required)");
}

TEST_CASE_FIXTURE(Fixture, "each refusal of an HTTP proxy has its words") {
  const std::string no = "no connection to broker.example:1883: ";
  CHECK(refused_with("403 Go away") == no + "its rules do not allow it (403 Forbidden)");
  CHECK(refused_with("405 x") == no + "it is no proxy that makes tunnels (405 Method Not Allowed)");
  CHECK(refused_with("502 x") == no + "it could not reach it (502 Bad Gateway)");
  CHECK(refused_with("504 x") == no + "it could not reach it (504 Gateway Timeout)");
  CHECK(refused_with("301 x\r\nLocation: http://x/") == no + "it answered 301 Moved Permanently");
  CHECK(refused_with("101 x\r\nConnection: upgrade\r\nUpgrade: h2c") ==
        no + "it answered 101 Switching Protocols");
  CHECK(refused_with("799 x") == no + "it answered 799");
}

TEST_CASE_FIXTURE(Fixture, "what is not HTTP is recognised") {
  CHECK(refused("\x05\xff") == "it answers in SOCKS5, not in HTTP: its URL begins with socks5://");
  CHECK(refused("\x15\x03\x01\x00\x02") ==
        "it answers in TLS, not in HTTP: its URL may begin with https://");
  CHECK(refused("220 mail.example\r\n") == "what it answers is not HTTP");
  CHECK(refused("HTTP/1.1 2x0 OK\r\n\r\n") == "what it answers is not HTTP");
  CHECK(outcome.error == Error::proxy_failed);
}

TEST_CASE_FIXTURE(Fixture, "a header without end is cut") {
  CHECK(refused("HTTP/1.1 200 OK\r\nX: " + std::string(20000, 'x')) ==
        "the header of its answer exceeds 16 KiB");
  CHECK(outcome.error == Error::proxy_failed);
}

TEST_CASE_FIXTURE(Fixture, "an HTTP proxy that closes or falls silent is reported") {
  SUBCASE("closes at once") {
    ScriptedPeer proxy = asked();
    proxy.close();
    CHECK(reason() == "it closed the connection without an answer");
  }
  SUBCASE("closes in the header") {
    ScriptedPeer proxy = asked();
    proxy.write("HTTP/1.1 200 OK\r\n");
    proxy.close();
    CHECK(reason() == "it closed the connection without an answer");
    CHECK(outcome.error == Error::end_of_stream);
  }
  SUBCASE("is silent") {
    options.timeout = 20ms;
    const ScriptedPeer proxy = asked();
    CHECK(reason() == "no answer of the proxy for broker.example:1883 within 20 ms");
  }
}

TEST_CASE_FIXTURE(Fixture, "an https proxy has TLS below the tunnel, and the broker above") {
  options.transport.proxy->kind = Proxy::Kind::https;
  SUBCASE("not set up") {
    connector.start(options, outcome.record());
    CHECK(reason() == "TLS for it is not set up");
    return;
  }
  options.transport.proxy->tls = std::make_shared<GreetingClient>();
  options.transport.tls = std::make_shared<GreetingClient>();
  ScriptedPeer proxy = begin(options);
  CHECK(proxy.read(16) == "hello 127.0.0.1;");
  SUBCASE("the proxy's certificate fails") {
    proxy.write("x");
    CHECK(reason() == "the certificate has expired");
    CHECK(outcome.error == Error::tls_failed);
    return;
  }
  proxy.write("welcome;");
  CHECK(proxy.read_to("\r\n\r\n").starts_with("CONNECT broker.example:1883 "));
  proxy.write("HTTP/1.1 200 OK\r\n\r\n");
  CHECK(proxy.read(21) == "hello broker.example;");
  SUBCASE("the broker's certificate fails") {
    proxy.write("x");
    wait();
    CHECK(connector.detail() == "broker.example:1883 through the proxy https://127.0.0.1:" +
                                    port() + ": the certificate has expired");
  }
  SUBCASE("all is well") {
    proxy.write("welcome;");
    wait();
    CHECK(outcome.stream);
  }
}

TEST_CASE_FIXTURE(Fixture, "a Unix socket is reached without the proxy") {
  const ScratchDirectory directory;
  const Listener unix_listener(directory.path / "s", 16);
  options.unix_path = directory.path / "s";
  connector.start(options, outcome.record());
  wait();
  CHECK(outcome.stream);
}

}  // namespace mqrig::net::tests
