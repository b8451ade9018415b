// The bridge bit of CONNECT, and brokers that do not want to see it.
#include <doctest/doctest.h>

#include <asio/io_context.hpp>
#include <mqrig/client/client.hpp>
#include <mqrig/wire/decode.hpp>
#include <optional>

#include "stub_broker.hpp"

namespace mqrig::client::tests {
namespace {

using wire::PacketType;
using wire::ReasonCode;
using wire::Version;

class Fixture : public Handler {
 public:
  Fixture() {
    options.bridge = true;
    options.brokers.emplace_back("127.0.0.1", broker.port());
    options.reconnect_delay = std::chrono::milliseconds(1);
    options.connect_timeout = std::chrono::seconds(10);
  }

  void start() {
    watch(broker);
    client.emplace(context, std::move(options), *this);
    client->start();
  }

  // Remembers each CONNECT; one that is `refused` gets this answer, or none, and its connection is
  // closed.
  void watch(StubBroker& stub) {
    stub.script = [this, &stub](StubBroker::Peer& peer, const wire::Frame& frame) {
      if (frame.type() != PacketType::connect) return false;
      wire::Connect connect;
      wire::decode(frame, connect);
      const std::string text =
          std::string(wire::name(connect.version)) + (connect.bridge ? " bridge" : "");
      tried.push_back((&stub == &broker ? "" : "other ") + text);
      if (!refused || !refused(connect)) return false;
      if (answer) {
        const std::uint8_t code[] = {0x20, 0x02, 0x00, *answer};
        peer.send(code);
      }
      peer.close();
      return true;
    };
  }

  template <typename Condition>
  void run_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      REQUIRE(std::chrono::steady_clock::now() < deadline);
      context.run_one_for(std::chrono::seconds(1));
    }
  }

  void on_connected(bool, wire::Properties) override { ++connected; }
  void on_connection_lost(const Failure&, std::chrono::milliseconds) override { ++lost; }
  void on_failed(const Failure& why) override { failure = why; }

  using Tried = std::vector<std::string>;

  asio::io_context context;
  StubBroker broker{context};
  Options options;
  std::optional<Client> client;
  std::function<bool(const wire::Connect&)> refused;
  std::optional<std::uint8_t> answer = std::uint8_t{1};
  Tried tried;
  int connected = 0, lost = 0;
  std::optional<Failure> failure;
};

bool has_bit(const wire::Connect& connect) {
  return connect.bridge;
}

bool is_5_or_has_bit(const wire::Connect& connect) {
  return connect.bridge || connect.version == Version::mqtt_5;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a bridge of 3.1 and 3.1.1 says in CONNECT that it is one") {
  for (const Version version : {Version::mqtt_3_1, Version::mqtt_3_1_1}) {
    options = Options();
    options.bridge = true;
    options.brokers.emplace_back("127.0.0.1", broker.port());
    options.version = version;
    const int before = connected;
    start();
    CHECK_FALSE(client->is_bridge());
    run_until([&] { return connected > before; });
    CHECK(client->is_bridge());
    CHECK(broker.peers.back()->bridge);
    CHECK(broker.peers.back()->version == version);
  }
}

TEST_CASE_FIXTURE(Fixture, "5.0 has no bridge bit") {
  start();
  run_until([&] { return connected == 1; });
  CHECK(tried == Tried{"5.0"});
  CHECK_FALSE(client->is_bridge());
}

TEST_CASE_FIXTURE(Fixture, "a bridge falls back to 3.1.1 with the bit, then without") {
  SUBCASE("by the return code") {
    answer = std::uint8_t{1};
  }
  SUBCASE("by the reason code of 5.0") {
    answer = std::uint8_t{0x84};
  }
  SUBCASE("by closing without a word") {
    answer.reset();
  }
  refused = is_5_or_has_bit;
  start();
  run_until([&] { return connected == 1; });
  CHECK(tried == Tried{"5.0", "3.1.1 bridge", "3.1.1"});
  CHECK_FALSE(client->is_bridge());
  // And is not told so again and again.
  broker.peers.back()->close();
  run_until([&] { return connected == 2; });
  CHECK(tried == Tried{"5.0", "3.1.1 bridge", "3.1.1", "3.1.1"});
}

TEST_CASE_FIXTURE(Fixture, "a broker that takes the level for a broken packet is tried without") {
  options.version = Version::mqtt_3_1_1;
  answer = std::uint8_t{0x82};
  refused = has_bit;
  start();
  run_until([&] { return connected == 1; });
  CHECK(tried == Tried{"3.1.1 bridge", "3.1.1"});
}

TEST_CASE_FIXTURE(Fixture, "a version that was asked for is tried with and without the bit only") {
  options.version = Version::mqtt_3_1;
  refused = [](const wire::Connect&) { return true; };
  start();
  run_until([&] { return failure.has_value(); });
  CHECK(failure->kind == FailureKind::refused);
  CHECK(tried == Tried{"3.1 bridge", "3.1"});
}

TEST_CASE_FIXTURE(Fixture, "other refusals are not the bit's") {
  options.version = Version::mqtt_3_1_1;
  answer = std::uint8_t{5};
  refused = has_bit;
  start();
  run_until([&] { return failure.has_value(); });
  CHECK(failure->kind == FailureKind::not_authorised);
  CHECK(tried == Tried{"3.1.1 bridge"});
}

TEST_CASE_FIXTURE(Fixture, "a broker that took the bit and then closes is not tried without it") {
  options.version = Version::mqtt_3_1_1;
  start();
  run_until([&] { return connected == 1; });
  answer.reset();
  refused = [&](const wire::Connect&) { return tried.size() < 4; };
  broker.peers.back()->close();
  run_until([&] { return connected == 2; });
  CHECK(tried == Tried(4, "3.1.1 bridge"));
  CHECK(client->is_bridge());
}

TEST_CASE_FIXTURE(Fixture, "a broker that took the bit and refuses it later is tried without it") {
  options.version = Version::mqtt_3_1_1;
  start();
  run_until([&] { return connected == 1; });
  refused = has_bit;
  broker.peers.back()->close();
  run_until([&] { return connected == 2; });
  CHECK(tried == Tried{"3.1.1 bridge", "3.1.1 bridge", "3.1.1"});
  CHECK_FALSE(client->is_bridge());
}

TEST_CASE_FIXTURE(Fixture, "what one broker refuses is not kept from the others") {
  StubBroker other(context);
  watch(other);
  options.brokers.emplace_back("127.0.0.1", other.port());
  options.version = Version::mqtt_3_1_1;
  answer.reset();
  refused = [&](const wire::Connect&) { return !tried.back().starts_with("other"); };
  start();
  run_until([&] { return connected == 1; });
  CHECK(tried == Tried{"3.1.1 bridge", "3.1.1", "other 3.1.1 bridge"});
  CHECK(client->is_bridge());
  // It was down, not unwilling.
  refused = nullptr;
  other.stop();
  run_until([&] { return connected == 2; });
  CHECK(tried.back() == "3.1.1 bridge");
}

}  // namespace mqrig::client::tests
