// Counts the allocations of this executable: QoS 0 makes none, and neither do QoS 1 and 2 once
// their slots have been used.
#include <tests/support/scripted_client.hpp>
#include <tests/wire/counting_new.hpp>

#include <mqrig/wire/encode.hpp>

using namespace mqrig;
using test::ScriptedClient;
using wire::PacketType;
using wire::QoS;
using wire::test::allocation_count;

namespace {

constexpr std::size_t batch = 100;

// Feeds bytes and counts events, without making text of them.
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
