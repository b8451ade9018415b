#include <mqrig/wire/frame.hpp>

#include <doctest/doctest.h>

#include <tests/wire/bytes.hpp>

using namespace mqrig::wire;
using namespace mqrig::wire::test;

namespace {

constexpr std::uint32_t no_limit = 0xFFFF'FFFF;

FrameResult split(const Bytes& bytes, std::uint32_t limit = no_limit) {
  Frame frame;
  return split_frame(bytes, limit, frame);
}

}  // namespace

TEST_CASE("a frame is the first packet of the stream") {
  const Bytes bytes = hex("30 03 00 01 61 c0 00");
  Frame frame;
  const FrameResult result = split_frame(bytes, no_limit, frame);
  CHECK(result.status == FrameStatus::complete);
  CHECK(frame.type() == PacketType::publish);
  CHECK(frame.flags() == 0);
  CHECK(frame.size == 5);
  CHECK(frame.body.data() == bytes.data() + 2);
  CHECK(frame.body.size() == 3);
}

TEST_CASE("every remaining length from the table is read, and says what it wants") {
  for (const std::size_t length :
       {0U, 1U, 127U, 128U, 16'383U, 16'384U, 2'097'151U, 2'097'152U, 268'435'455U}) {
    CAPTURE(length);
    const Bytes header = Bytes{0x30} + variable(length);
    const FrameResult result = split(header);
    if (length == 0) {
      CHECK(result.status == FrameStatus::complete);
    } else {
      CHECK(result.status == FrameStatus::need_more);
      CHECK(result.wanted == header.size() + length);
    }
  }
}

TEST_CASE("every prefix of a packet needs more, and knows how much once the length is there") {
  const Bytes whole = packet(0x30, Bytes(200, 'x'));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const FrameResult result = split(Bytes(whole.begin(), whole.begin() + std::ptrdiff_t(size)));
    CHECK(result.status == FrameStatus::need_more);
    CHECK(result.wanted == (size < 3 ? 0 : whole.size()));
  }
  CHECK(split(whole).status == FrameStatus::complete);
}

TEST_CASE("[MQTT-1.5.5-1] a remaining length that is not minimal or too long is refused at once") {
  for (const auto* bytes : {"30 80 00", "30 81 00", "30 80 80 00", "30 ff ff 80 00",
                            "30 80 80 80 80", "30 ff ff ff ff", "30 ff ff ff ff 01"}) {
    CAPTURE(bytes);
    const FrameResult result = split(hex(bytes));
    CHECK(result.status == FrameStatus::invalid);
    CHECK(result.fault == Fault::malformed_remaining_length);
  }
}

TEST_CASE("[MQTT-3.1.2-24] a packet above the maximum size is refused at its header") {
  CHECK(split(hex("30 05"), 7).status == FrameStatus::need_more);
  CHECK(split(hex("30 05"), 6).fault == Fault::packet_too_large);
  CHECK(split(packet(0x30, Bytes(5)), 7).status == FrameStatus::complete);
  CHECK(split(packet(0x30, Bytes(5)), 6).fault == Fault::packet_too_large);
  CHECK(split(packet(0x30, Bytes(200)), 202).fault == Fault::packet_too_large);
  CHECK(split(packet(0x30, Bytes(200)), 203).status == FrameStatus::complete);
  CHECK(split(hex("30 ff ff ff 7f"), 1'000'000).fault == Fault::packet_too_large);
}

TEST_CASE("packet type 0 is refused before anything else is there") {
  CHECK(split(hex("00")).fault == Fault::invalid_packet_type);
  CHECK(split(hex("0f 00")).fault == Fault::invalid_packet_type);
}

TEST_CASE(
    "[MQTT-2.1.3-1] [MQTT-3.6.1-1] [MQTT-3.8.1-1] [MQTT-3.10.1-1] [MQTT-3.14.1-1] [MQTT-3.15.1-1] "
    "reserved flags have one value for each packet type, and PUBLISH uses all") {
  for (unsigned type = 1; type < 16; ++type) {
    const bool two = type == 6 || type == 8 || type == 10;
    for (unsigned flags = 0; flags < 16; ++flags) {
      CAPTURE(type);
      CAPTURE(flags);
      const bool valid = type == 3 || flags == (two ? 2U : 0U);
      const Bytes bytes{static_cast<std::uint8_t>(type << 4 | flags), 0};
      for (const Version version : {Version::mqtt_3_1_1, Version::mqtt_5}) {
        Frame frame;
        const FrameResult result = split_frame(bytes, no_limit, frame, version);
        CHECK(result.fault == (valid ? Fault::none : Fault::invalid_flags));
      }
      // Refused at the first byte already.
      CHECK(split({bytes[0]}).status == (valid ? FrameStatus::need_more : FrameStatus::invalid));
    }
  }
}

TEST_CASE("in 3.1 PUBREL, SUBSCRIBE and UNSUBSCRIBE may carry the DUP flag") {
  for (unsigned byte = 0x10; byte < 0x100; ++byte) {
    const Bytes bytes{static_cast<std::uint8_t>(byte), 0};
    Frame frame;
    const bool modern = split_frame(bytes, no_limit, frame).status == FrameStatus::complete;
    const bool old =
        split_frame(bytes, no_limit, frame, Version::mqtt_3_1).status == FrameStatus::complete;
    CHECK(old == (modern || byte == 0x6A || byte == 0x8A || byte == 0xAA));
  }
}
