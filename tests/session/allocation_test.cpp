// Counts the allocations of this executable: QoS 0 makes none, and neither do QoS 1 and 2 once
// their slots have been used.
#include <tests/support/scripted_client.hpp>
#include <tests/support/scripted_server.hpp>
#include <tests/wire/counting_new.hpp>

#include <mqrig/wire/encode.hpp>
#include <mqrig/wire/publish_layout.hpp>

using namespace mqrig;
using test::ScriptedClient;
using test::ScriptedServer;
using wire::PacketType;
using wire::QoS;
using wire::test::allocation_count;

namespace {

constexpr std::size_t batch = 100;

// Feeds bytes and counts events, without making text of them.
std::size_t read(ScriptedServer& server, wire::ByteView bytes) {
  session::ServerEvent event;
  std::size_t events = 0;
  for (; server.session.read(bytes, server.clock.now(), event, server.out); ++events) {
    if (event.kind == session::EventKind::message) server.acknowledge(event.receipt);
  }
  return events;
}

std::size_t read(ScriptedClient& client, wire::ByteView bytes) {
  session::Event event;
  std::size_t events = 0;
  while (client.session.read(bytes, client.clock.now(), event, client.out)) ++events;
  return events;
}

std::size_t publish(ScriptedClient& client, QoS qos) {
  std::size_t taken = 0;
  for (std::size_t i = 0; i < batch; ++i) {
    if (!client.publish("site/4/sensor/17", qos, "21.5", i)) ++taken;
  }
  return taken;
}

wire::Buffer acknowledgements(PacketType type) {
  wire::Buffer bytes;
  for (wire::PacketId id = 1; id <= batch; ++id) {
    wire::encode(
        bytes, wire::Version::mqtt_5,
        {.type = type, .packet_id = id, .reason = wire::ReasonCode::success, .properties = {}});
  }
  return bytes;
}

wire::Buffer messages(QoS qos) {
  wire::Buffer bytes;
  for (wire::PacketId id = 1; id <= batch; ++id) {
    wire::encode(bytes, wire::Version::mqtt_5,
                 test::message("site/4/sensor/17", qos, qos == QoS::at_most_once ? 0 : id, "21.5"));
  }
  return bytes;
}

}  // namespace

TEST_CASE("publishing and receiving at QoS 0 allocates nothing, from the first message on") {
  ScriptedClient client;
  client.establish();
  client.out.prepare(64 * 1024);
  const wire::Buffer incoming = messages(QoS::at_most_once);
  const std::size_t before = allocation_count();
  const std::size_t published = publish(client, QoS::at_most_once);
  const std::size_t received = read(client, incoming.view());
  client.session.deadline();
  const std::size_t after = allocation_count();
  CHECK(published == batch);
  CHECK(received == batch);
  CHECK(after - before == 0);
}

TEST_CASE("publishing at QoS 1 and 2 allocates nothing once the slots are there") {
  for (const QoS qos : {QoS::at_least_once, QoS::exactly_once}) {
    ScriptedClient client;
    client.establish();
    client.out.prepare(64 * 1024);
    const bool qos_2 = qos == QoS::exactly_once;
    const wire::Buffer first = acknowledgements(qos_2 ? PacketType::pubrec : PacketType::puback);
    const wire::Buffer second = acknowledgements(PacketType::pubcomp);
    const auto turn = [&] {
      client.out.clear();
      std::size_t done = publish(client, qos);
      done += read(client, first.view());
      if (qos_2) done += read(client, second.view());
      return done;
    };
    REQUIRE(turn() == 2 * batch);
    const std::size_t before = allocation_count();
    std::size_t done = 0;
    for (int i = 0; i < 20; ++i) done += turn();
    const std::size_t after = allocation_count();
    CHECK(done == 20 * 2 * batch);
    CHECK(after - before == 0);
  }
}

TEST_CASE("receiving at QoS 1 and 2 allocates nothing once the session has seen as many") {
  for (const QoS qos : {QoS::at_least_once, QoS::exactly_once}) {
    ScriptedClient client;
    client.establish();
    client.out.prepare(64 * 1024);
    wire::Buffer incoming = messages(qos);
    if (qos == QoS::exactly_once) incoming.append(acknowledgements(PacketType::pubrel).view());
    const auto turn = [&] {
      client.out.clear();
      return read(client, incoming.view());
    };
    REQUIRE(turn() == batch);
    const std::size_t before = allocation_count();
    std::size_t received = 0;
    for (int i = 0; i < 20; ++i) received += turn();
    const std::size_t after = allocation_count();
    CHECK(received == 20 * batch);
    CHECK(after - before == 0);
  }
}

TEST_CASE("a session that is connected and idle owns no memory") {
  ScriptedClient client;
  client.out.prepare(1024);
  wire::Buffer connack;
  wire::encode(connack, wire::Version::mqtt_5, wire::Connack{});
  const std::size_t before = allocation_count();
  client.session.open(client.connect, client.clock.now(), client.out);
  const std::size_t events = read(client, connack.view());
  session::Event event;
  client.clock.advance(std::chrono::seconds(59));
  client.session.timeout(client.clock.now(), event, client.out);
  const std::size_t after = allocation_count();
  CHECK(events == 1);
  CHECK(after - before == 0);
  CHECK(sizeof(session::ClientSession) <= 256);
}

TEST_CASE("a server session forwards and receives without allocating, once the slots are there") {
  for (const QoS qos : {QoS::at_most_once, QoS::at_least_once, QoS::exactly_once}) {
    session::ExchangeSettings exchange;
    exchange.ack_mode = session::AckMode::manual;
    ScriptedServer server(wire::Version::mqtt_5, {}, exchange);
    server.establish();
    server.out.prepare(64 * 1024);
    const bool qos_2 = qos == QoS::exactly_once;
    wire::Buffer incoming = messages(qos);
    if (qos_2) incoming.append(acknowledgements(PacketType::pubrel).view());
    if (qos != QoS::at_most_once) {
      incoming.append(acknowledgements(qos_2 ? PacketType::pubrec : PacketType::puback).view());
    }
    if (qos_2) incoming.append(acknowledgements(PacketType::pubcomp).view());
    wire::Buffer packet;
    wire::encode(packet, wire::Version::mqtt_5, test::message("a/b", qos, 1, "21.5"));
    const std::size_t offset = wire::packet_id_offset(packet.view());
    const auto turn = [&] {
      server.out.clear();
      std::size_t done = 0;
      for (std::size_t i = 0; i < batch; ++i) {
        if (!server.engine.forward(packet.view(), qos, offset, i, server.out)) ++done;
      }
      return done + read(server, incoming.view());
    };
    const std::size_t expected = (qos == QoS::at_most_once ? 2 : 3) * batch;
    REQUIRE(turn() == expected);
    const std::size_t before = allocation_count();
    std::size_t done = 0;
    for (int i = 0; i < 20; ++i) done += turn();
    const std::size_t after = allocation_count();
    CHECK(done == 20 * expected);
    CHECK(after - before == 0);
  }
}

TEST_CASE("an accepted client that exchanges nothing but QoS 0 costs no memory") {
  ScriptedServer server;
  server.out.prepare(1024);
  wire::Buffer bytes;
  wire::encode(bytes, server.connect);
  const wire::Buffer incoming = messages(QoS::at_most_once);
  const std::size_t before = allocation_count();
  server.open();
  const std::size_t connects = read(server, bytes.view());
  const std::error_code error = server.session.accept(server.engine, {}, {}, server.out);
  const std::size_t received = read(server, incoming.view());
  server.session.close();
  const std::size_t after = allocation_count();
  CHECK(connects == 1);
  CHECK_FALSE(error);
  CHECK(received == batch);
  CHECK(after - before == 0);
}
