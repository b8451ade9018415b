// What a client does with brokers that are there and do not serve.
#include <doctest/doctest.h>

#include <asio/io_context.hpp>
#include <mqrig/client/client.hpp>
#include <mqrig/wire/decode.hpp>
#include <optional>

#include "stub_broker.hpp"

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

  static bool close(StubBroker::Peer& peer, const wire::Frame&) {
    peer.close();
    return true;
  }

  asio::io_context context;
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

}  // namespace mqrig::client::tests
