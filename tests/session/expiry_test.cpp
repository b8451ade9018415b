// Message expiry is the server's to apply: a client neither drops nor withholds what carries it.
#include <tests/support/scripted_client.hpp>

using namespace mqrig;
using test::Lines;
using test::OwnedProperties;
using test::ScriptedClient;
using wire::PacketType;
using wire::PropertyId;
using wire::QoS;

TEST_CASE("a QoS 2 message that was sent is resent whatever its expiry says [MQTT-4.3.3-7]") {
  ScriptedClient client;
  client.establish();
  const OwnedProperties expiry{{PropertyId::message_expiry_interval, 1}};
  wire::Publish publish = test::message("a", QoS::exactly_once);
  publish.properties = expiry;
  CHECK_FALSE(client.session.publish(publish, 1, client.clock.now(), client.out));
  client.sent();
  client.clock.advance(std::chrono::hours(1));
  client.reconnect();
  client.resend();
  CHECK(client.sent() == Lines{"PUBLISH q2 dup id=1 t=a {message-expiry-interval=1}"});
}

TEST_CASE("an expired QoS 2 message goes through its whole exchange [MQTT-4.3.3-13]") {
  ScriptedClient client;
  client.establish();
  const OwnedProperties expiry{{PropertyId::message_expiry_interval, 1}};
  wire::Publish publish = test::message("a", QoS::exactly_once, 9);
  publish.properties = expiry;
  CHECK(client.receive_publish(publish).size() == 1);
  CHECK(client.sent() == Lines{"PUBREC 9"});
  client.clock.advance(std::chrono::hours(1));
  client.receive_ack(PacketType::pubrel, 9);
  CHECK(client.sent() == Lines{"PUBCOMP 9"});
}
