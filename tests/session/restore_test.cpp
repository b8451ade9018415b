// A session that is rebuilt message by message, and what happens to messages that waited.
#include <tests/support/scripted_server.hpp>

#include <mqrig/wire/encode.hpp>

using namespace mqrig;
using test::Lines;
using test::OwnedProperties;
using test::ScriptedServer;
using wire::PacketType;
using wire::PropertyId;
using wire::QoS;
using wire::Version;

namespace {

wire::Buffer encoded(const wire::Publish& publish, Version version = Version::mqtt_5) {
  wire::Buffer bytes;
  wire::encode(bytes, version, publish);
  return bytes;
}

bool restore(ScriptedServer& server, std::uint64_t token, const wire::Publish& publish,
             bool released = false) {
  return server.engine.sender().restore(publish.packet_id, token, server.connect.version,
                                        encoded(publish, server.connect.version).view(), released);
}

struct Pending {
  std::uint64_t token;
  bool released;
  bool operator==(const Pending&) const = default;
};

std::vector<Pending> pending(const ScriptedServer& server) {
  std::vector<Pending> all;
  server.engine.sender().for_each_pending([&](std::uint64_t token, bool released) {
    all.push_back({token, released});
  });
  return all;
}

}  // namespace

TEST_CASE(
    "restored messages are resent with their identifiers and DUP, PUBRELs first "
    "[MQTT-4.4.0-1] [MQTT-4.6.0-4] [MQTT-4.6.0-6]") {
  for (const Version version : {Version::mqtt_3_1_1, Version::mqtt_5}) {
    ScriptedServer server(version);
    CHECK(restore(server, 10, test::message("a", QoS::at_least_once, 7, "1")));
    CHECK(restore(server, 20, test::message("a", QoS::exactly_once, 3, "2"), true));
    CHECK(restore(server, 30, test::message("a", QoS::exactly_once, 9, "3")));
    CHECK(restore(server, 40, test::message("a", QoS::exactly_once, 2, "4"), true));
    CHECK(server.engine.sender().pending() == 4);
    server.reconnect();
    server.resend();
    CHECK(server.sent() == Lines{"PUBREL 3", "PUBREL 2", "PUBLISH q1 dup id=7 t=a p=1",
                                 "PUBLISH q2 dup id=9 t=a p=3"});
    CHECK(server.receive_ack(PacketType::puback, 7) == Lines{"published 10"});
    CHECK(server.receive_ack(PacketType::pubcomp, 2) == Lines{"published 40"});
  }
}

TEST_CASE("new messages get identifiers that no restored one has [MQTT-2.2.1-4]") {
  ScriptedServer server;
  CHECK(restore(server, 1, test::message("a", QoS::at_least_once, 4)));
  CHECK(restore(server, 2, test::message("a", QoS::at_least_once, 2)));
  server.reconnect();
  server.resend();
  server.sent();
  for (int i = 0; i < 3; ++i) server.forward("b", QoS::at_least_once);
  CHECK(server.sent() ==
        Lines{"PUBLISH q1 id=5 t=b", "PUBLISH q1 id=6 t=b", "PUBLISH q1 id=7 t=b"});
}

TEST_CASE("what cannot have been sent is not restored") {
  ScriptedServer server;
  session::Sender& sender = server.engine.sender();
  const wire::Buffer good = encoded(test::message("a", QoS::at_least_once, 1));
  wire::Publish aliased = test::message("a", QoS::at_least_once, 1);
  aliased.topic_alias = 1;
  CHECK_FALSE(sender.restore(0, 1, Version::mqtt_5, good.view(), false));
  CHECK_FALSE(sender.restore(2, 1, Version::mqtt_5, good.view(), false));
  CHECK_FALSE(sender.restore(1, 1, Version::mqtt_5, good.view(), true));  // QoS 1 has no PUBREC
  CHECK_FALSE(sender.restore(1, 1, Version::mqtt_5, good.view().first(4), false));
  CHECK_FALSE(sender.restore(1, 1, Version::mqtt_5, encoded(aliased).view(), false));
  CHECK_FALSE(restore(server, 1, test::message("a", QoS::at_least_once, 1, "", true)));
  CHECK(sender.pending() == 0);
  CHECK(sender.restore(1, 1, Version::mqtt_5, good.view(), false));
  CHECK_FALSE(sender.restore(1, 2, Version::mqtt_5, good.view(), false));
  CHECK(sender.pending() == 1);
}

TEST_CASE("restored identifiers of received QoS 2 messages suppress duplicates [MQTT-4.3.3-10]") {
  ScriptedServer server;
  CHECK(server.engine.receiver().restore(5));
  CHECK_FALSE(server.engine.receiver().restore(5));
  CHECK_FALSE(server.engine.receiver().restore(0));
  CHECK(server.engine.receiver().unreleased() == 1);
  server.reconnect();
  CHECK(server.receive_publish(test::message("a", QoS::exactly_once, 5, "", true)) == Lines{});
  CHECK(server.sent() == Lines{"PUBREC 5"});
  server.receive_ack(PacketType::pubrel, 5);
  CHECK(server.sent() == Lines{"PUBCOMP 5"});
}

TEST_CASE("the uncompleted messages of a session can be listed, those taken over first") {
  ScriptedServer server;
  server.establish();
  for (std::uint64_t token = 1; token <= 4; ++token) {
    server.forward("a", QoS::exactly_once, "", token);
  }
  server.receive_ack(PacketType::pubrec, 3);
  const std::vector<Pending> expected = {{3, true}, {1, false}, {2, false}, {4, false}};
  CHECK(pending(server) == expected);
  // Also while they wait for a connection, and for their turn on it.
  server.session.close();
  CHECK(pending(server) == expected);
  server.reconnect();
  CHECK(pending(server) == expected);
}

TEST_CASE(
    "the message expiry interval of a message that is resent is what is left of it "
    "[MQTT-3.3.2-6]") {
  const OwnedProperties hour{{PropertyId::content_type, "x"},
                             {PropertyId::message_expiry_interval, 3600}};
  ScriptedServer server;
  server.establish();
  wire::Publish expiring = test::message("a", QoS::at_least_once, 1);
  expiring.properties = hour;
  server.forward(expiring, 70);
  server.forward("b", QoS::at_least_once, "", 71);
  server.reconnect();
  std::vector<std::uint64_t> asked;
  server.engine.sender().update_expiry([&](std::uint64_t token) -> std::uint32_t {
    asked.push_back(token);
    return 0x01020304;
  });
  CHECK(asked == std::vector<std::uint64_t>{70});
  server.resend();
  CHECK(server.sent() ==
        Lines{"PUBLISH q1 dup id=1 t=a {content-type=x, message-expiry-interval=16909060}",
              "PUBLISH q1 dup id=2 t=b"});
}

TEST_CASE("a session gives memory back that holds nothing, and goes on as before") {
  session::ExchangeSettings exchange;
  exchange.ack_mode = session::AckMode::manual;
  ScriptedServer server(Version::mqtt_5, {}, exchange);
  server.establish();
  server.engine.shrink();
  server.forward("a", QoS::at_least_once, "", 1);
  server.receive_publish(test::message("b", QoS::exactly_once, 1));
  server.engine.shrink();  // both are pending, and stay
  CHECK(server.engine.sender().pending() == 1);
  CHECK(server.engine.receiver().unacknowledged() == 1);
  server.acknowledge(1);
  server.engine.shrink();  // the identifier is still in use
  CHECK(server.engine.receiver().unreleased() == 1);
  CHECK(server.receive_ack(PacketType::puback, 1) == Lines{"published 1"});
  server.receive_ack(PacketType::pubrel, 1);
  server.engine.shrink();
  server.sent();
  server.forward("a", QoS::at_least_once, "", 2);
  CHECK(server.sent() == Lines{"PUBLISH q1 id=1 t=a"});
  // Receipts are never used again.
  CHECK(server.receive_publish(test::message("b", QoS::exactly_once, 1)) ==
        Lines{"message q2 id=1 t=b #2"});
}
