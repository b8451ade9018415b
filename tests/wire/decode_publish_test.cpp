#include <doctest/doctest.h>

#include <mqrig/wire/decode.hpp>

#include <tests/wire/bytes.hpp>

using namespace mqrig::wire;
using namespace mqrig::wire::test;

namespace {

// The bytes between topic and payload that this version and QoS ask for.
Bytes middle(Version version, unsigned qos) {
  return (qos > 0 ? hex("00 0a") : Bytes()) + (version == Version::mqtt_5 ? hex("00") : Bytes());
}

}  // namespace

TEST_CASE("PUBLISH gives topic, payload and flags in every version") {
  for (const Version version : all_versions) {
    for (unsigned qos = 0; qos < 3; ++qos) {
      const auto first = static_cast<std::uint8_t>(0x31U | qos << 1 | (qos > 0 ? 8U : 0U));
      const Bytes bytes = packet(first, text("a/b") + middle(version, qos) + raw("payload"));
      Publish publish;
      REQUIRE(decode(frame_of(bytes), version, publish) == Fault::none);
      CHECK(publish.topic == "a/b");
      CHECK(as_text(publish.payload) == "payload");
      CHECK(static_cast<unsigned>(publish.qos) == qos);
      CHECK(publish.retain);
      CHECK(publish.dup == (qos > 0));
      CHECK(publish.packet_id == (qos > 0 ? 10 : 0));
      CHECK(publish.topic_alias == 0);
      CHECK(publish.properties.empty());
    }
  }
}

TEST_CASE("views point into the frame, and an empty payload is a payload") {
  const Bytes bytes = packet(0x30, text("a/b") + hex("00"));
  Publish publish;
  REQUIRE(decode(frame_of(bytes), Version::mqtt_5, publish) == Fault::none);
  CHECK(publish.payload.empty());
  CHECK(publish.topic.data() == reinterpret_cast<const char*>(bytes.data()) + 4);
}

TEST_CASE("[MQTT-3.3.1-4] QoS 3 is refused") {
  for (const Version version : all_versions) {
    CHECK(fault_of<Publish>(packet(0x36, text("a") + middle(version, 3)), version) ==
          Fault::invalid_qos);
  }
}

TEST_CASE("[MQTT-3.3.1-2] DUP at QoS 0 is refused") {
  for (const Version version : all_versions) {
    CHECK(fault_of<Publish>(packet(0x38, text("a") + middle(version, 0)), version) ==
          Fault::dup_at_qos_0);
  }
}

TEST_CASE("[MQTT-2.2.1-2] [MQTT-2.2.1-3] a packet id is there at QoS 1 and 2 only, and not zero") {
  const Bytes zero = packet(0x32, text("a") + hex("00 00"));
  CHECK(fault_of<Publish>(zero, Version::mqtt_3_1_1) == Fault::zero_packet_id);
  CHECK(fault_of<Publish>(packet(0x34, text("a") + hex("01")), Version::mqtt_3_1_1) ==
        Fault::truncated);
  const Bytes qos_0 = packet(0x30, text("a") + hex("00 0a"));
  Publish publish;
  REQUIRE(decode(frame_of(qos_0), Version::mqtt_3_1_1, publish) == Fault::none);
  CHECK(publish.payload.size() == 2);
  CHECK(publish.packet_id == 0);
}

TEST_CASE("[MQTT-3.3.2-1] [MQTT-3.3.2-2] the topic is the first field, UTF-8, and no filter") {
  struct Row {
    Bytes topic;
    Fault fault;
  };
  for (const Version version : all_versions) {
    for (const Row& row : {
             Row{text("a/+/b"), Fault::invalid_topic_name},
             Row{text("a/#"), Fault::invalid_topic_name},
             Row{text("site/4/sensor/17/temperature+"), Fault::invalid_topic_name},
             Row{text("a\xFF"), Fault::invalid_utf8},
             Row{text(std::string_view("a\0b", 3)), Fault::null_character},
             Row{text("/"), Fault::none},
             Row{text("\xEF\xBB\xBFx"), Fault::none},
             Row{text("k\xC3\xBC"
                      "che"),
                 Fault::none},
         }) {
      CHECK(fault_of<Publish>(packet(0x30, row.topic + middle(version, 0)), version) == row.fault);
    }
    const bool alias_is_missing = version == Version::mqtt_5;
    CHECK(fault_of<Publish>(packet(0x30, text("") + middle(version, 0)), version) ==
          (alias_is_missing ? Fault::missing_topic : Fault::invalid_topic_name));
    CHECK(fault_of<Publish>(packet(0x30, hex("00 05 61")), version) == Fault::truncated);
    CHECK(fault_of<Publish>(packet(0x30, hex("00")), version) == Fault::truncated);
    CHECK(fault_of<Publish>(packet(0x30, {}), version) == Fault::truncated);
  }
}

TEST_CASE("a topic alias stands for an empty topic in 5.0") {
  const Bytes bytes = packet(0x30, text("") + properties(hex("23 00 07")) + raw("x"));
  Publish publish;
  REQUIRE(decode(frame_of(bytes), Version::mqtt_5, publish) == Fault::none);
  CHECK(publish.topic.empty());
  CHECK(publish.topic_alias == 7);
  CHECK(as_text(publish.payload) == "x");
  const Bytes expiry_only = packet(0x30, text("") + properties(hex("02 00 00 00 01")));
  CHECK(fault_of<Publish>(expiry_only, Version::mqtt_5) == Fault::missing_topic);
}

TEST_CASE("[MQTT-3.3.2-8] topic alias 0 is refused") {
  const Bytes bytes = packet(0x30, text("a") + properties(hex("23 00 00")));
  CHECK(fault_of<Publish>(bytes, Version::mqtt_5) == Fault::zero_topic_alias);
  CHECK(reason(Fault::zero_topic_alias) == ReasonCode::topic_alias_invalid);
}

TEST_CASE("the decoded properties hold all that was sent, the alias included") {
  const Bytes encoded = hex("02 00 00 00 3c 23 00 07 26 00 01 6b 00 01 76");
  const Bytes bytes = packet(0x32, text("t") + hex("00 01") + properties(encoded) + raw("x"));
  Publish publish;
  REQUIRE(decode(frame_of(bytes), Version::mqtt_5, publish) == Fault::none);
  CHECK(publish.topic_alias == 7);
  CHECK(publish.properties.encoded().size() == encoded.size());
  CHECK(publish.properties.integer(PropertyId::message_expiry_interval) == 60U);
  CHECK(publish.properties.find(PropertyId::user_property)->key == "k");
}

TEST_CASE("several subscription identifiers are accepted in PUBLISH") {
  const Bytes bytes = packet(0x30, text("t") + properties(hex("0b 01 0b 80 01")) + raw("x"));
  CHECK(fault_of<Publish>(bytes, Version::mqtt_5) == Fault::none);
  const Bytes zero = packet(0x30, text("t") + properties(hex("0b 00")));
  CHECK(fault_of<Publish>(zero, Version::mqtt_5) == Fault::invalid_property_value);
}

TEST_CASE("[MQTT-2.2.2-1] a 5.0 PUBLISH without property length is refused") {
  CHECK(fault_of<Publish>(packet(0x30, text("t")), Version::mqtt_5) == Fault::truncated);
  CHECK(fault_of<Publish>(packet(0x30, text("t") + hex("05 02")), Version::mqtt_5) ==
        Fault::truncated);
  CHECK(fault_of<Publish>(packet(0x30, text("t") + hex("80 00")), Version::mqtt_5) ==
        Fault::malformed_variable_integer);
}

TEST_CASE("the longest topic is accepted") {
  const std::string longest(65'535, 't');
  const Bytes bytes = packet(0x30, text(longest) + hex("00"));
  Publish publish;
  REQUIRE(decode(frame_of(bytes), Version::mqtt_5, publish) == Fault::none);
  CHECK(publish.topic == longest);
}
