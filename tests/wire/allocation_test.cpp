// Counts the allocations of this executable: decoding makes none, and encoding none into a buffer
// that has grown already.
#include <doctest/doctest.h>

#include <tests/wire/counting_new.hpp>
#include <tests/wire/recode.hpp>
#include <tests/wire/sample_packets.hpp>

using namespace mqrig::wire;
using namespace mqrig::wire::test;

namespace {

// Everything that can be read from a packet is read.
std::size_t read_all(const Properties& properties) {
  std::size_t sum = 0;
  for (const Property& property : properties) sum += property.integer + property.text.size();
  return sum + properties.integer(PropertyId::message_expiry_interval).value_or(0);
}

Fault read_subscribe(const Frame& frame, Version version, Buffer& out) {
  Subscribe packet;
  const Fault fault = decode(frame, version, packet);
  ByteView entries = packet.entries;
  Subscription one;
  while (next_subscription(entries, version, one)) {
    encode_subscribe(out, version, packet.packet_id, {&one, 1}, packet.properties);
  }
  return fault;
}

Fault read_unsubscribe(const Frame& frame, Version version, Buffer& out) {
  Unsubscribe packet;
  const Fault fault = decode(frame, version, packet);
  ByteView entries = packet.entries;
  std::string_view one;
  while (next_filter(entries, one)) {
    encode_unsubscribe(out, version, packet.packet_id, {&one, 1}, packet.properties);
  }
  return fault;
}

Fault read_and_write(const Bytes& bytes, Version version, Buffer& out) {
  Frame frame;
  if (split_frame(bytes, 0xFFFF'FFFF, frame).status != FrameStatus::complete) {
    return Fault::truncated;
  }
  // recode() collects entries in a vector, for these two packets only.
  if (frame.type() == PacketType::subscribe) return read_subscribe(frame, version, out);
  if (frame.type() == PacketType::unsubscribe) return read_unsubscribe(frame, version, out);
  return recode(frame, version, out);
}

}  // namespace

TEST_CASE("decoding and encoding allocate nothing") {
  for (const Version version : all_versions) {
    const auto samples = sample_packets(version);
    Buffer out;
    out.prepare(64 * 1024);
    const std::size_t before = allocation_count();
    Fault worst = Fault::none;
    for (const Sample& sample : samples) {
      const Fault fault = read_and_write(sample.bytes, version, out);
      if (fault != Fault::none) worst = fault;
    }
    const std::size_t after = allocation_count();
    CHECK(worst == Fault::none);
    CHECK(after - before == 0);
  }
}

TEST_CASE("iterating over properties allocates nothing") {
  PropertyWriter writer;
  writer.add(PropertyId::message_expiry_interval, 60);
  for (int i = 0; i < 10; ++i) writer.add(PropertyId::user_property, "key", "value");
  const std::size_t before = allocation_count();
  const std::size_t sum = read_all(writer.view());
  const std::size_t after = allocation_count();
  CHECK(sum > 0);
  CHECK(after - before == 0);
}

TEST_CASE("a million bytes of packets through one buffer allocate nothing once it is warm") {
  Publish publish;
  publish.topic = "site/4/sensor/17/temperature";
  publish.payload = as_bytes("21.5");
  Buffer out;
  const auto turn = [&] {
    while (out.size() < 64 * 1024) encode(out, Version::mqtt_5, publish);
    Frame frame;
    while (split_frame(out.view(), 0xFFFF'FFFF, frame).status == FrameStatus::complete) {
      Publish decoded;
      if (decode(frame, Version::mqtt_5, decoded) != Fault::none) return false;
      out.consume(frame.size);
    }
    return true;
  };
  REQUIRE(turn());
  const std::size_t before = allocation_count();
  bool good = true;
  for (int i = 0; i < 16; ++i) good = good && turn();
  const std::size_t after = allocation_count();
  CHECK(good);
  CHECK(after - before == 0);
}
