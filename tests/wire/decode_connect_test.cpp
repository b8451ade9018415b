#include <doctest/doctest.h>

#include <mqrig/wire/decode.hpp>

#include <tests/wire/bytes.hpp>

using namespace mqrig::wire;
using namespace mqrig::wire::test;

namespace {

Bytes connect_packet(std::string_view protocol, std::uint8_t level, std::uint8_t flags,
                     const Bytes& payload) {
  const Bytes no_properties = level == 5 ? hex("00") : Bytes();
  return packet(0x10,
                text(protocol) + Bytes{level, flags} + hex("00 3c") + no_properties + payload);
}

Fault connect_fault(const Bytes& bytes) {
  Connect decoded;
  return decode(frame_of(bytes), decoded);
}

}  // namespace

TEST_CASE("[MQTT-3.1.3-1] the fields of CONNECT come in order: id, will, user name, password") {
  const Bytes bytes =
      packet(0x10, text("MQTT") + hex("05 ee 00 0a") + properties(hex("11 00 00 00 05")) +
                       text("id") + properties(hex("18 00 00 00 07")) + text("will/topic") +
                       text("gone") + text("user") + text("pass"));
  Connect connect;
  REQUIRE(decode(frame_of(bytes), connect) == Fault::none);
  CHECK(connect.version == Version::mqtt_5);
  CHECK(connect.clean_start);
  CHECK(connect.keep_alive == 10);
  CHECK(connect.properties.integer(PropertyId::session_expiry_interval) == 5U);
  CHECK(connect.client_id == "id");
  REQUIRE(connect.will.has_value());
  CHECK(connect.will->topic == "will/topic");
  CHECK(as_text(connect.will->payload) == "gone");
  CHECK(connect.will->qos == QoS::at_least_once);
  CHECK(connect.will->retain);
  CHECK(connect.will->properties.integer(PropertyId::will_delay_interval) == 7U);
  CHECK(connect.user_name == "user");
  REQUIRE(connect.password.has_value());
  CHECK(as_text(*connect.password) == "pass");
}

TEST_CASE("[MQTT-3.1.2-1] [MQTT-3.1.2-2] protocol name and level decide the version") {
  struct Row {
    std::string_view protocol;
    std::uint8_t level;
    Fault fault;
  };
  for (const Row& row : {
           Row{"MQIsdp", 3, Fault::none},
           Row{"MQTT", 4, Fault::none},
           Row{"MQTT", 5, Fault::none},
           Row{"MQTT", 3, Fault::unsupported_version},
           Row{"MQTT", 6, Fault::unsupported_version},
           Row{"MQTT", 0, Fault::unsupported_version},
           Row{"MQIsdp", 4, Fault::unsupported_version},
           Row{"MQIsdp", 5, Fault::unsupported_version},
           Row{"mqtt", 4, Fault::invalid_protocol_name},
           Row{"MQT", 4, Fault::invalid_protocol_name},
           Row{"MQTTT", 4, Fault::invalid_protocol_name},
           Row{"", 4, Fault::invalid_protocol_name},
       }) {
    CAPTURE(row.protocol);
    CAPTURE(static_cast<int>(row.level));
    const Bytes bytes = connect_packet(row.protocol, row.level, 0x02, text("id"));
    Connect connect;
    CHECK(decode(frame_of(bytes), connect) == row.fault);
    if (row.fault == Fault::none) CHECK(static_cast<int>(connect.version) == row.level);
  }
}

TEST_CASE("bridges of 3.1 and 3.1.1 set the highest bit of the level") {
  Connect connect;
  for (const auto& [protocol, version] :
       {std::pair("MQIsdp", Version::mqtt_3_1), std::pair("MQTT", Version::mqtt_3_1_1)}) {
    const auto level = static_cast<std::uint8_t>(version);
    const Bytes bridge = connect_packet(protocol, level | 0x80U, 0x02, text("id"));
    REQUIRE(decode(frame_of(bridge), connect) == Fault::none);
    CHECK(connect.bridge);
    CHECK(connect.version == version);
    CHECK(connect.client_id == "id");
    const Bytes other = connect_packet(protocol, level, 0x02, text("id"));
    REQUIRE(decode(frame_of(other), connect) == Fault::none);
    CHECK_FALSE(connect.bridge);
  }
  for (const std::uint8_t level : hex("80 83 85 86 c4 ff")) {
    CAPTURE(static_cast<int>(level));
    CHECK(connect_fault(connect_packet("MQTT", level, 0x02, text("id"))) ==
          Fault::unsupported_version);
  }
  for (const std::uint8_t level : hex("84 85")) {
    CHECK(connect_fault(connect_packet("MQIsdp", level, 0x02, text("id"))) ==
          Fault::unsupported_version);
  }
}

TEST_CASE(
    "[MQTT-3.1.2-3] [MQTT-3.1.2-11] [MQTT-3.1.2-12] [MQTT-3.1.2-13] [MQTT-3.1.2-22 of 3.1.1] "
    "connect flags that contradict each other are refused") {
  for (const Version version : all_versions) {
    const auto level = static_cast<std::uint8_t>(version);
    const auto* protocol = version == Version::mqtt_3_1 ? "MQIsdp" : "MQTT";
    for (unsigned flags = 0; flags < 256; ++flags) {
      const bool will = (flags & 0x04) != 0;
      const unsigned will_qos = flags >> 3 & 3;
      const bool will_retain = (flags & 0x20) != 0;
      const bool password = (flags & 0x40) != 0;
      const bool user_name = (flags & 0x80) != 0;
      const bool valid = (flags & 1) == 0 && will_qos != 3 &&
                         (will || (will_qos == 0 && !will_retain)) &&
                         (version == Version::mqtt_5 || user_name || !password);
      Bytes payload = text("id");
      if (will && version == Version::mqtt_5) payload = payload + hex("00");
      if (will) payload = payload + text("t") + text("p");
      if (user_name) payload = payload + text("u");
      if (password) payload = payload + text("w");
      CAPTURE(flags);
      CHECK(connect_fault(
                connect_packet(protocol, level, static_cast<std::uint8_t>(flags), payload)) ==
            (valid ? Fault::none : Fault::invalid_connect_flags));
    }
  }
}

TEST_CASE(
    "[MQTT-3.1.2-9] [MQTT-3.1.2-16] [MQTT-3.1.2-17] [MQTT-3.1.2-18] [MQTT-3.1.2-19] [MQTT-3.1.3-3] "
    "the fields that the flags announce are there, and no others") {
  const Bytes none;
  CHECK(connect_fault(connect_packet("MQTT", 4, 0x02, none)) == Fault::truncated);
  CHECK(connect_fault(connect_packet("MQTT", 4, 0x06, text("id"))) == Fault::truncated);
  CHECK(connect_fault(connect_packet("MQTT", 4, 0x06, text("id") + text("t"))) == Fault::truncated);
  CHECK(connect_fault(connect_packet("MQTT", 4, 0x82, text("id"))) == Fault::truncated);
  CHECK(connect_fault(connect_packet("MQTT", 4, 0xC2, text("id") + text("u"))) == Fault::truncated);
  CHECK(connect_fault(connect_packet("MQTT", 4, 0x02, text("id") + text("u"))) ==
        Fault::trailing_bytes);
  CHECK(connect_fault(connect_packet("MQTT", 5, 0x42, text("id") + text("password only"))) ==
        Fault::none);
}

TEST_CASE("in 3.1 the remaining length takes precedence over user name and password flags") {
  Connect connect;
  const Bytes neither = connect_packet("MQIsdp", 3, 0xC2, text("id"));
  REQUIRE(decode(frame_of(neither), connect) == Fault::none);
  CHECK_FALSE(connect.user_name.has_value());
  CHECK_FALSE(connect.password.has_value());
  const Bytes user = connect_packet("MQIsdp", 3, 0xC2, text("id") + text("u"));
  REQUIRE(decode(frame_of(user), connect) == Fault::none);
  CHECK(connect.user_name == "u");
  CHECK_FALSE(connect.password.has_value());
}

TEST_CASE("[MQTT-3.1.3-4] [MQTT-3.1.3-11] [MQTT-3.1.3-12] id, will topic and user name are UTF-8") {
  const Bytes bad = text("\xED\xA0\x80");
  CHECK(connect_fault(connect_packet("MQTT", 4, 0x02, bad)) == Fault::invalid_utf8);
  CHECK(connect_fault(connect_packet("MQTT", 4, 0x06, text("id") + bad + text("p"))) ==
        Fault::invalid_utf8);
  CHECK(connect_fault(connect_packet("MQTT", 4, 0x82, text("id") + bad)) == Fault::invalid_utf8);
  CHECK(connect_fault(connect_packet("MQTT", 4, 0x02, text(std::string_view("\0", 1)))) ==
        Fault::null_character);
  // The password is binary.
  CHECK(connect_fault(connect_packet("MQTT", 4, 0xC2, text("id") + text("u") + bad)) ==
        Fault::none);
}

TEST_CASE("a will topic is a topic name") {
  CHECK(connect_fault(connect_packet("MQTT", 4, 0x06, text("id") + text("a/+") + text("p"))) ==
        Fault::invalid_topic_name);
  CHECK(connect_fault(connect_packet("MQTT", 4, 0x06, text("id") + text("") + text("p"))) ==
        Fault::invalid_topic_name);
}

TEST_CASE("[MQTT-3.2.2-1] [MQTT-3.2.2-6] CONNACK flags: session present, and only on success") {
  for (const Version version : {Version::mqtt_3_1_1, Version::mqtt_5}) {
    const Bytes tail = version == Version::mqtt_5 ? hex("00") : Bytes();
    for (unsigned flags = 0; flags < 256; ++flags) {
      const Bytes head{static_cast<std::uint8_t>(flags)};
      const Fault fault = fault_of<Connack>(packet(0x20, head + hex("00") + tail), version);
      CHECK(fault == (flags > 1 ? Fault::invalid_connack_flags : Fault::none));
    }
    CHECK(fault_of<Connack>(packet(0x20, hex("01 87") + tail), version) ==
          Fault::session_present_on_refusal);
    CHECK(fault_of<Connack>(packet(0x20, hex("00 87") + tail), version) == Fault::none);
  }
}

TEST_CASE("in 3.1 the session present bit of CONNACK is ignored") {
  Connack connack;
  const Bytes bytes = hex("20 02 01 00");
  REQUIRE(decode(frame_of(bytes), Version::mqtt_3_1, connack) == Fault::none);
  CHECK_FALSE(connack.session_present);
  CHECK(fault_of<Connack>(hex("20 02 01 05"), Version::mqtt_3_1) == Fault::none);
  CHECK(fault_of<Connack>(hex("20 02 02 00"), Version::mqtt_3_1) == Fault::invalid_connack_flags);
}

TEST_CASE("[MQTT-3.2.2-8] CONNACK carries the codes of its version") {
  for (unsigned code = 0; code < 256; ++code) {
    CAPTURE(code);
    const Bytes head = Bytes{0, static_cast<std::uint8_t>(code)};
    const bool listed = allowed(static_cast<ReasonCode>(code), PacketType::connack);
    CHECK(fault_of<Connack>(packet(0x20, head + hex("00")), Version::mqtt_5) ==
          (listed ? Fault::none : Fault::invalid_reason_code));
    const Bytes old = packet(0x20, head);
    Connack connack;
    const Fault fault = decode(frame_of(old), Version::mqtt_3_1_1, connack);
    CHECK(fault == (code > 5 && code < 0x80 ? Fault::invalid_reason_code : Fault::none));
    // Some brokers send reason codes of 5.0 to older clients.
    if (code >= 0x80) CHECK(static_cast<unsigned>(connack.reason) == code);
  }
}

TEST_CASE("a 5.0 client understands the two-byte refusal of an older broker") {
  Connack connack;
  const Bytes refused = hex("20 02 00 01");
  REQUIRE(decode(frame_of(refused), Version::mqtt_5, connack) == Fault::none);
  CHECK(connack.reason == ReasonCode::unsupported_protocol_version);
  CHECK(connack.properties.empty());
  const Bytes code_of_5 = hex("20 02 00 84");
  REQUIRE(decode(frame_of(code_of_5), Version::mqtt_5, connack) == Fault::none);
  CHECK(connack.reason == ReasonCode::unsupported_protocol_version);
  // But a success without property length is not 5.0.
  CHECK(fault_of<Connack>(hex("20 02 00 00"), Version::mqtt_5) == Fault::truncated);
  CHECK(fault_of<Connack>(hex("20 02 00 06"), Version::mqtt_5) == Fault::invalid_reason_code);
  CHECK(fault_of<Connack>(hex("20 02 00 c0"), Version::mqtt_5) == Fault::invalid_reason_code);
}

TEST_CASE("CONNACK of another length is refused") {
  CHECK(fault_of<Connack>(hex("20 00"), Version::mqtt_5) == Fault::truncated);
  CHECK(fault_of<Connack>(hex("20 01 00"), Version::mqtt_3_1_1) == Fault::truncated);
  CHECK(fault_of<Connack>(hex("20 03 00 00 00"), Version::mqtt_3_1_1) == Fault::trailing_bytes);
  CHECK(fault_of<Connack>(hex("20 04 00 00 00 00"), Version::mqtt_5) == Fault::trailing_bytes);
  CHECK(fault_of<Connack>(hex("20 03 00 00 01"), Version::mqtt_5) == Fault::truncated);
}
