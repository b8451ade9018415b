#include <doctest/doctest.h>

#include "tests/net/connecting.hpp"
#include "tests/net/dns_server.hpp"
#include "tests/net/layered.hpp"

namespace mqrig::net::tests {
namespace {

using Server = tests::DnsServer;

struct Fixture : ConnectFixture {
  Server server;

  // Connects to the hosts of a.example; gives back the name that was asked for.
  std::string start(ConnectOptions options, unsigned code, unsigned count,
                    const std::string& records) {
    options.srv = true;
    options.name_server = server.address();
    connector.start(std::move(options), outcome.record());
    context.restart();
    context.poll();
    return server.answer(code, count, records);
  }
};

}  // namespace

TEST_CASE("the name of the records says what is spoken") {
  CHECK(srv_name("a.example", false, false) == "_mqtt._tcp.a.example");
  CHECK(srv_name("a.example", true, false) == "_secure-mqtt._tcp.a.example");
  CHECK(srv_name("a.example", false, true) == "_ws._tcp.a.example");
  CHECK(srv_name("a.example", true, true) == "_wss._tcp.a.example");
}

TEST_CASE_FIXTURE(Fixture, "the hosts of SRV records are tried until one connects") {
  Listener nobody("127.0.0.1");
  nobody.close();
  CHECK(start({"a.example", 0}, 0, 2,
              Server::record(2, 0, listener.port(), "127.0.0.1") +
                  Server::record(1, 0, nobody.port(), "localhost")) ==
        Server::name("_mqtt._tcp.a.example"));
  wait();
  REQUIRE(outcome.stream);
  CHECK(outcome.stream->description() == "tcp 127.0.0.1:" + port());
  CHECK(connector.srv_targets().size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "the hosts behind the one that was had can be gone on with") {
  Listener other("127.0.0.1");
  start({"a.example", 0}, 0, 2,
        Server::record(1, 0, listener.port(), "localhost") +
            Server::record(2, 0, other.port(), "127.0.0.1"));
  wait();
  REQUIRE(outcome.stream);
  std::vector<SrvTarget> targets = connector.srv_targets();
  REQUIRE(targets.size() == 2);
  CHECK(targets[0].host == "localhost");
  targets.erase(targets.begin());
  ConnectOptions options("a.example", 0);
  options.srv = true;
  options.srv_targets = targets;  // no name server is asked
  outcome = {};
  connector.start(std::move(options), outcome.record());
  wait();
  REQUIRE(outcome.stream);
  CHECK(outcome.stream->description() == "tcp 127.0.0.1:" + std::to_string(other.port()));
  CHECK(connector.srv_targets().size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a host of an SRV record has its own certificate, or the domain's") {
  ConnectOptions options("a.example", 0);
  options.transport.tls = std::make_shared<GreetingClient>();
  std::string target, greeting;
  SUBCASE("in the domain") {
    target = "b.a.example";
    greeting = "hello b.a.example;";
  }
  SUBCASE("elsewhere") {
    target = "broker.elsewhere.example";
    greeting = "hello a.example;";
  }
  SUBCASE("a name that is asked for") {
    target = "b.a.example";
    options.transport.tls_name = "c.example";
    greeting = "hello c.example;";
  }
  options.transport.overrides = {{target, 0, {"127.0.0.1"}}};
  start(options, 0, 2,
        Server::record(1, 0, listener.port(), target) +
            Server::record(2, 0, listener.port(), target));
  ScriptedPeer peer = accept();
  CHECK(peer.read(greeting.size()) == greeting);
  peer.write("x");  // fails, and the next host is tried
  ScriptedPeer next = accept();
  CHECK(next.read(greeting.size()) == greeting);
  next.write("welcome;");
  wait();
  CHECK(outcome.stream);
}

TEST_CASE_FIXTURE(Fixture, "a domain without SRV records is told apart from silence") {
  const std::string name = "_mqtt._tcp.a.example: ";
  SUBCASE("no such name") {
    start({"a.example", 0}, 3, 0, "");
    wait();
    CHECK(outcome.error == Error::name_not_found);
    CHECK(connector.detail() == name + "the DNS has no SRV records of this name");
  }
  SUBCASE("no such records") {
    start({"a.example", 0}, 0, 0, "");
    wait();
    CHECK(connector.detail() == name + "the DNS has no SRV records of this name");
  }
  SUBCASE("no such service") {
    start({"a.example", 0}, 0, 1, Server::record(0, 0, 0, ""));
    wait();
    CHECK(connector.detail() == name + "the SRV record says that there is no such service");
  }
  SUBCASE("a record that cannot be read") {
    start({"a.example", 0}, 0, 2, Server::record(0, 0, 1, "x"));
    wait();
    CHECK(outcome.error == Error::resolver_failed);
    CHECK(connector.detail() == name + "the answer of the name server cannot be read");
  }
  SUBCASE("silence") {
    ConnectOptions options("a.example", 0);
    options.srv = true;
    options.name_server = server.address();
    options.timeout = std::chrono::milliseconds(20);
    connector.start(options, outcome.record());
    wait();
    CHECK(outcome.error == Error::connect_timeout);
    CHECK(connector.detail() == name + "the SRV records were not found within 20 ms");
  }
}

}  // namespace mqrig::net::tests
