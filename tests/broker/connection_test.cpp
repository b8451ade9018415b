// The pump between a stream and the protocol, with an owner that the test plays.
#include <mqrig/broker/connection.hpp>

#include <doctest/doctest.h>

#include <asio/io_context.hpp>

#include <mqrig/broker/connect_request.hpp>
#include <mqrig/net/memory_stream.hpp>
#include <tests/support/mqtt_peer.hpp>

using namespace mqrig;
using namespace std::chrono_literals;
using broker::Connection;
using test::Lines;
using test::MqttPeer;
using wire::QoS;

namespace {

constexpr std::size_t output_limit = 64 * 1024;

class Owner final : public Connection::Owner {
 public:
  explicit Owner(std::size_t capacity = 65'536) {
    exchange_.ack_mode = session::AckMode::manual;
    auto [ours, theirs] = net::memory_stream_pair(context_, capacity);
    peer = std::make_unique<MqttPeer>(std::move(ours), wire::Version::mqtt_5);
    connection =
        std::make_unique<Connection>(*this, std::move(theirs), settings_, output_limit, true);
    connection->start();
  }

  // Runs turns, as a broker does, until nothing happens any more.
  void settle() {
    do {
      context_.restart();
      while (context_.poll() > 0) context_.restart();
      for (bool& closing = broken; closing; closing = false) connection->close();
      if (drained > resumed) {
        resumed = drained;
        connection->resume_reading();
      }
      if (touched && readable) {
        touched = false;
        connection->flush();
      }
      context_.restart();
    } while (context_.poll() > 0 || (touched && readable));
  }
  void establish(std::uint16_t seconds = 0) {
    wire::Connect connect;
    connect.client_id = "c";
    connect.keep_alive = seconds;
    peer->connect(connect);
    settle();
    events.clear();
    peer->received();
  }
  void accept() {
    CHECK_FALSE(connection->protocol().accept(
        engine, {.session_present = false, .keep_alive = keep_alive}, now, connection->out()));
    connection->touch();
    connection->resume_reading();
  }
  void publish(std::size_t size) {
    const std::string payload(size, 'x');
    wire::Publish packet;
    packet.topic = "t";
    packet.payload = wire::as_bytes(payload);
    const std::size_t start = connection->out().size();
    CHECK_FALSE(engine.publish(packet, 0, connection->out()));
    connection->published(start);
  }

  session::Time begin_turn() override { return now; }
  void on_event(Connection& from, session::ServerEvent& event) override {
    events.push_back(test::event_text(event, from.protocol().version()));
    if (event.kind == session::EventKind::connect) {
      keep_alive = event.connect.keep_alive;
      if (!decides_late) accept();
    }
    if (event.kind == session::EventKind::message && event.receipt != 0) {
      engine.receiver().acknowledge(event.receipt, wire::ReasonCode::success, wire::Version::mqtt_5,
                                    from.out());
      from.touch();
    }
  }
  void on_touched(Connection&) override { touched = true; }
  void on_drained(Connection&) override { ++drained; }
  void on_failure(Connection&, const std::string& failure) override { failures.push_back(failure); }
  void on_broken(Connection&) override { broken = true; }
  void on_deadline(Connection& from) override { deadline = from.deadline(); }
  void on_closed(Connection&) override { closed = true; }
  void on_packet(Connection&, broker::Direction direction, wire::ByteView) override {
    ++(direction == broker::Direction::sent ? traced_sent : traced_received);
  }
  bool may_read() const noexcept override { return readable; }
  bool may_write_early() const noexcept override { return early; }
  void count_bytes(std::size_t received, std::size_t sent) noexcept override {
    bytes_received += received;
    bytes_sent += sent;
  }

 private:
  asio::io_context context_;
  session::ServerSettings settings_;
  session::ExchangeSettings exchange_;

 public:
  session::Engine engine{session::Role::server, exchange_};
  std::unique_ptr<MqttPeer> peer;
  std::unique_ptr<Connection> connection;
  session::Time now{1h};
  session::Time deadline = session::never;
  std::uint16_t keep_alive = 0;
  Lines events;
  Lines failures;
  std::size_t bytes_received = 0;
  std::size_t bytes_sent = 0;
  int drained = 0;
  int resumed = 0;
  int traced_sent = 0;
  int traced_received = 0;
  bool touched = false;
  bool broken = false;
  bool closed = false;
  bool readable = true;
  bool early = true;
  bool decides_late = false;
};

}  // namespace

TEST_CASE("packets arrive whole, however the network cuts them") {
  for (const std::size_t capacity : {1U, 2U, 3U, 7U, 64U}) {
    Owner owner(capacity);
    owner.establish();
    for (int i = 1; i <= 20; ++i) {
      owner.peer->publish("t", std::string(static_cast<std::size_t>(i), 'x'), QoS::at_least_once,
                          static_cast<wire::PacketId>(i));
    }
    owner.settle();
    CHECK(owner.events.size() == 20);
    CHECK(owner.events.back() == "message q1 id=20 t=t p=" + std::string(20, 'x') + " #20");
    CHECK(owner.peer->received().size() == 20);
    CHECK(owner.traced_received == 21);
    CHECK(owner.traced_sent == 21);
  }
}

TEST_CASE("a packet larger than what is read at once comes whole, and what is behind it") {
  Owner owner;
  owner.establish();
  for (const std::size_t size : {65'530U, 65'536U, 65'537U, 131'072U, 1'000'000U}) {
    owner.peer->publish("t", std::string(size, 'x'));
    owner.peer->publish("t", "behind");
    owner.settle();
    REQUIRE(owner.events.size() == 2);
    CHECK(owner.events[0].size() > size);
    CHECK(owner.events[1].ends_with("p=behind"));
    owner.events.clear();
  }
}

TEST_CASE("what comes behind CONNECT waits for the decision [MQTT-3.1.4-6]") {
  Owner owner;
  owner.decides_late = true;
  wire::Connect connect;
  connect.client_id = "c";
  owner.peer->connect(connect);
  owner.peer->publish("t", "x");
  owner.settle();
  CHECK(owner.events.size() == 1);
  SUBCASE("and is read after it") {
    owner.accept();
    owner.settle();
    CHECK(owner.events.size() == 2);
    owner.peer->publish("t", "y");
    owner.settle();
    CHECK(owner.events.size() == 3);
  }
  SUBCASE("and is of no account after a refusal") {
    owner.connection->protocol().refuse(wire::ReasonCode::banned, {}, owner.connection->out());
    owner.connection->finish();
    owner.settle();
    CHECK(owner.events.size() == 1);
    CHECK(owner.peer->received() == Lines{"CONNACK 0x8a"});
    CHECK(owner.peer->ended());
    CHECK(owner.closed);
  }
}

TEST_CASE("while the owner can't keep anything nothing is read, and silence is no fault") {
  Owner owner;
  owner.establish(10);
  owner.readable = false;
  owner.peer->publish("t", "x");
  owner.settle();
  CHECK(owner.events.empty());
  CHECK(owner.connection->deadline() == session::never);
  owner.now += 1h;
  owner.readable = true;
  owner.connection->resume_reading();
  owner.settle();
  CHECK(owner.events.size() == 1);
  // The client is to be heard again from now on, and the owner knows by when.
  CHECK(owner.deadline == owner.now + 15s);
  owner.connection->look(owner.now + 15s);
  CHECK(owner.events.back() == "timed out 0x8d");
}

TEST_CASE("a client that takes nothing is not read from beyond its share, and given up later") {
  Owner owner(1024);
  owner.establish(10);
  owner.peer->stop_reading();
  while (owner.connection->has_room()) owner.publish(1024);
  for (int i = 0; i < 60'000; ++i) owner.peer->ping();
  owner.settle();
  CHECK(owner.peer->unsent() > 0);
  CHECK(owner.connection->unsent() < output_limit + 2 * 64 * 1024);
  CHECK(owner.connection->paused());
  CHECK(owner.deadline == owner.now + 60s);
  SUBCASE("it is read from again when it has taken half of it") {
    owner.peer->keep = false;
    owner.peer->read_on();
    owner.settle();
    CHECK(owner.peer->unsent() == 0);
    CHECK_FALSE(owner.connection->paused());
    CHECK(owner.deadline == owner.now + 15s);
    CHECK(owner.drained > 0);
  }
  SUBCASE("a minute later nobody waits for it any more") {
    owner.connection->look(owner.now + 60s);
    CHECK(owner.closed);
  }
}

TEST_CASE("much output leaves early, but not while it must wait for a commit") {
  for (const bool early : {true, false}) {
    Owner owner;
    owner.establish();
    owner.early = early;
    const std::size_t before = owner.bytes_sent;
    for (int i = 0; i < 66; ++i) owner.publish(1000);
    CHECK((owner.bytes_sent > before) == early);
    CHECK(owner.connection->unsent() < 66 * 1024);
    owner.settle();
    CHECK(owner.peer->messages() == 66);
  }
}

TEST_CASE("a connection that breaks while it is written to is closed by the owner, later") {
  Owner owner;
  owner.establish();
  owner.peer->cut();
  for (int i = 0; i < 200; ++i) owner.publish(1000);
  CHECK(owner.broken);
  CHECK_FALSE(owner.closed);
  CHECK(owner.connection->open());
  owner.settle();
  CHECK(owner.closed);
}

TEST_CASE("the last words are written before the end, and a peer that does not close is left") {
  Owner owner;
  owner.establish();
  SUBCASE("the peer closes") {
    owner.connection->disconnect(wire::ReasonCode::quota_exceeded);
    owner.settle();
    CHECK(owner.peer->received() == Lines{"DISCONNECT 0x97"});
    CHECK(owner.peer->ended());
    CHECK(owner.closed);
  }
  SUBCASE("the peer does not") {
    owner.peer->stop_reading();
    owner.connection->disconnect(wire::ReasonCode::quota_exceeded);
    owner.peer->ping();
    owner.settle();
    CHECK_FALSE(owner.closed);
    CHECK(owner.events.empty());
    CHECK(owner.deadline == owner.now + 2s);
    owner.connection->look(owner.now + 2s);
    CHECK(owner.closed);
  }
}

TEST_CASE("whoever says no CONNECT in time is left") {
  Owner owner;
  CHECK(owner.connection->deadline() == owner.now + 10s);
  owner.connection->look(owner.now + 9s);
  CHECK(owner.events.empty());
  owner.connection->look(owner.now + 10s);
  CHECK(owner.events == Lines{"timed out 0x8d"});
}

TEST_CASE("a CONNECT that is being decided upon keeps what of it is needed") {
  wire::PropertyWriter of_will;
  of_will.add(wire::PropertyId::will_delay_interval, 7U);
  of_will.add(wire::PropertyId::content_type, "text");
  wire::Connect connect;
  connect.client_id = "c";
  connect.user_name = "u";
  connect.password = wire::as_bytes("p");
  connect.will.emplace();
  connect.will->topic = "w";
  connect.will->properties = of_will.view();
  const broker::ConnectRequest five(connect);
  CHECK(five.session_expiry == 0);
  CHECK(five.password.view() == "p");
  CHECK(five.will->delay == 7);
  CHECK(test::properties_text(five.will->message->properties()) == " {content-type=text}");
  connect.version = wire::Version::mqtt_3_1_1;
  CHECK(broker::ConnectRequest(connect).session_expiry == 0);
  connect.clean_start = false;
  CHECK(broker::ConnectRequest(connect).session_expiry == 0xFFFFFFFF);
}
