#include <mqrig/wire/reason_code.hpp>

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace mqrig::wire;

namespace {

struct Row {
  PacketType packet;
  std::vector<unsigned> codes;  // as the table in the section of the packet lists them
};

const std::vector<Row> tables{
    {PacketType::connack, {0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89,
                           0x8A, 0x8C, 0x90, 0x95, 0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F}},
    {PacketType::puback, {0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99}},
    {PacketType::pubrec, {0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99}},
    {PacketType::pubrel, {0x00, 0x92}},
    {PacketType::pubcomp, {0x00, 0x92}},
    {PacketType::suback, {0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2}},
    {PacketType::unsuback, {0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91}},
    // 0x8C stands in table 2-6 only; a failed re-authentication needs it.
    {PacketType::disconnect,
     {0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8C, 0x8D, 0x8E, 0x8F, 0x90, 0x93,
      0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2}},
    {PacketType::auth, {0x00, 0x18, 0x19}},
};

}  // namespace

TEST_CASE(
    "[MQTT-3.2.2-8] [MQTT-3.4.2-1] [MQTT-3.5.2-1] [MQTT-3.6.2-1] [MQTT-3.7.2-1] [MQTT-3.9.3-2] "
    "[MQTT-3.11.3-2] [MQTT-3.14.2-1] [MQTT-3.15.2-1] each packet may carry the codes of its table, "
    "and no other") {
  for (const Row& row : tables) {
    CAPTURE(name(row.packet));
    for (unsigned code = 0; code < 256; ++code) {
      CAPTURE(code);
      bool listed = false;
      for (const unsigned one : row.codes) listed = listed || one == code;
      CHECK(allowed(static_cast<ReasonCode>(code), row.packet) == listed);
    }
  }
}

TEST_CASE("a listed code has a name, an unlisted one says so") {
  for (const Row& row : tables) {
    for (const unsigned code : row.codes) {
      CHECK(name(static_cast<ReasonCode>(code), row.packet) != "Unknown reason code");
    }
  }
  CHECK(name(static_cast<ReasonCode>(0x77), PacketType::connack) == "Unknown reason code");
  CHECK(name(static_cast<ReasonCode>(0xFF), PacketType::connack) == "Unknown reason code");
}

TEST_CASE("0x00 is named by its packet") {
  CHECK(name(ReasonCode::success, PacketType::connack) == "Success");
  CHECK(name(ReasonCode::success, PacketType::suback) == "Granted QoS 0");
  CHECK(name(ReasonCode::success, PacketType::disconnect) == "Normal disconnection");
}

TEST_CASE("[MQTT-3.2.2-5 of 3.1.1] the return codes of 3.1.1 translate to reason codes and back") {
  const std::vector<ReasonCode> codes{
      ReasonCode::success,
      ReasonCode::unsupported_protocol_version,
      ReasonCode::client_identifier_not_valid,
      ReasonCode::server_unavailable,
      ReasonCode::bad_user_name_or_password,
      ReasonCode::not_authorized,
  };
  for (std::uint8_t code = 0; code < codes.size(); ++code) {
    CHECK(from_connect_return_code(code) == codes[code]);
    CHECK(to_connect_return_code(codes[code]) == code);
  }
  CHECK(from_connect_return_code(0x80) == ReasonCode::unspecified_error);
  CHECK(from_connect_return_code(0x8A) == ReasonCode::banned);
  CHECK(from_connect_return_code(6) == ReasonCode::unspecified_error);
  CHECK(to_connect_return_code(ReasonCode::banned) == 5);
  CHECK(to_connect_return_code(ReasonCode::server_busy) == 3);
}

TEST_CASE("codes from 0x80 are errors") {
  CHECK(is_error(ReasonCode::unspecified_error));
  CHECK(is_error(ReasonCode::wildcard_subscriptions_not_supported));
  CHECK_FALSE(is_error(ReasonCode::success));
  CHECK_FALSE(is_error(ReasonCode::no_matching_subscribers));
}

TEST_CASE("packet types and versions have the specification's names") {
  const std::vector<std::string> names{"CONNECT",  "CONNACK",     "PUBLISH",  "PUBACK",
                                       "PUBREC",   "PUBREL",      "PUBCOMP",  "SUBSCRIBE",
                                       "SUBACK",   "UNSUBSCRIBE", "UNSUBACK", "PINGREQ",
                                       "PINGRESP", "DISCONNECT",  "AUTH"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    CHECK(name(static_cast<PacketType>(i + 1)) == names[i]);
  }
  CHECK(name(Version::mqtt_3_1) == "3.1");
  CHECK(name(Version::mqtt_3_1_1) == "3.1.1");
  CHECK(name(Version::mqtt_5) == "5.0");
}
