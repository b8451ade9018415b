#include <doctest/doctest.h>

#include <mqrig/wire/decode.hpp>

#include <tests/wire/bytes.hpp>

using namespace mqrig::wire;
using namespace mqrig::wire::test;

namespace {

struct AckRow {
  PacketType type;
  std::uint8_t first_byte;
};

constexpr AckRow acks[]{{PacketType::puback, 0x40},
                        {PacketType::pubrec, 0x50},
                        {PacketType::pubrel, 0x62},
                        {PacketType::pubcomp, 0x70}};

Fault ack_fault(std::uint8_t first_byte, const Bytes& body, Version version) {
  return fault_of<Ack>(packet(first_byte, body), version);
}

}  // namespace

TEST_CASE("acknowledgements of two bytes mean success in every version") {
  for (const Version version : all_versions) {
    for (const AckRow& row : acks) {
      const Bytes bytes = packet(row.first_byte, hex("12 34"));
      Ack ack;
      ack.reason = ReasonCode::banned;
      REQUIRE(decode(frame_of(bytes), version, ack) == Fault::none);
      CHECK(ack.type == row.type);
      CHECK(ack.packet_id == 0x1234);
      CHECK(ack.reason == ReasonCode::success);
      CHECK(ack.properties.empty());
    }
  }
}

TEST_CASE("in 5.0 a reason and properties may follow, below 5.0 nothing may") {
  const Bytes reason_string = properties(hex("1f 00 02 6e 6f"));
  for (const AckRow& row : acks) {
    const Bytes three = packet(row.first_byte, hex("00 01 00"));
    const Bytes four = packet(row.first_byte, hex("00 01 00 00"));
    const Bytes more = packet(row.first_byte, hex("00 01 00") + reason_string);
    Ack ack;
    CHECK(decode(frame_of(three), Version::mqtt_5, ack) == Fault::none);
    CHECK(decode(frame_of(four), Version::mqtt_5, ack) == Fault::none);
    REQUIRE(decode(frame_of(more), Version::mqtt_5, ack) == Fault::none);
    CHECK(ack.properties.text(PropertyId::reason_string) == "no");
    for (const Version version : {Version::mqtt_3_1, Version::mqtt_3_1_1}) {
      CHECK(fault_of<Ack>(three, version) == Fault::trailing_bytes);
      CHECK(fault_of<Ack>(more, version) == Fault::trailing_bytes);
    }
  }
}

TEST_CASE("acknowledgements of the wrong shape are refused") {
  for (const AckRow& row : acks) {
    CHECK(ack_fault(row.first_byte, {}, Version::mqtt_5) == Fault::truncated);
    CHECK(ack_fault(row.first_byte, hex("01"), Version::mqtt_5) == Fault::truncated);
    CHECK(ack_fault(row.first_byte, hex("00 00"), Version::mqtt_5) == Fault::zero_packet_id);
    CHECK(ack_fault(row.first_byte, hex("00 01 00 05"), Version::mqtt_5) == Fault::truncated);
    CHECK(ack_fault(row.first_byte, hex("00 01 00 00 00"), Version::mqtt_5) ==
          Fault::trailing_bytes);
    CHECK(ack_fault(row.first_byte, hex("00 01 00 03 23 00 01"), Version::mqtt_5) ==
          Fault::property_not_allowed);
  }
}

TEST_CASE(
    "[MQTT-3.4.2-1] [MQTT-3.5.2-1] [MQTT-3.6.2-1] [MQTT-3.7.2-1] acknowledgements with a reason "
    "code that is not theirs are refused") {
  for (const AckRow& row : acks) {
    for (unsigned code = 0; code < 256; ++code) {
      const Bytes body = hex("00 01") + Bytes{static_cast<std::uint8_t>(code)};
      const auto reason = static_cast<ReasonCode>(code);
      const bool listed = allowed(reason, row.type);
      // Brokers refuse a message with errors of other tables as well, such as 0x95.
      const bool refusal = (row.type == PacketType::puback || row.type == PacketType::pubrec) &&
                           is_error(reason) && allowed(reason, PacketType::disconnect);
      CHECK(ack_fault(row.first_byte, body, Version::mqtt_5) ==
            (listed || refusal ? Fault::none : Fault::invalid_reason_code));
    }
  }
}

TEST_CASE("SUBACK gives one reason for each filter") {
  const Bytes bytes = packet(0x90, hex("00 0a") + properties(hex("1f 00 01 78")) + hex("00 02 87"));
  SubscriptionAck ack;
  REQUIRE(decode(frame_of(bytes), Version::mqtt_5, ack) == Fault::none);
  CHECK(ack.type == PacketType::suback);
  CHECK(ack.packet_id == 10);
  CHECK(ack.properties.text(PropertyId::reason_string) == "x");
  REQUIRE(ack.reasons.size() == 3);
  CHECK(ack.reasons[1] == 2);
  CHECK(ack.reasons[2] == 0x87);
}

TEST_CASE("[MQTT-3.9.3-2] [MQTT-3.11.3-2] SUBACK and UNSUBACK carry the codes of their version") {
  for (unsigned code = 0; code < 256; ++code) {
    CAPTURE(code);
    const Bytes last{static_cast<std::uint8_t>(code)};
    const auto reason = static_cast<ReasonCode>(code);
    const Bytes suback = packet(0x90, hex("00 0a 00 00") + last);
    CHECK(fault_of<SubscriptionAck>(suback, Version::mqtt_5) ==
          (allowed(reason, PacketType::suback) ? Fault::none : Fault::invalid_reason_code));
    const Bytes unsuback = packet(0xB0, hex("00 0a 00 00") + last);
    CHECK(fault_of<SubscriptionAck>(unsuback, Version::mqtt_5) ==
          (allowed(reason, PacketType::unsuback) ? Fault::none : Fault::invalid_reason_code));
    // Brokers send the refusals of 5.0 to older clients too.
    const Bytes old = packet(0x90, hex("00 0a 01") + last);
    CHECK(fault_of<SubscriptionAck>(old, Version::mqtt_3_1_1) ==
          (code <= 2 || code >= 0x80 ? Fault::none : Fault::invalid_reason_code));
  }
}

TEST_CASE("UNSUBACK below 5.0 carries the packet id only") {
  for (const Version version : {Version::mqtt_3_1, Version::mqtt_3_1_1}) {
    const Bytes bytes = hex("b0 02 00 0a");
    SubscriptionAck ack;
    REQUIRE(decode(frame_of(bytes), version, ack) == Fault::none);
    CHECK(ack.type == PacketType::unsuback);
    CHECK(ack.packet_id == 10);
    CHECK(ack.reasons.empty());
    CHECK(fault_of<SubscriptionAck>(hex("b0 03 00 0a 00"), version) == Fault::trailing_bytes);
  }
}

TEST_CASE("SUBACK and UNSUBACK of the wrong shape are refused") {
  for (const std::uint8_t first : hex("90 b0")) {
    const auto fault = [first](const Bytes& body) {
      return fault_of<SubscriptionAck>(packet(first, body), Version::mqtt_5);
    };
    CHECK(fault({}) == Fault::truncated);
    CHECK(fault(hex("00")) == Fault::truncated);
    CHECK(fault(hex("00 00 00 00")) == Fault::zero_packet_id);
    CHECK(fault(hex("00 01")) == Fault::truncated);
    CHECK(fault(hex("00 01 00")) == Fault::empty_payload);
    CHECK(fault(hex("00 01 02 00")) == Fault::truncated);
  }
  CHECK(fault_of<SubscriptionAck>(hex("90 02 00 01"), Version::mqtt_3_1_1) == Fault::empty_payload);
}
