#include <doctest/doctest.h>

#include <mqrig/wire/decode.hpp>

#include <tests/wire/bytes.hpp>

using namespace mqrig::wire;
using namespace mqrig::wire::test;

TEST_CASE("DISCONNECT of 5.0 comes empty, with a reason, or with properties") {
  Disconnect disconnect;
  const Bytes empty = hex("e0 00");
  REQUIRE(decode(frame_of(empty), Version::mqtt_5, disconnect) == Fault::none);
  CHECK(disconnect.reason == ReasonCode::success);
  const Bytes reason_only = hex("e0 01 8e");
  REQUIRE(decode(frame_of(reason_only), Version::mqtt_5, disconnect) == Fault::none);
  CHECK(disconnect.reason == ReasonCode::session_taken_over);
  CHECK(disconnect.properties.empty());
  const Bytes full = packet(0xE0, hex("8b") + properties(hex("1c 00 01 78")));
  REQUIRE(decode(frame_of(full), Version::mqtt_5, disconnect) == Fault::none);
  CHECK(disconnect.reason == ReasonCode::server_shutting_down);
  CHECK(disconnect.properties.text(PropertyId::server_reference) == "x");
  REQUIRE(decode(frame_of(empty), Version::mqtt_5, disconnect) == Fault::none);
  CHECK(disconnect.properties.empty());
}

TEST_CASE("DISCONNECT below 5.0 is empty") {
  for (const Version version : {Version::mqtt_3_1, Version::mqtt_3_1_1}) {
    CHECK(fault_of<Disconnect>(hex("e0 00"), version) == Fault::none);
    CHECK(fault_of<Disconnect>(hex("e0 01 00"), version) == Fault::trailing_bytes);
  }
}

TEST_CASE("[MQTT-3.14.2-1] DISCONNECT with a reason code that is not its own is refused") {
  for (unsigned code = 0; code < 256; ++code) {
    const bool listed = allowed(static_cast<ReasonCode>(code), PacketType::disconnect);
    CHECK(fault_of<Disconnect>(packet(0xE0, {static_cast<std::uint8_t>(code)}), Version::mqtt_5) ==
          (listed ? Fault::none : Fault::invalid_reason_code));
  }
}

TEST_CASE("DISCONNECT of the wrong shape is refused") {
  CHECK(fault_of<Disconnect>(hex("e0 02 00 01"), Version::mqtt_5) == Fault::truncated);
  CHECK(fault_of<Disconnect>(hex("e0 03 00 00 00"), Version::mqtt_5) == Fault::trailing_bytes);
  CHECK(fault_of<Disconnect>(hex("e0 05 00 03 23 00 01"), Version::mqtt_5) ==
        Fault::property_not_allowed);
}

TEST_CASE("AUTH carries method and data") {
  const Bytes bytes = packet(0xF0, hex("18") + properties(hex("15 00 01 6d 16 00 02 ff 00")));
  Auth auth;
  REQUIRE(decode(frame_of(bytes), Version::mqtt_5, auth) == Fault::none);
  CHECK(auth.reason == ReasonCode::continue_authentication);
  CHECK(auth.properties.text(PropertyId::authentication_method) == "m");
  CHECK(auth.properties.text(PropertyId::authentication_data) == std::string_view("\xFF\0", 2));
  const Bytes empty = hex("f0 00");
  REQUIRE(decode(frame_of(empty), Version::mqtt_5, auth) == Fault::none);
  CHECK(auth.reason == ReasonCode::success);
}

TEST_CASE("[MQTT-3.15.2-1] AUTH with a reason code that is not its own is refused") {
  for (unsigned code = 0; code < 256; ++code) {
    const bool listed = allowed(static_cast<ReasonCode>(code), PacketType::auth);
    const Bytes body = Bytes{static_cast<std::uint8_t>(code)} + hex("00");
    CHECK(fault_of<Auth>(packet(0xF0, body), Version::mqtt_5) ==
          (listed ? Fault::none : Fault::invalid_reason_code));
  }
}

TEST_CASE("AUTH of the wrong shape, and below 5.0, is refused") {
  CHECK(fault_of<Auth>(hex("f0 01 18"), Version::mqtt_5) == Fault::truncated);
  CHECK(fault_of<Auth>(hex("f0 03 18 00 00"), Version::mqtt_5) == Fault::trailing_bytes);
  CHECK(fault_of<Auth>(hex("f0 00"), Version::mqtt_3_1_1) == Fault::invalid_packet_type);
  CHECK(fault_of<Auth>(hex("f0 00"), Version::mqtt_3_1) == Fault::invalid_packet_type);
}

TEST_CASE("PINGREQ and PINGRESP carry nothing") {
  for (const std::uint8_t first : hex("c0 d0")) {
    CHECK(decode_ping(frame_of({first, 0})) == Fault::none);
    CHECK(decode_ping(frame_of({first, 1, 0})) == Fault::trailing_bytes);
  }
}
