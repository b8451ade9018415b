#include <doctest/doctest.h>

#include <mqrig/payload/packet_text.hpp>
#include <mqrig/wire/encode.hpp>

using namespace mqrig;
using namespace mqrig::payload;
using wire::PacketType;
using wire::PropertyId;
using wire::ReasonCode;
using wire::Version;

namespace {

bool is_secret(std::string_view user_name) {
  return user_name.starts_with("token");
}

std::string packet_text(const wire::Buffer& packet, Version version = Version::mqtt_5) {
  std::string line;
  append_packet_text(line, version, packet.view(), is_secret);
  return line;
}

std::string packet_text(std::initializer_list<std::uint8_t> bytes, Version version) {
  std::string line;
  append_packet_text(line, version, {bytes.begin(), bytes.size()}, is_secret);
  return line;
}

wire::Connect connect_with_secrets() {
  wire::Connect connect;
  connect.client_id = "me";
  connect.user_name = "joe";
  connect.password = wire::as_bytes("s3cret");
  return connect;
}

}  // namespace

TEST_CASE("a packet trace names version, session and client of CONNECT, and masks the password") {
  wire::Buffer out;
  encode(out, connect_with_secrets());
  CHECK(packet_text(out) ==
        "CONNECT, 30 bytes: MQTT 5.0, clean start, keep alive 60 s, client id \"me\", "
        "user name \"joe\", password ***");
}

TEST_CASE("a packet trace masks a user name that is a secret") {
  wire::Connect connect;
  connect.client_id = "me";
  connect.user_name = "token of joe";
  wire::Buffer out;
  encode(out, connect);
  CHECK(packet_text(out) ==
        "CONNECT, 31 bytes: MQTT 5.0, clean start, keep alive 60 s, client id \"me\", "
        "user name ***");
}

TEST_CASE("a packet trace tells bridges") {
  wire::Connect connect;
  connect.version = Version::mqtt_3_1_1;
  connect.bridge = true;
  wire::Buffer out;
  encode(out, connect);
  CHECK(packet_text(out, Version::mqtt_3_1_1) ==
        "CONNECT, 14 bytes: MQTT 3.1.1, bridge, clean start, keep alive 60 s, client id \"\"");
}

TEST_CASE("a packet trace masks authentication data") {
  wire::PropertyWriter properties;
  properties.add(PropertyId::authentication_method, "SCRAM");
  properties.add(PropertyId::authentication_data, "s3cret");
  wire::Auth auth;
  auth.reason = ReasonCode::continue_authentication;
  auth.properties = properties.view();
  wire::Buffer out;
  encode(out, auth);
  CHECK(packet_text(out) ==
        "AUTH, 21 bytes: Continue authentication (0x18), authentication-method \"SCRAM\", "
        "authentication-data ***");
}

TEST_CASE("a packet trace shows the will, without its payload") {
  wire::Connect connect = connect_with_secrets();
  connect.version = Version::mqtt_3_1_1;
  connect.clean_start = false;
  connect.will.emplace();
  connect.will->topic = "gone";
  connect.will->payload = wire::as_bytes("private");
  connect.will->qos = wire::QoS::at_least_once;
  connect.will->retain = true;
  wire::Buffer out;
  encode(out, connect);
  CHECK(packet_text(out, Version::mqtt_3_1_1) ==
        "CONNECT, 44 bytes: MQTT 3.1.1, keep alive 60 s, client id \"me\", user name \"joe\", "
        "password ***, will topic \"gone\", QoS 1, retain, will payload 7 bytes");
}

TEST_CASE("a packet trace shows flags, id, topic and properties of PUBLISH") {
  wire::PropertyWriter properties;
  properties.add(PropertyId::message_expiry_interval, 60);
  properties.add(PropertyId::correlation_data, std::string_view("\0\x01\x02", 3));
  properties.add(PropertyId::user_property, "k", "v");
  wire::Publish publish;
  publish.topic = "a/\"b\"";
  publish.payload = wire::as_bytes("hello");
  publish.qos = wire::QoS::exactly_once;
  publish.retain = publish.dup = true;
  publish.packet_id = 7;
  publish.properties = properties.view();
  wire::Buffer out;
  encode(out, Version::mqtt_5, publish);
  CHECK(packet_text(out) ==
        "PUBLISH, 35 bytes: QoS 2, dup, retain, id 7, topic \"a/\\\"b\\\"\", payload 5 bytes, "
        "message-expiry-interval 60, correlation-data AAEC, user-property \"k\"=\"v\"");
  out.clear();
  publish = {};
  publish.topic = "a";
  encode(out, Version::mqtt_3_1, publish);
  CHECK(packet_text(out, Version::mqtt_3_1) ==
        "PUBLISH, 5 bytes: QoS 0, topic \"a\", payload 0 bytes");
}

TEST_CASE("a packet trace shows reasons where the version has them") {
  CHECK(packet_text({0x40, 2, 0, 9}, Version::mqtt_3_1_1) == "PUBACK, 4 bytes: id 9");
  CHECK(packet_text({0x50, 3, 0, 9, 0x97}, Version::mqtt_5) ==
        "PUBREC, 5 bytes: id 9, Quota exceeded (0x97)");
  CHECK(packet_text({0x62, 2, 0, 9}, Version::mqtt_5) == "PUBREL, 4 bytes: id 9, Success (0x00)");
  CHECK(packet_text({0x20, 2, 1, 0}, Version::mqtt_3_1_1) ==
        "CONNACK, 4 bytes: Success (0x00), session present");
  CHECK(packet_text({0xE0, 0}, Version::mqtt_3_1_1) == "DISCONNECT, 2 bytes");
  CHECK(packet_text({0xE0, 0}, Version::mqtt_5) ==
        "DISCONNECT, 2 bytes: Normal disconnection (0x00)");
  CHECK(packet_text({0xC0, 0}, Version::mqtt_5) == "PINGREQ, 2 bytes");
}

TEST_CASE("a packet trace lists the filters of SUBSCRIBE and the answers") {
  wire::Subscription subscriptions[2];
  subscriptions[0].filter = "a/#";
  subscriptions[0].qos = wire::QoS::at_least_once;
  subscriptions[1].filter = "+";
  subscriptions[1].no_local = subscriptions[1].retain_as_published = true;
  subscriptions[1].retain_handling = wire::RetainHandling::do_not_send;
  wire::PropertyWriter properties;
  properties.add(PropertyId::subscription_identifier, 5);
  wire::Buffer out;
  encode_subscribe(out, Version::mqtt_5, 3, subscriptions, properties.view());
  CHECK(
      packet_text(out) ==
      "SUBSCRIBE, 17 bytes: id 3, filter \"a/#\", QoS 1, filter \"+\", QoS 0, no local, retain as "
      "published, retain handling 2, subscription-identifier 5");
  CHECK(packet_text({0x90, 5, 0, 3, 0, 1, 0x87}, Version::mqtt_5) ==
        "SUBACK, 7 bytes: id 3, Granted QoS 1 (0x01), Not authorized (0x87)");
  out.clear();
  const std::string_view filters[] = {"a/#", "+"};
  encode_unsubscribe(out, Version::mqtt_3_1_1, 4, filters, {});
  CHECK(packet_text(out, Version::mqtt_3_1_1) ==
        "UNSUBSCRIBE, 12 bytes: id 4, filter \"a/#\", filter \"+\"");
  CHECK(packet_text({0xB0, 2, 0, 4}, Version::mqtt_3_1_1) == "UNSUBACK, 4 bytes: id 4");
}

TEST_CASE("a packet trace says what is wrong with bytes that are no valid packet") {
  CHECK(packet_text({0x30, 1, 0}, Version::mqtt_5).starts_with("PUBLISH, 3 bytes: malformed, "));
  CHECK(packet_text({0x30, 5, 0}, Version::mqtt_5) == "3 bytes that are no packet");
  CHECK(packet_text({0x00, 0}, Version::mqtt_5).starts_with("2 bytes that are no packet: "));
}
