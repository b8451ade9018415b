#include <mqrig/wire/publish_layout.hpp>

#include <string>

#include <doctest/doctest.h>

#include <mqrig/wire/encode.hpp>
#include <mqrig/wire/property.hpp>

using namespace mqrig::wire;

namespace {

constexpr Version every_version[] = {Version::mqtt_3_1, Version::mqtt_3_1_1, Version::mqtt_5};

Buffer encoded(Version version, const Publish& publish) {
  Buffer bytes;
  encode(bytes, version, publish);
  return bytes;
}

}  // namespace

TEST_CASE("the packet identifier stands behind the topic, however long the lengths are") {
  for (const Version version : every_version) {
    for (const std::size_t topic_size : {1U, 200U, 65'535U}) {
      for (const std::size_t payload_size : {0U, 100U, 20'000U, 3'000'000U}) {
        const std::string topic(topic_size, 't');
        const std::string payload(payload_size, 'p');
        Publish publish;
        publish.topic = topic;
        publish.payload = as_bytes(payload);
        publish.qos = QoS::at_least_once;
        publish.packet_id = 0xABCD;
        const Buffer bytes = encoded(version, publish);
        const std::size_t offset = packet_id_offset(bytes.view());
        CHECK(bytes.data()[offset] == 0xAB);
        CHECK(bytes.data()[offset + 1] == 0xCD);
      }
    }
  }
}

TEST_CASE("the message expiry interval is found among other properties") {
  PropertyWriter properties;
  properties.add(PropertyId::content_type, std::string_view("\x02\x02\x02"));
  properties.add(PropertyId::message_expiry_interval, 0x01020304U);
  properties.add(PropertyId::user_property, "k", "v");
  for (const QoS qos : {QoS::at_most_once, QoS::exactly_once}) {
    Publish publish;
    publish.topic = "a/b";
    publish.qos = qos;
    publish.packet_id = qos == QoS::at_most_once ? 0 : 5;
    publish.properties = properties.view();
    const Buffer bytes = encoded(Version::mqtt_5, publish);
    const std::size_t offset = message_expiry_offset(bytes.view(), Version::mqtt_5);
    REQUIRE(offset != 0);
    for (std::size_t i = 0; i < 4; ++i) CHECK(bytes.data()[offset + i] == i + 1);
  }
}

TEST_CASE("a packet without message expiry interval says so") {
  Publish publish;
  publish.topic = "a";
  publish.payload = as_bytes("\x02\x02\x02\x02\x02\x02");
  for (const Version version : every_version) {
    CHECK(message_expiry_offset(encoded(version, publish).view(), version) == 0);
  }
}
