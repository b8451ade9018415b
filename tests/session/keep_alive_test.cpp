// Keep alive, time-outs and a stopped reader, in virtual time.
#include <tests/support/scripted_client.hpp>

using namespace mqrig;
using namespace std::chrono_literals;
using test::Lines;
using test::OwnedProperties;
using test::ScriptedClient;
using wire::PropertyId;
using wire::QoS;
using wire::Version;

namespace {

constexpr std::uint8_t pingresp_bytes[] = {0xD0, 0};
const wire::ByteView pingresp(pingresp_bytes);

// Runs from deadline to deadline for `duration`; a PINGREQ is answered at once.
int pings_during(ScriptedClient& client, session::Duration duration) {
  int pings = 0;
  const session::Time end = client.clock.now() + duration;
  while (client.session.deadline() <= end) {
    REQUIRE(client.time_out() == Lines{});
    for (const std::string& line : client.sent()) {
      REQUIRE(line == "PINGREQ");
      ++pings;
      client.receive(pingresp);
    }
  }
  client.clock.advance_to(end);
  return pings;
}

}  // namespace

TEST_CASE("PINGREQ is sent within the keep alive [MQTT-3.1.2-20] [MQTT-3.1.2-23 of 3.1.1]") {
  for (const int seconds : {1, 2, 10, 60, 65'535}) {
    CAPTURE(seconds);
    ScriptedClient client;
    client.connect.keep_alive = static_cast<std::uint16_t>(seconds);
    client.establish();
    const session::Time start = client.clock.now();
    CHECK(client.time_out() == Lines{});
    CHECK(client.sent() == Lines{"PINGREQ"});
    CHECK(client.clock.now() < start + std::chrono::seconds(seconds));
    CHECK(client.clock.now() >= start + std::chrono::seconds(seconds) * 8 / 10);
  }
}

TEST_CASE("PINGREQ out of turn tells when all before it was handled") {
  ScriptedClient client;
  client.connect.keep_alive = 0;
  client.establish();
  for (int i = 0; i < 2; ++i) client.session.ping(client.clock.now(), client.out);
  CHECK(client.sent() == Lines{"PINGREQ", "PINGREQ"});
  client.receive(pingresp);
  CHECK_FALSE(client.session.pings_answered());  // the first answer says nothing of the second
  client.receive(pingresp);
  CHECK(client.session.pings_answered());
  client.session.ping(client.clock.now(), client.out);
  CHECK(client.time_out().size() == 1);  // silence is noticed without a keep alive, too
}

TEST_CASE("what is sent postpones PINGREQ") {
  ScriptedClient client;
  client.establish();
  for (int i = 0; i < 10; ++i) {
    client.clock.advance(30s);
    CHECK_FALSE(client.publish("a", QoS::at_most_once));
    CHECK(client.session.deadline() == client.clock.now() + 58s);
  }
  client.sent();
  // An acknowledgement is a packet as well.
  client.clock.advance(30s);
  client.receive_publish(test::message("a", QoS::at_least_once, 1));
  CHECK(client.sent() == Lines{"PUBACK 1"});
  CHECK(client.session.deadline() == client.clock.now() + 58s);
}

TEST_CASE("a busy sender asks for no sign of life: the answer would wait behind what it sends") {
  ScriptedClient client;
  client.establish();
  for (int second = 0; second < 300; ++second) {
    client.clock.advance(1s);
    client.publish("a", QoS::at_most_once);
    REQUIRE(client.session.deadline() == client.clock.now() + 58s);
  }
}

TEST_CASE("the keep alive of the server counts [MQTT-3.1.2-21] [MQTT-3.2.2-21]") {
  ScriptedClient client;
  client.establish(OwnedProperties{{PropertyId::server_keep_alive, 10}});
  CHECK(client.session.keep_alive() == 10);
  CHECK(client.session.deadline() == client.clock.now() + 9s);
  CHECK(pings_during(client, 100s) == 11);

  ScriptedClient off;
  off.establish(OwnedProperties{{PropertyId::server_keep_alive, 0}});
  CHECK(off.session.deadline() == session::never);
}

TEST_CASE("a keep alive of 0 sends no PINGREQ") {
  ScriptedClient client;
  client.connect.keep_alive = 0;
  client.establish();
  CHECK(client.session.deadline() == session::never);
}

TEST_CASE("PINGREQ without an answer ends the connection") {
  for (const Version version : {Version::mqtt_3_1_1, Version::mqtt_5}) {
    ScriptedClient client(version);
    client.establish();
    client.time_out();
    client.sent();
    CHECK(client.session.deadline() == client.clock.now() + client.settings.ping_timeout);
    CHECK(client.time_out() == Lines{"timed out 0x8d"});
    // In 3.1.1 DISCONNECT would make the server forget the will.
    CHECK(client.sent() == (version == Version::mqtt_5 ? Lines{"DISCONNECT 0x80"} : Lines{}));
    CHECK(client.session.deadline() == session::never);
  }
}

TEST_CASE("the answer to PINGREQ is awaited for the keep alive at most") {
  ScriptedClient client;
  client.connect.keep_alive = 4;
  client.establish();
  client.time_out();
  CHECK(client.session.deadline() <= client.clock.now() + 4s);
}

TEST_CASE("any packet is an answer to PINGREQ") {
  ScriptedClient client;
  client.establish();
  client.time_out();
  client.receive_publish(test::message("a", QoS::at_most_once));
  CHECK(client.session.deadline() == client.clock.now() + 58s);
}

TEST_CASE("while nobody reads, PINGREQs go on and silence is not held against the peer") {
  ScriptedClient client;
  client.settings.ack_timeout = 5s;
  client.establish();
  client.publish("a", QoS::at_least_once);
  client.sent();
  client.session.reading(false, client.clock.now());
  for (int ping = 0; ping < 10; ++ping) {
    CHECK(client.time_out() == Lines{});
    CHECK(client.sent() == Lines{"PINGREQ"});
    CHECK(client.session.deadline() == client.clock.now() + 58s);
  }
  client.session.reading(true, client.clock.now());
  CHECK(client.session.deadline() == client.clock.now() + 5s);
  CHECK(client.time_out() == Lines{"timed out 0x80"});
}

TEST_CASE("reading again asks for a sign of life before it gives up") {
  ScriptedClient client;
  client.establish();
  client.session.reading(false, client.clock.now());
  client.time_out();
  client.time_out();
  client.sent();
  client.session.reading(true, client.clock.now());
  CHECK(client.time_out() == Lines{});
  CHECK(client.sent() == Lines{"PINGREQ"});
  CHECK(client.time_out() == Lines{"timed out 0x8d"});
}

TEST_CASE("an acknowledgement that does not come ends the connection when asked to") {
  ScriptedClient client;
  client.settings.ack_timeout = 20s;
  client.establish();
  CHECK(client.session.deadline() == client.clock.now() + 58s);
  client.publish("a", QoS::exactly_once, "x", 1);
  CHECK(client.session.deadline() == client.clock.now() + 20s);
  client.clock.advance(15s);
  client.receive_ack(wire::PacketType::pubrec, 1);
  CHECK(client.session.deadline() == client.clock.now() + 20s);
  CHECK(client.time_out() == Lines{"timed out 0x80"});
  CHECK(client.session.pending() == 1);
}

TEST_CASE("SUBSCRIBE and UNSUBSCRIBE are subject to the acknowledgement time-out") {
  ScriptedClient client;
  client.settings.ack_timeout = 20s;
  client.establish();
  client.subscribe({{.filter = "a"}});
  CHECK(client.session.deadline() == client.clock.now() + 20s);
  client.receive_suback(1, {0});
  CHECK(client.session.deadline() == client.clock.now() + 58s);
  client.clock.advance(3s);
  client.unsubscribe({"a"});
  CHECK(client.session.deadline() == client.clock.now() + 20s);
  CHECK(client.time_out() == Lines{"timed out 0x80"});
}

TEST_CASE("the time to the first acknowledgement begins with the message, not with the silence") {
  ScriptedClient client;
  client.settings.ack_timeout = 20s;
  client.establish();
  client.clock.advance(50s);
  client.publish("a", QoS::at_least_once);
  CHECK(client.session.deadline() == client.clock.now() + 20s);
}

TEST_CASE("a call to timeout before the deadline does nothing") {
  ScriptedClient client;
  client.establish();
  client.clock.advance(57s);
  session::Event event;
  CHECK_FALSE(client.session.timeout(client.clock.now(), event, client.out));
  CHECK(client.sent() == Lines{});
  client.session.close();
  client.clock.advance(100s);
  CHECK_FALSE(client.session.timeout(client.clock.now(), event, client.out));
  CHECK(client.sent() == Lines{});
}
