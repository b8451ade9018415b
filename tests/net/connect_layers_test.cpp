#include <doctest/doctest.h>

#include "tests/net/connecting.hpp"
#include "tests/net/layered.hpp"

namespace mqrig::net::tests {
namespace {

using namespace std::chrono_literals;

struct Fixture : ConnectFixture {
  ConnectOptions greeted(const std::string& host) {
    ConnectOptions options(host, listener.port());
    options.transport.tls = std::make_shared<GreetingClient>();
    return options;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "TLS is set up before the stream is given out") {
  ScriptedPeer peer = begin(greeted("localhost"));
  CHECK(peer.read(16) == "hello localhost;");
  run_ready(context);
  CHECK_FALSE(outcome.called);
  peer.write_slowly("welcome;");
  wait();
  REQUIRE(outcome.stream);
  CHECK(outcome.stream->description() == "greeted tcp 127.0.0.1:" + port());
  check_passes(context, *outcome.stream, peer.stream());
  check_passes(context, peer.stream(), *outcome.stream);
}

TEST_CASE_FIXTURE(Fixture, "the certificate's name is the one given, else the host's") {
  ConnectOptions options = greeted("broker.localhost.");
  std::string greeting = "hello broker.localhost;";
  SUBCASE("the host, without the final dot") {}
  SUBCASE("one that is given") {
    options.transport.tls_name = "mqtt.example";
    greeting = "hello mqtt.example;";
  }
  ScriptedPeer peer = begin(options);
  CHECK(peer.read(greeting.size()) == greeting);
}

TEST_CASE_FIXTURE(Fixture, "a Unix socket has TLS too, with the name localhost") {
  const ScratchDirectory directory;
  listener = Listener(directory.path / "s", 16);
  ConnectOptions options = greeted("");
  options.unix_path = directory.path / "s";
  ScriptedPeer peer = begin(options);
  CHECK(peer.read(16) == "hello localhost;");
  SUBCASE("agreed") {
    peer.write("welcome;");
    wait();
    CHECK(outcome.stream);
  }
  SUBCASE("refused") {
    peer.write("x");
    wait();
    CHECK(connector.detail() == options.unix_path + ": the certificate has expired");
  }
}

TEST_CASE_FIXTURE(Fixture, "a failure of TLS says where, and is final") {
  const std::uint16_t common = common_port();
  listener = Listener("127.0.0.1", common);
  const Listener other("::1", common);  // would be next if the first address refused
  ScriptedPeer peer(context, [&] {
    connector.start(greeted("localhost"), outcome.record());
    run_ready(context);
    return other.accept();
  }());
  peer.read(16);
  peer.write("go away");
  wait();
  CHECK(outcome.error == Error::tls_failed);
  CHECK(connector.detail() == "localhost:" + port() + " (::1): the certificate has expired");
}

TEST_CASE_FIXTURE(Fixture, "a connection that ends in a handshake is named with its layer") {
  ScriptedPeer peer = begin(greeted("127.0.0.1"));
  peer.read(16);
  peer.close();
  wait();
  CHECK(outcome.error == Error::end_of_stream);
  CHECK(connector.detail() == "127.0.0.1:" + port() + ": TLS: the peer closed the connection");
}

TEST_CASE_FIXTURE(Fixture, "the handshakes are within the same time-out") {
  ConnectOptions options = greeted("127.0.0.1");
  options.timeout = 20ms;
  const ScriptedPeer peer = begin(options);
  wait();
  CHECK(outcome.error == Error::connect_timeout);
  CHECK(connector.detail() == "127.0.0.1:" + port() + ": no end of the TLS handshake within 20 ms");
}

TEST_CASE_FIXTURE(Fixture, "nothing is called after a cancel during a handshake") {
  ScriptedPeer peer = begin(greeted("127.0.0.1"));
  peer.read(16);
  SUBCASE("cancelled") {
    connector.cancel();
  }
  SUBCASE("begun anew") {
    connector.start(greeted("127.0.0.1"), [](std::error_code, std::unique_ptr<Stream>) {});
  }
  peer.write("welcome;");
  run_ready(context);
  CHECK_FALSE(outcome.called);
}

TEST_CASE_FIXTURE(Fixture, "the connector may be destroyed when a handshake has ended") {
  auto owned = std::make_unique<Connector>(context);
  std::error_code seen;
  bool called = false;
  owned->start(greeted("127.0.0.1"), [&](std::error_code error, std::unique_ptr<Stream> stream) {
    owned.reset();
    seen = error;
    called = true;
    stream.reset();
  });
  ScriptedPeer peer = accept();
  peer.read(16);
  std::string answer;
  SUBCASE("well") {
    answer = "welcome;";
  }
  SUBCASE("badly") {
    answer = "no";
  }
  peer.write(answer);
  run_until(context, [&] { return called; });
  CHECK(bool(seen) == (answer == "no"));
}

}  // namespace mqrig::net::tests
