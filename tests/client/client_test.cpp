#include <doctest/doctest.h>

#include <asio/io_context.hpp>
#include <asio/socket_base.hpp>
#include <mqrig/client/client.hpp>
#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/encode.hpp>
#include <optional>

#include "stub_broker.hpp"

namespace mqrig::client::tests {
namespace {

using wire::PacketType;
using wire::QoS;
using wire::ReasonCode;
using wire::Version;

// A client and what it reported, on one event loop with a stub broker.
class Fixture : public Handler {
 public:
  Fixture() {
    options.brokers.emplace_back("127.0.0.1", broker.port());
    options.reconnect_delay = std::chrono::milliseconds(1);
    options.connect_timeout = std::chrono::seconds(10);
  }

  Client& start() {
    client.emplace(context, std::move(options), *this);
    client->start();
    return *client;
  }

  template <typename Condition>
  void run_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      REQUIRE(std::chrono::steady_clock::now() < deadline);
      context.run_one_for(std::chrono::seconds(1));
    }
  }

  std::error_code publish(QoS qos, std::uint64_t token) {
    return client->publish(
        {.topic = "t", .payload = wire::as_bytes("x"), .qos = qos, .properties = {}}, token);
  }

  void on_connected(bool session_present, wire::Properties) override {
    ++connected;
    present = session_present;
  }
  void on_message(const wire::Publish&, std::uint64_t) override { ++messages; }
  void on_published(std::uint64_t token, ReasonCode, wire::Properties) override {
    published.push_back(token);
  }
  void on_subscribed(std::uint64_t, wire::ByteView reasons, wire::Properties) override {
    ++subscribed;
    granted.assign(reasons.begin(), reasons.end());
  }
  void on_ready() override { ++ready; }
  void on_connection_lost(const Failure& why, std::chrono::milliseconds) override {
    lost.push_back(why);
  }
  void on_failed(const Failure& why) override { failure = why; }
  void on_disconnected() override { ended = true; }

  asio::io_context context;
  StubBroker broker{context};
  Options options;
  std::optional<Client> client;
  int connected = 0, messages = 0, subscribed = 0, ready = 0;
  bool present = false, ended = false;
  std::vector<std::uint64_t> published;
  std::vector<std::uint8_t> granted;
  std::vector<Failure> lost;
  std::optional<Failure> failure;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a client connects with 5.0, publishes at every QoS and disconnects") {
  start();
  run_until([&] { return ready > 0; });
  CHECK(client->version() == Version::mqtt_5);
  CHECK(broker.peers[0]->client_id.size() == 21);
  CHECK_FALSE(publish(QoS::at_most_once, 0));
  CHECK_FALSE(publish(QoS::at_least_once, 1));
  CHECK_FALSE(publish(QoS::exactly_once, 2));
  run_until([&] { return published.size() == 2; });
  CHECK(published == std::vector<std::uint64_t>{1, 2});
  client->disconnect();
  run_until([&] { return ended; });
  CHECK(client->ended_cleanly());
  CHECK(broker.topics.size() == 3);
  CHECK_FALSE(failure);
}

TEST_CASE_FIXTURE(Fixture, "an end by reset is not clean") {
  broker.script = [](StubBroker::Peer& peer, const wire::Frame& frame) {
    if (frame.type() != wire::PacketType::publish) return false;
    peer.socket.set_option(asio::socket_base::linger(true, 0));
    peer.close();
    return true;
  };
  start();
  run_until([&] { return ready > 0; });
  CHECK_FALSE(publish(QoS::at_most_once, 0));
  client->disconnect();
  run_until([&] { return ended; });
  CHECK_FALSE(client->ended_cleanly());
}

TEST_CASE_FIXTURE(Fixture, "a refused 5.0 falls back to 3.1.1, however it is refused") {
  broker.script = [&](StubBroker::Peer& peer, const wire::Frame& frame) {
    wire::Connect connect;
    wire::decode(frame, connect);
    if (connect.version != Version::mqtt_5) return false;
    constexpr std::uint8_t old_form[] = {0x20, 0x02, 0x00, 0x01};
    constexpr std::uint8_t new_form[] = {0x20, 0x03, 0x00, 0x84, 0x00};
    SUBCASE("by the return code of 3.1.1") {
      peer.send(old_form);
    }
    SUBCASE("by the reason code of 5.0") {
      peer.send(new_form);
    }
    SUBCASE("by closing without a word") {}
    peer.close();
    return true;
  };
  start();
  run_until([&] { return connected == 1; });
  CHECK(client->version() == Version::mqtt_3_1_1);
  CHECK(broker.peers.size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "a version that was asked for is not given up") {
  options.version = Version::mqtt_5;
  broker.connack.reason = ReasonCode::unsupported_protocol_version;
  start();
  run_until([&] { return failure.has_value(); });
  CHECK(failure->kind == FailureKind::refused);
  CHECK(broker.peers.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "credentials that were refused are not sent again") {
  broker.connack.reason = ReasonCode::bad_user_name_or_password;
  start();
  run_until([&] { return failure.has_value(); });
  CHECK(failure->kind == FailureKind::not_authorised);
  CHECK(failure->text.find("Bad User Name or Password") != std::string::npos);
  CHECK(broker.peers.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "the next broker is tried when one is busy or not there") {
  StubBroker other(context);
  options.brokers.emplace_back("127.0.0.1", other.port());
  SUBCASE("busy") {
    broker.connack.reason = ReasonCode::server_busy;
  }
  SUBCASE("not there") {
    broker.stop();
  }
  start();
  run_until([&] { return connected == 1; });
  CHECK(other.peers.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "nobody listens: the failure says who was tried") {
  const std::string port = std::to_string(broker.port());
  broker.stop();
  start();
  run_until([&] { return failure.has_value(); });
  CHECK(failure->kind == FailureKind::unreachable);
  CHECK(failure->text == "could not connect to 127.0.0.1:" + port + ": Connection refused");
}

TEST_CASE_FIXTURE(Fixture, "nobody listens at a Unix socket: its path is said once") {
  options.brokers.clear();
  Broker& missing = options.brokers.emplace_back();
  missing.unix_path = "/nonexistent/mqtt.sock";
  start();
  run_until([&] { return failure.has_value(); });
  CHECK(failure->text ==
        "could not connect to unix /nonexistent/mqtt.sock: No such file or directory");
}

TEST_CASE_FIXTURE(Fixture,
                  "a message in flight is sent again with DUP when the session is resumed") {
  options.survive_reconnects = true;
  bool dup = false;
  broker.script = [&](StubBroker::Peer& peer, const wire::Frame& frame) {
    if (frame.type() != PacketType::publish) return false;
    dup = (frame.flags() & 0x08) != 0;
    if (peer.number > 1) return false;
    broker.connack.session_present = true;
    peer.close();
    return true;
  };
  start();
  run_until([&] { return ready > 0; });
  CHECK_FALSE(publish(QoS::at_least_once, 7));
  run_until([&] { return !published.empty(); });
  CHECK(published == std::vector<std::uint64_t>{7});
  CHECK(dup);
  CHECK(lost.size() == 1);
  CHECK_FALSE(broker.peers[1]->clean_start);
  CHECK(broker.peers[1]->client_id == broker.peers[0]->client_id);
}

TEST_CASE_FIXTURE(Fixture, "subscriptions are made again when the session was lost") {
  start();
  run_until([&] { return connected == 1; });
  const wire::Subscription subscription{.filter = "a/#", .qos = QoS::at_least_once};
  CHECK_FALSE(client->subscribe({&subscription, 1}, {}, 1));
  run_until([&] { return subscribed == 1; });
  broker.peers[0]->close();
  run_until([&] { return subscribed == 2; });
  CHECK(broker.subscriptions == std::vector<std::string>{"a/#", "a/#"});
}

TEST_CASE_FIXTURE(Fixture, "subscriptions are not made again when the session is present") {
  options.session_expiry = 60;
  start();
  run_until([&] { return connected == 1; });
  const wire::Subscription subscription{.filter = "a"};
  CHECK_FALSE(client->subscribe({&subscription, 1}, {}, 1));
  run_until([&] { return subscribed == 1; });
  broker.connack.session_present = true;
  broker.peers[0]->close();
  run_until([&] { return connected == 2; });
  CHECK(present);
  client->disconnect();
  run_until([&] { return ended; });
  CHECK(broker.subscriptions.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a client whose session was taken over stays away") {
  start();
  run_until([&] { return connected == 1; });
  wire::Buffer out;
  wire::encode(out, Version::mqtt_5,
               wire::Disconnect{.reason = ReasonCode::session_taken_over, .properties = {}});
  broker.peers[0]->send(out);
  run_until([&] { return failure.has_value(); });
  CHECK(failure->kind == FailureKind::disconnected);
  CHECK(failure->reason == ReasonCode::session_taken_over);
  CHECK(broker.peers.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a peer that speaks HTTP is named as such") {
  broker.script = [](StubBroker::Peer& peer, const wire::Frame&) {
    peer.send(wire::as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
    return true;
  };
  start();
  run_until([&] { return failure.has_value(); });
  CHECK(failure->kind == FailureKind::protocol);
  CHECK(failure->text.find("HTTP") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "reconnecting ends when its time is over") {
  options.reconnect_timeout = std::chrono::milliseconds(30);
  options.reconnect_delay = std::chrono::milliseconds(10);
  start();
  run_until([&] { return connected == 1; });
  broker.stop();
  run_until([&] { return failure.has_value(); });
  CHECK(failure->text.find("gave up") != std::string::npos);
  CHECK(!lost.empty());
}

TEST_CASE_FIXTURE(Fixture, "the client id that the broker assigned is kept [MQTT-3.1.3-7]") {
  wire::PropertyWriter properties;
  properties.add(wire::PropertyId::assigned_client_identifier, "given");
  broker.connack.properties = properties.view();
  start();
  run_until([&] { return connected == 1; });
  CHECK(client->client_id() == "given");
  broker.peers[0]->close();
  run_until([&] { return connected == 2; });
  CHECK(broker.peers[1]->client_id == "given");
}

TEST_CASE_FIXTURE(Fixture, "what the broker does not support is answered without asking it") {
  wire::PropertyWriter properties;
  properties.add(wire::PropertyId::shared_subscription_available, 0);
  broker.connack.properties = properties.view();
  const wire::Subscription subscription{.filter = "$share/g/a"};
  start();
  CHECK_FALSE(client->subscribe({&subscription, 1}, {}, 1));
  run_until([&] { return subscribed == 1; });
  CHECK(granted == std::vector<std::uint8_t>{
                       static_cast<std::uint8_t>(ReasonCode::shared_subscriptions_not_supported)});
  CHECK(broker.subscriptions.empty());
}

TEST_CASE_FIXTURE(Fixture, "a client that does not read keeps its connection alive") {
  options.keep_alive = 1;
  int pings = 0;
  broker.script = [&](StubBroker::Peer&, const wire::Frame& frame) {
    pings += frame.type() == PacketType::pingreq;
    return frame.type() == PacketType::pingreq;  // no answer
  };
  start();
  run_until([&] { return connected == 1; });
  client->pause_reading();
  run_until([&] { return pings == 3; });
  CHECK(lost.empty());
  client->resume_reading();
  broker.script = nullptr;
  run_until([&] { return client->connected(); });
}

// Sends two messages at QoS 1 as soon as it is subscribed at, and keeps the Receive Maximum of each
// CONNECT; 65,535 when there is none.
void exceed_receive_maximum(StubBroker& broker, std::vector<std::uint32_t>& announced) {
  broker.script = [&announced](StubBroker::Peer& peer, const wire::Frame& frame) {
    if (frame.type() == PacketType::connect) {
      wire::Connect connect;
      CHECK(wire::decode(frame, connect) == wire::Fault::none);
      announced.push_back(
          connect.properties.integer(wire::PropertyId::receive_maximum).value_or(65'535));
    }
    if (frame.type() == PacketType::puback) return true;
    if (frame.type() != PacketType::subscribe) return false;
    wire::Buffer out;
    for (const wire::PacketId id : {wire::PacketId{1}, wire::PacketId{2}}) {
      wire::Publish publish;
      publish.topic = "t";
      publish.qos = QoS::at_least_once;
      publish.packet_id = id;
      wire::encode(out, Version::mqtt_5, publish);
    }
    peer.send(out);
    return false;
  };
}

TEST_CASE_FIXTURE(Fixture, "a broker that exceeds the Receive Maximum is given up [MQTT-3.3.4-9]") {
  std::vector<std::uint32_t> announced;
  exceed_receive_maximum(broker, announced);
  options.exchange.ack_mode = session::AckMode::manual;
  options.connect_properties.add(wire::PropertyId::receive_maximum, 1);
  const wire::Subscription subscription{.filter = "t"};
  SUBCASE("for good") {
    start().subscribe({&subscription, 1}, {}, 1);
    run_until([&] { return failure.has_value(); });
    CHECK(failure->reason == ReasonCode::receive_maximum_exceeded);
    CHECK(announced == std::vector<std::uint32_t>{1});
  }
  SUBCASE("or connected to again without one") {
    options.drop_exceeded_maximum = true;
    start().subscribe({&subscription, 1}, {}, 1);
    run_until([&] { return messages == 3; });  // one of the first connection
    CHECK(announced == std::vector<std::uint32_t>{1, 65'535});
    CHECK_FALSE(failure.has_value());
    REQUIRE(lost.size() == 1);
    CHECK(lost[0].text.find("without a Receive Maximum") != std::string::npos);
  }
}

TEST_CASE_FIXTURE(Fixture, "a large message that is never acknowledged is given up in time") {
  options.ack_timeout = std::chrono::milliseconds(50);
  options.keep_alive = 0;
  broker.script = [](StubBroker::Peer&, const wire::Frame& frame) {
    return frame.type() == PacketType::publish;
  };
  start();
  run_until([&] { return connected == 1; });
  const std::string payload(100'000, 'x');
  CHECK_FALSE(client->publish({.topic = "t",
                               .payload = wire::as_bytes(payload),
                               .qos = QoS::at_least_once,
                               .properties = {}}));
  run_until([&] { return failure.has_value(); });
  CHECK(failure->kind == FailureKind::timed_out);
}

TEST_CASE_FIXTURE(Fixture, "a connection that broke takes no more messages") {
  start();
  run_until([&] { return connected == 1; });
  broker.peers[0]->socket.set_option(asio::socket_base::linger(true, 0));
  broker.peers[0]->close();
  const std::string payload(10'000, 'x');
  std::error_code error;
  for (int count = 0; count < 10'000 && !error; ++count) {
    error = client->publish({.topic = "t", .payload = wire::as_bytes(payload), .properties = {}});
  }
  CHECK(error == session::Error::would_block);
  run_until([&] { return connected == 2; });
}

}  // namespace mqrig::client::tests
