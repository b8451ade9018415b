// What happens to messages in flight when a connection ends and another one begins.
#include <tests/support/scripted_client.hpp>
#include <tests/support/scripted_server.hpp>

#include <mqrig/wire/encode.hpp>

using namespace mqrig;
using session::Error;
using test::Lines;
using test::OwnedProperties;
using test::ScriptedClient;
using wire::PacketType;
using wire::PropertyId;
using wire::QoS;
using wire::ReasonCode;
using wire::Version;

namespace {

// In flight: 1 and 4 at QoS 1, 2 and 3 at QoS 2, of which 3 was released.
void leave_four_in_flight(ScriptedClient& client) {
  client.establish();
  client.publish("a", QoS::at_least_once, "1", 101);
  client.publish("a", QoS::exactly_once, "2", 102);
  client.publish("a", QoS::exactly_once, "3", 103);
  client.publish("a", QoS::at_least_once, "4", 104);
  client.receive_ack(PacketType::pubrec, 3);
  client.sent();
}

const Lines four_again{"PUBREL 3", "PUBLISH q1 dup id=1 t=a p=1", "PUBLISH q2 dup id=2 t=a p=2",
                       "PUBLISH q1 dup id=4 t=a p=4"};

}  // namespace

TEST_CASE(
    "with the session present messages in flight are sent again with identifier and DUP, in order "
    "[MQTT-4.4.0-1] [MQTT-3.3.1-1] [MQTT-4.6.0-1] [MQTT-4.6.0-4] [MQTT-4.3.3-6] [MQTT-3.1.2-23] "
    "[MQTT-4.1.0-1] [MQTT-3.3.1-1 of 3.1.1] [MQTT-2.3.1-3 of 3.1.1] [MQTT-3.1.2-4 of 3.1.1]") {
  for (const Version version : {Version::mqtt_3_1, Version::mqtt_3_1_1, Version::mqtt_5}) {
    ScriptedClient client(version);
    leave_four_in_flight(client);
    const bool present = version != Version::mqtt_3_1;  // which cannot say so
    client.reconnect({}, present);
    if (!present) continue;
    CHECK(client.session.resending());
    CHECK(client.sent() == Lines{});
    client.resend();
    CHECK(client.sent() == four_again);
    CHECK_FALSE(client.session.resending());
    CHECK(client.receive_ack(PacketType::pubcomp, 3) == Lines{"published 103"});
    CHECK(client.receive_ack(PacketType::puback, 1) == Lines{"published 101"});
    CHECK(client.receive_ack(PacketType::pubrec, 2) == Lines{});
    CHECK(client.receive_ack(PacketType::pubcomp, 2) == Lines{"published 102"});
    CHECK(client.receive_ack(PacketType::puback, 4) == Lines{"published 104"});
    CHECK(client.session.pending() == 0);
  }
}

TEST_CASE("nothing is sent again on the same connection, however long it lasts [MQTT-4.4.0-1]") {
  ScriptedClient client;
  leave_four_in_flight(client);
  client.resend();
  for (int i = 0; i < 10; ++i) {
    client.time_out();
    client.receive_publish(test::message("a", QoS::at_most_once));
    client.resend();
    CHECK(client.sent() == Lines{"PINGREQ"});
  }
}

TEST_CASE("every new connection begins where the last one ended") {
  ScriptedClient client;
  leave_four_in_flight(client);
  for (int i = 0; i < 3; ++i) {
    client.reconnect();
    client.resend();
    CHECK(client.sent() == four_again);
  }
  client.receive_ack(PacketType::pubrec, 2);
  client.receive_ack(PacketType::puback, 1);
  client.reconnect();
  client.resend();
  CHECK(client.sent() == Lines{"PUBREL 3", "PUBREL 2", "PUBLISH q1 dup id=4 t=a p=4"});
}

TEST_CASE("a connection lost in the middle of resending changes no order [MQTT-4.6.0-1]") {
  for (std::size_t enough = 1; enough <= 40; ++enough) {
    CAPTURE(enough);
    ScriptedClient client;
    leave_four_in_flight(client);
    client.reconnect();
    client.session.resend(client.out, enough);
    client.reconnect();
    client.resend();
    CHECK(client.sent() == four_again);
  }
}

TEST_CASE("resending stops when the buffer holds enough, and goes on when it has drained") {
  ScriptedClient client;
  leave_four_in_flight(client);
  client.reconnect();
  Lines lines;
  int calls = 0;
  while (client.session.resending()) {
    client.session.resend(client.out, 1);
    for (const std::string& line : client.sent()) lines.push_back(line);
    REQUIRE(++calls <= 4);
  }
  CHECK(calls == 4);
  CHECK(lines == four_again);
}

TEST_CASE("new messages wait until the old ones were sent again [MQTT-4.6.0-1]") {
  ScriptedClient client;
  leave_four_in_flight(client);
  client.reconnect();
  for (const QoS qos : {QoS::at_most_once, QoS::at_least_once, QoS::exactly_once}) {
    CHECK_FALSE(client.session.ready(qos));
    CHECK(client.publish("b", qos) == Error::would_block);
  }
  client.resend();
  CHECK_FALSE(client.publish("b", QoS::at_least_once));
  CHECK(client.sent().back() == "PUBLISH q1 id=5 t=b");
}

TEST_CASE("resending keeps to the quota of the new connection [MQTT-4.9.0-2]") {
  ScriptedClient client;
  leave_four_in_flight(client);
  client.reconnect(OwnedProperties{{PropertyId::receive_maximum, 2}});
  client.resend();
  CHECK(client.sent() == Lines{"PUBREL 3", "PUBLISH q1 dup id=1 t=a p=1"});
  CHECK(client.session.resending());
  // What was not sent on this connection cannot be acknowledged on it.
  CHECK(client.receive_ack(PacketType::puback, 4) == Lines{});
  CHECK(client.receive_ack(PacketType::pubrec, 2) == Lines{});
  client.resend();
  CHECK(client.sent() == Lines{});
  client.receive_ack(PacketType::pubcomp, 3);
  client.resend();
  CHECK(client.sent() == Lines{"PUBLISH q2 dup id=2 t=a p=2"});
  client.receive_ack(PacketType::puback, 1);
  client.resend();
  CHECK(client.sent() == Lines{"PUBLISH q1 dup id=4 t=a p=4"});
  CHECK_FALSE(client.session.resending());
  CHECK(client.publish("b", QoS::at_least_once) == Error::would_block);
}

TEST_CASE("below 5.0 resending keeps to twenty QoS 2 messages") {
  ScriptedClient client;
  client.establish();
  for (int i = 0; i < 30; ++i) client.publish("a", QoS::exactly_once);
  client.connect.version = Version::mqtt_3_1_1;
  client.reconnect();
  client.resend();
  CHECK(client.sent().size() == 20);
  CHECK(client.session.resending());
  client.receive_ack(PacketType::pubrec, 1);
  client.receive_ack(PacketType::pubcomp, 1);
  client.sent();
  client.resend();
  CHECK(client.sent() == Lines{"PUBLISH q2 dup id=21 t=a"});
}

TEST_CASE(
    "without the session everything is published anew, without DUP and in order "
    "[MQTT-3.2.2-5] [MQTT-3.3.1-3]") {
  ScriptedClient client;
  leave_four_in_flight(client);
  client.reconnect({}, false);
  client.resend();
  // What was released comes first: the server took it before the others.
  CHECK(client.sent() == Lines{"PUBLISH q2 id=3 t=a p=3", "PUBLISH q1 id=1 t=a p=1",
                               "PUBLISH q2 id=2 t=a p=2", "PUBLISH q1 id=4 t=a p=4"});
  CHECK(client.receive_ack(PacketType::pubcomp, 3) == Lines{});
  CHECK(client.receive_ack(PacketType::pubrec, 3) == Lines{});
  CHECK(client.receive_ack(PacketType::pubcomp, 3) == Lines{"published 103"});
  // The new session knows them now.
  client.sent();
  client.reconnect();
  client.resend();
  CHECK(client.sent().front() == "PUBLISH q1 dup id=1 t=a p=1");
}

TEST_CASE("what the new session has not seen yet is sent to it without DUP [MQTT-3.3.1-3]") {
  ScriptedClient client;
  leave_four_in_flight(client);
  client.reconnect({}, false);
  client.session.resend(client.out, 1);
  client.reconnect({}, true);
  client.resend();
  CHECK(client.sent() == Lines{"PUBLISH q2 dup id=3 t=a p=3", "PUBLISH q1 id=1 t=a p=1",
                               "PUBLISH q2 id=2 t=a p=2", "PUBLISH q1 id=4 t=a p=4"});
}

TEST_CASE("clean start publishes anew what was in flight [MQTT-3.1.2-6 of 3.1.1]") {
  ScriptedClient client(Version::mqtt_3_1_1);
  leave_four_in_flight(client);
  client.session.close();
  client.connect.clean_start = true;
  client.establish();
  client.resend();
  CHECK(client.sent().front() == "PUBLISH q2 id=3 t=a p=3");
}

TEST_CASE("messages in flight change their version with the connection") {
  ScriptedClient client;
  client.establish();
  const OwnedProperties properties{{PropertyId::content_type, "text"}};
  wire::Publish publish = test::message("a", QoS::at_least_once, 0, "x");
  publish.properties = properties;
  CHECK_FALSE(client.session.publish(publish, 1, client.clock.now(), client.out));
  CHECK_FALSE(client.publish("b", QoS::exactly_once, "y", 2));
  client.connect.version = Version::mqtt_3_1_1;
  client.reconnect({}, false);
  client.resend();
  CHECK(client.sent() == Lines{"PUBLISH q1 id=1 t=a p=x", "PUBLISH q2 id=2 t=b p=y"});
  client.receive_ack(PacketType::pubrec, 2);
  client.connect.version = Version::mqtt_5;
  client.sent();
  client.reconnect({}, true);
  client.resend();
  CHECK(client.sent() == Lines{"PUBREL 2", "PUBLISH q1 dup id=1 t=a p=x"});
  CHECK(client.receive_ack(PacketType::puback, 1) == Lines{"published 1"});
}

TEST_CASE(
    "what the new connection cannot carry is reported as refused [MQTT-3.2.2-11] [MQTT-3.2.2-14] "
    "[MQTT-3.2.2-15]") {
  ScriptedClient client;
  client.establish();
  wire::Publish retained = test::message("a", QoS::at_least_once);
  retained.retain = true;
  client.session.publish(retained, 11, client.clock.now(), client.out);
  client.publish("a", QoS::exactly_once, {}, 12);
  client.publish("a", QoS::at_least_once, std::string(50, 'x'), 13);
  client.publish("a", QoS::at_least_once, "fits", 14);
  client.publish("a", QoS::exactly_once, {}, 15);
  client.receive_ack(PacketType::pubrec, 5);
  client.reconnect(OwnedProperties{{PropertyId::maximum_qos, 1},
                                   {PropertyId::retain_available, 0},
                                   {PropertyId::maximum_packet_size, 40}});
  client.resend();
  // What was released is finished in any case.
  CHECK(client.sent() == Lines{"PUBREL 5", "PUBLISH q1 dup id=4 t=a p=fits"});
  CHECK(client.session.pending() == 5);
  CHECK(client.session.deadline() <= client.clock.now());
  CHECK(client.time_out() == Lines{"published 11 0x9a", "published 12 0x9b", "published 13 0x95"});
  CHECK(client.session.pending() == 2);
  CHECK(client.session.deadline() > client.clock.now());
  CHECK(client.session.ready(QoS::at_least_once));
}

TEST_CASE("refused messages are reported by read as well, before what it reads") {
  ScriptedClient client;
  client.establish();
  client.publish("a", QoS::exactly_once, {}, 12);
  client.reconnect(OwnedProperties{{PropertyId::maximum_qos, 0}});
  client.resend();
  CHECK(client.receive_publish(test::message("b", QoS::at_most_once)) ==
        Lines{"published 12 0x9b", "message q0 t=b"});
}

TEST_CASE("dump and restore keep everything in flight, mid-way of every exchange") {
  ScriptedClient client;
  leave_four_in_flight(client);
  client.receive_publish(test::message("b", QoS::exactly_once, 9));
  wire::Buffer state;
  client.session.dump(state);

  ScriptedClient heir;
  CHECK_FALSE(heir.session.restore(state.view()));
  CHECK(heir.session.pending() == 4);
  heir.connect.clean_start = false;
  heir.establish({}, true);
  heir.resend();
  CHECK(heir.sent() == four_again);
  CHECK(heir.receive_publish(test::message("b", QoS::exactly_once, 9, {}, true)) == Lines{});
  CHECK(heir.sent() == Lines{"PUBREC 9"});
  CHECK(heir.receive_ack(PacketType::puback, 4) == Lines{"published 104"});
  CHECK(heir.receive_ack(PacketType::pubcomp, 3) == Lines{"published 103"});
  CHECK_FALSE(heir.publish("new", QoS::at_least_once));
  CHECK(heir.sent().size() == 1);
}

TEST_CASE("a dump is the same after restore") {
  ScriptedClient client;
  leave_four_in_flight(client);
  client.reconnect({}, false);
  client.session.resend(client.out, 1);
  wire::Buffer state;
  client.session.dump(state);
  ScriptedClient heir;
  CHECK_FALSE(heir.session.restore(state.view()));
  wire::Buffer again;
  heir.session.dump(again);
  CHECK(test::Bytes(state.data(), state.data() + state.size()) ==
        test::Bytes(again.data(), again.data() + again.size()));
}

TEST_CASE("a refused message that was not reported yet is in the dump") {
  ScriptedClient client;
  client.establish();
  client.publish("a", QoS::exactly_once, {}, 12);
  client.reconnect(OwnedProperties{{PropertyId::maximum_qos, 0}});
  client.resend();
  wire::Buffer state;
  client.session.dump(state);
  ScriptedClient heir;
  CHECK_FALSE(heir.session.restore(state.view()));
  CHECK(heir.session.pending() == 1);
}

TEST_CASE("a received message that was not acknowledged is delivered again after a crash") {
  session::ClientSettings settings;
  settings.exchange.ack_mode = session::AckMode::manual;
  ScriptedClient client(Version::mqtt_5, settings);
  client.establish();
  client.receive_publish(test::message("a", QoS::exactly_once, 1));
  client.receive_publish(test::message("a", QoS::exactly_once, 2));
  client.receive_publish(test::message("a", QoS::exactly_once, 3));
  client.session.acknowledge(1, ReasonCode::success, client.clock.now(), client.out);
  client.session.acknowledge(3, ReasonCode::success, client.clock.now(), client.out);
  wire::Buffer state;
  client.session.dump(state);

  ScriptedClient heir(Version::mqtt_5, settings);
  CHECK_FALSE(heir.session.restore(state.view()));
  heir.connect.clean_start = false;
  heir.establish({}, true);
  CHECK(heir.receive_publish(test::message("a", QoS::exactly_once, 1, {}, true)) == Lines{});
  CHECK(heir.receive_publish(test::message("a", QoS::exactly_once, 2, {}, true)) ==
        Lines{"message q2 dup id=2 t=a #2"});
  CHECK(heir.receive_publish(test::message("a", QoS::exactly_once, 3, {}, true)) == Lines{});
}

TEST_CASE("damaged state is refused at every byte, and leaves an empty session") {
  ScriptedClient client;
  leave_four_in_flight(client);
  client.receive_publish(test::message("b", QoS::exactly_once, 9));
  wire::Buffer state;
  client.session.dump(state);
  for (std::size_t size = 0; size < state.size(); ++size) {
    ScriptedClient heir;
    REQUIRE(heir.session.restore(state.view().first(size)) == Error::corrupt_state);
    REQUIRE(heir.session.pending() == 0);
    heir.establish();
    REQUIRE_FALSE(heir.publish("a", QoS::at_least_once));
  }
  test::Bytes longer(state.data(), state.data() + state.size());
  longer.push_back(0);
  ScriptedClient heir;
  CHECK(heir.session.restore(longer) == Error::corrupt_state);
}

TEST_CASE("opening again without a close forgets the requests of the old connection") {
  ScriptedClient client;
  client.establish();
  client.subscribe({{.filter = "a"}});
  client.publish("a", QoS::at_least_once, "x");
  client.connect.clean_start = false;
  client.establish({}, true);
  client.sent();
  client.resend();
  CHECK(client.sent() == Lines{"PUBLISH q1 dup id=2 t=a p=x"});
  CHECK(client.receive_suback(1, {0}) == Lines{"fault 0x82"});
}

TEST_CASE("a client that has lost its state frees the identifiers that the server holds for it") {
  test::ScriptedServer server;
  server.establish();
  server.receive_publish(test::message("a", wire::QoS::exactly_once, 1));
  server.acknowledge(1);
  server.reconnect();
  REQUIRE(server.engine.receiver().unreleased() == 1);

  test::ScriptedClient client;
  client.establish();
  client.out.clear();
  client.session.release_unknown(2, client.clock.now(), client.out);
  server.receive(client.out);
  CHECK(server.engine.receiver().unreleased() == 0);
  CHECK(server.receive_publish(test::message("b", wire::QoS::exactly_once, 1)).size() == 1);
}
