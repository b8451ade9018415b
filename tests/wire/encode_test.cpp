#include <mqrig/wire/encode.hpp>

#include <array>

#include <doctest/doctest.h>

#include <tests/wire/bytes.hpp>

using namespace mqrig::wire;
using namespace mqrig::wire::test;

namespace {

Bytes bytes_of(const Buffer& buffer) {
  return {buffer.view().begin(), buffer.view().end()};
}

template <class Packet>
Bytes encoded(Version version, const Packet& packet) {
  Buffer out;
  REQUIRE(encode(out, version, packet));
  return bytes_of(out);
}

Ack make_ack(PacketType type, ReasonCode reason) {
  Ack ack;
  ack.type = type;
  ack.packet_id = 0x0102;
  ack.reason = reason;
  return ack;
}

}  // namespace

TEST_CASE("CONNECT of 3.1 differs from 3.1.1 in name and level") {
  Connect connect;
  connect.client_id = "id";
  const auto encode_as = [&](Version version) {
    connect.version = version;
    Buffer out;
    REQUIRE(encode(out, connect));
    return bytes_of(out);
  };
  const Bytes tail = hex("02 00 3c");
  CHECK(encode_as(Version::mqtt_3_1) ==
        packet(0x10, text("MQIsdp") + hex("03") + tail + text("id")));
  CHECK(encode_as(Version::mqtt_3_1_1) ==
        packet(0x10, text("MQTT") + hex("04") + tail + text("id")));
  CHECK(encode_as(Version::mqtt_5) ==
        packet(0x10, text("MQTT") + hex("05") + tail + hex("00") + text("id")));
}

TEST_CASE("the bridge bit is one of 3.1 and 3.1.1") {
  Connect connect;
  connect.client_id = "id";
  connect.bridge = true;
  const auto level = [&](Version version) {
    connect.version = version;
    Buffer out;
    REQUIRE(encode(out, connect));
    return out.view()[version == Version::mqtt_3_1 ? 10 : 8];
  };
  CHECK(level(Version::mqtt_3_1) == 0x83);
  CHECK(level(Version::mqtt_3_1_1) == 0x84);
  CHECK(level(Version::mqtt_5) == 5);
}

TEST_CASE("[MQTT-2.2.2-1] properties are an explicit zero length in 5.0, and left out below") {
  PropertyWriter properties_writer;
  properties_writer.add(PropertyId::user_property, "k", "v");
  Publish publish;
  publish.topic = "t";
  CHECK(encoded(Version::mqtt_5, publish) == hex("30 04 00 01 74 00"));
  publish.properties = properties_writer.view();
  publish.topic_alias = 9;
  CHECK(encoded(Version::mqtt_3_1_1, publish) == hex("30 03 00 01 74"));
  CHECK(encoded(Version::mqtt_5, publish) ==
        packet(0x30, text("t") + properties(hex("23 00 09 26 00 01 6b 00 01 76"))));
}

TEST_CASE("acknowledgements are as short as their content allows") {
  PropertyWriter properties_writer;
  properties_writer.add(PropertyId::reason_string, "x");
  Ack ack = make_ack(PacketType::puback, ReasonCode::success);
  CHECK(encoded(Version::mqtt_5, ack) == hex("40 02 01 02"));
  CHECK(encoded(Version::mqtt_5, make_ack(PacketType::pubrel, ReasonCode::success)) ==
        hex("62 02 01 02"));
  ack.properties = properties_writer.view();
  CHECK(encoded(Version::mqtt_5, ack) == hex("40 08 01 02 00 04 1f 00 01 78"));
  CHECK(encoded(Version::mqtt_3_1_1, ack) == hex("40 02 01 02"));
  ack = make_ack(PacketType::pubrec, ReasonCode::quota_exceeded);
  CHECK(encoded(Version::mqtt_5, ack) == hex("50 03 01 02 97"));
  CHECK(encoded(Version::mqtt_3_1, ack) == hex("50 02 01 02"));
}

TEST_CASE("DISCONNECT and AUTH are as short as their content allows") {
  CHECK(encoded(Version::mqtt_5, Disconnect{}) == hex("e0 00"));
  Disconnect disconnect;
  disconnect.reason = ReasonCode::disconnect_with_will;
  CHECK(encoded(Version::mqtt_5, disconnect) == hex("e0 01 04"));
  CHECK(encoded(Version::mqtt_3_1_1, disconnect) == hex("e0 00"));
  Buffer out;
  Auth auth;
  CHECK(encode(out, auth));
  auth.reason = ReasonCode::reauthenticate;
  CHECK(encode(out, auth));
  CHECK(bytes_of(out) == hex("f0 00 f0 02 19 00"));
}

TEST_CASE("[MQTT-3.9.3-2 of 3.1.1] below 5.0 SUBACK has one refusal, CONNACK its return codes") {
  const Bytes reasons = hex("00 02 80 87 9e");
  SubscriptionAck suback;
  suback.packet_id = 1;
  suback.reasons = reasons;
  CHECK(encoded(Version::mqtt_3_1_1, suback) == hex("90 07 00 01 00 02 80 80 80"));
  CHECK(encoded(Version::mqtt_5, suback) == hex("90 08 00 01 00 00 02 80 87 9e"));
  suback.type = PacketType::unsuback;
  CHECK(encoded(Version::mqtt_3_1_1, suback) == hex("b0 02 00 01"));
  Connack connack;
  connack.reason = ReasonCode::not_authorized;
  CHECK(encoded(Version::mqtt_3_1_1, connack) == hex("20 02 00 05"));
  CHECK(encoded(Version::mqtt_5, connack) == hex("20 03 00 87 00"));
  connack = Connack{};
  connack.session_present = true;
  CHECK(encoded(Version::mqtt_3_1, connack) == hex("20 02 00 00"));
  CHECK(encoded(Version::mqtt_3_1_1, connack) == hex("20 02 01 00"));
}

TEST_CASE("subscription options that a version does not know are left out") {
  Subscription subscription;
  subscription.filter = "a";
  subscription.qos = QoS::at_least_once;
  subscription.no_local = true;
  subscription.retain_as_published = true;
  subscription.retain_handling = RetainHandling::do_not_send;
  Buffer out;
  REQUIRE(encode_subscribe(out, Version::mqtt_3_1_1, 1, {&subscription, 1}, {}));
  REQUIRE(encode_subscribe(out, Version::mqtt_5, 1, {&subscription, 1}, {}));
  CHECK(bytes_of(out) == hex("82 06 00 01 00 01 61 01 82 07 00 01 00 00 01 61 2d"));
  out.clear();
  const std::array<std::string_view, 2> filters{"a", "b"};
  REQUIRE(encode_unsubscribe(out, Version::mqtt_5, 1, filters, {}));
  CHECK(bytes_of(out) == hex("a2 09 00 01 00 00 01 61 00 01 62"));
}

TEST_CASE("pings are two bytes") {
  Buffer out;
  encode_pingreq(out);
  encode_pingresp(out);
  CHECK(bytes_of(out) == hex("c0 00 d0 00"));
}

TEST_CASE("an alias among the properties gives way to the packet's field") {
  // Identifier bytes inside of values must not be mistaken for the property.
  PropertyWriter writer;
  writer.add(PropertyId::content_type, "#23");
  writer.add(PropertyId::topic_alias, 7);
  writer.add(PropertyId::user_property, "#", "##");
  const Bytes received = packet(0x30, text("t") + properties(Bytes(writer.view().encoded().begin(),
                                                                   writer.view().encoded().end())));
  Publish publish;
  REQUIRE(decode(frame_of(received), Version::mqtt_5, publish) == Fault::none);
  for (const auto alias : {std::uint16_t{7}, std::uint16_t{0}, std::uint16_t{1000}}) {
    publish.topic_alias = alias;
    const Bytes sent = encoded(Version::mqtt_5, publish);
    CHECK(sent.size() == encoded_size(Version::mqtt_5, publish));
    Publish again;
    REQUIRE(decode(frame_of(sent), Version::mqtt_5, again) == Fault::none);
    CHECK(again.topic_alias == alias);
    CHECK(again.properties.text(PropertyId::content_type) == "#23");
    CHECK(again.properties.find(PropertyId::user_property)->text == "##");
    const std::size_t alias_bytes = alias == 0 ? 3 : 0;
    CHECK(again.properties.encoded().size() == writer.view().encoded().size() - alias_bytes);
  }
}

TEST_CASE("encoded_size is what encode appends, at every boundary of the remaining length") {
  for (const Version version : all_versions) {
    for (const std::size_t size : {0U, 1U, 110U, 120U, 121U, 122U, 123U, 124U, 125U, 126U, 127U,
                                   128U, 16'370U, 16'379U, 16'380U, 16'384U, 2'097'151U}) {
      const Bytes payload(size, 'x');
      Publish publish;
      publish.topic = "t";
      publish.qos = QoS::exactly_once;
      publish.packet_id = 1;
      publish.payload = payload;
      const Bytes sent = encoded(version, publish);
      CHECK(sent.size() == encoded_size(version, publish));
      Publish again;
      REQUIRE(decode(frame_of(sent), version, again) == Fault::none);
      CHECK(again.payload.size() == size);
    }
  }
}

TEST_CASE("a packet beyond the largest remaining length is not encoded") {
  // The bytes are never looked at.
  const std::uint8_t byte = 0;
  Publish publish;
  publish.topic = "t";
  publish.payload = ByteView(&byte, max_remaining_length - 4);
  CHECK(encoded_size(Version::mqtt_5, publish) == std::size_t{max_remaining_length} + 5);
  publish.payload = ByteView(&byte, max_remaining_length - 3);
  CHECK(encoded_size(Version::mqtt_5, publish) == 0);
  Buffer out;
  out.append(as_bytes("kept"));
  CHECK_FALSE(encode(out, Version::mqtt_5, publish));
  CHECK(bytes_of(out) == raw("kept"));
  CHECK(out.capacity() < 1000);
}
