// What a client does with brokers that are there and do not serve.
#include <doctest/doctest.h>

#include <asio/io_context.hpp>
#include <future>
#include <mqrig/client/client.hpp>
#include <mqrig/wire/decode.hpp>
#include <optional>

#include "stub_broker.hpp"
#include "tests/net/dns_server.hpp"

namespace mqrig::client::tests {
namespace {

using wire::ReasonCode;
using wire::Version;

class Fixture : public Handler {
 public:
  Fixture() {
    options.reconnect_delay = std::chrono::milliseconds(1);
    options.connect_timeout = std::chrono::seconds(10);
  }

  void start() {
    client.emplace(context, std::move(options), *this);
    client->start();
  }

  template <typename Condition>
  void run_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      REQUIRE(std::chrono::steady_clock::now() < deadline);
      context.run_one_for(std::chrono::seconds(1));
    }
  }

  void on_connected(bool, wire::Properties) override { connected = true; }
  void on_message(const wire::Publish&, std::uint64_t) override {}
  void on_published(std::uint64_t, ReasonCode, wire::Properties) override {}
  void on_subscribed(std::uint64_t, wire::ByteView, wire::Properties) override {}
  void on_connection_lost(const Failure& why, std::chrono::milliseconds) override {
    lost.push_back(why);
  }
  void on_failed(const Failure& why) override { failure = why; }
  void on_disconnected() override {}

  // Starts on a domain whose SRV records name the first broker, and then the second.
  void start_by_domain() {
    options.brokers.emplace_back("a.example", 0);
    options.brokers[0].srv = true;
    options.brokers[0].name_server = names.address();
    answer();
    start();
  }
  // When the records are next asked for.
  void answer() {
    const std::string records = Names::record(1, 0, first.port(), "127.0.0.1") +
                                Names::record(2, 0, second.port(), "localhost");
    answered = std::async(std::launch::async, [this, records] { names.answer(0, 2, records); });
  }

  static bool close(StubBroker::Peer& peer, const wire::Frame&) {
    peer.close();
    return true;
  }

  using Names = net::tests::DnsServer;

  asio::io_context context;
  Names names;
  std::future<void> answered;
  StubBroker first{context}, second{context};
  Options options;
  std::optional<Client> client;
  bool connected = false;
  std::vector<Failure> lost;
  std::optional<Failure> failure;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a broker that only closes for a while is tried with 5.0 again") {
  options.brokers.emplace_back("127.0.0.1", first.port());
  options.keep_trying = true;
  first.script = close;
  start();
  run_until([&] { return !lost.empty(); });
  CHECK(first.peers.size() == 2);  // 5.0, then 3.1.1
  first.script = nullptr;
  run_until([&] { return connected; });
  CHECK(client->version() == Version::mqtt_5);
}

TEST_CASE_FIXTURE(Fixture, "when no broker of the list serves, all are told") {
  options.brokers.emplace_back("127.0.0.1", first.port());
  options.brokers.emplace_back("127.0.0.1", second.port());
  const std::string port = std::to_string(second.port());
  first.connack.reason = ReasonCode::server_busy;
  second.stop();
  start();
  run_until([&] { return failure.has_value(); });
  CHECK(failure->kind == FailureKind::unreachable);
  CHECK(failure->text ==
        "127.0.0.1:" + std::to_string(first.port()) +
            " refused the connection: Server busy; could not connect to 127.0.0.1:" + port +
            ": Connection refused");
}

TEST_CASE_FIXTURE(Fixture, "behind a host of an SRV record that does not serve comes the next") {
  SUBCASE("it is busy") {
    first.connack.reason = ReasonCode::server_busy;
  }
  SUBCASE("it closes") {
    first.script = close;
  }
  start_by_domain();
  run_until([&] { return connected; });
  CHECK(client->broker() == "localhost:" + std::to_string(second.port()) + " (SRV of a.example)");
  CHECK(client->version() == Version::mqtt_5);
  CHECK(second.peers.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "an older version is tried on the same host of an SRV record") {
  first.script = close;
  second.script = [](StubBroker::Peer& peer, const wire::Frame& frame) {
    wire::Connect connect;
    wire::decode(frame, connect);
    return connect.version == Version::mqtt_5 && close(peer, frame);
  };
  start_by_domain();
  run_until([&] { return connected; });
  CHECK(client->version() == Version::mqtt_3_1_1);
  CHECK(first.peers.size() == 2);
  CHECK(second.peers.size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "when no host of the SRV records serves, each is named") {
  first.connack.reason = second.connack.reason = ReasonCode::server_busy;
  start_by_domain();
  run_until([&] { return failure.has_value(); });
  const auto refusal = [](const std::string& host, const StubBroker& broker) {
    return host + ":" + std::to_string(broker.port()) +
           " (SRV of a.example) refused the connection: Server busy";
  };
  CHECK(failure->kind == FailureKind::refused);
  CHECK(failure->text == refusal("127.0.0.1", first) + "; " + refusal("localhost", second));
}

TEST_CASE_FIXTURE(Fixture, "each round begins with the SRV records") {
  options.keep_trying = true;
  first.connack.reason = second.connack.reason = ReasonCode::server_busy;
  start_by_domain();
  run_until([&] { return !lost.empty(); });
  first.connack.reason = ReasonCode::success;
  answer();
  run_until([&] { return connected; });
  CHECK(first.peers.size() == 2);
}

}  // namespace mqrig::client::tests
