// Nanoseconds per packet for splitting, decoding and encoding, over a 64 KiB buffer of packets as
// one read of a busy connection brings them.
#include <cstdio>
#include <string>

#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/encode.hpp>
#include <mqrig/wire/topic.hpp>

#include <tests/bench/rounds.hpp>

namespace {

using namespace mqrig::wire;
using mqrig::bench::best_of_rounds;
using mqrig::bench::keep;

constexpr std::size_t buffer_size = 64 * 1024;

void report(const char* what, double decode_ns, double encode_ns) {
  std::printf("%-42s %8.1f %8.1f\n", what, decode_ns, encode_ns);
}

template <class Packet>
void measure(const char* what, Version version, const Packet& packet) {
  Buffer buffer;
  std::size_t count = 0;
  const auto fill = [&] {
    buffer.clear();
    for (count = 0; buffer.size() < buffer_size; ++count) encode(buffer, version, packet);
  };
  fill();
  const double encode_ns = best_of_rounds(count, fill);
  const double decode_ns = best_of_rounds(count, [&] {
    ByteView bytes = buffer.view();
    Frame frame;
    Packet decoded;
    while (split_frame(bytes, max_remaining_length, frame).status == FrameStatus::complete) {
      if (decode(frame, version, decoded) != Fault::none) std::abort();
      keep(decoded);
      bytes = bytes.subspan(frame.size);
    }
  });
  report(what, decode_ns, encode_ns);
}

Publish make_publish(QoS qos) {
  Publish publish;
  publish.topic = "site/4/sensor/17/tem";  // 20 bytes
  publish.payload = as_bytes("0123456789abcdef");
  publish.qos = qos;
  publish.packet_id = qos == QoS::at_most_once ? 0 : 4711;
  return publish;
}

Ack make_ack(PacketType type, ReasonCode reason) {
  Ack ack;
  ack.type = type;
  ack.packet_id = 4711;
  ack.reason = reason;
  return ack;
}

void measure_matching() {
  constexpr std::size_t count = 10'000;
  const double ns = best_of_rounds(count, [] {
    for (std::size_t i = 0; i < count; ++i) {
      std::string_view topic = "site/4/sensor/17/tem";
      keep(topic);
      keep(matches("site/+/sensor/#", topic));
    }
  });
  std::printf("%-42s %8.1f\n", "matches(site/+/sensor/#, 20-byte topic)", ns);
}

}  // namespace

int main() {
  std::printf("%-42s %8s %8s   ns/packet, best of 1000 rounds\n", "", "decode", "encode");
  const Publish qos0 = make_publish(QoS::at_most_once);
  measure("PUBLISH 5.0 QoS 0, 16 bytes", Version::mqtt_5, qos0);
  measure("PUBLISH 3.1.1 QoS 0, 16 bytes", Version::mqtt_3_1_1, qos0);
  measure("PUBLISH 5.0 QoS 1, 16 bytes", Version::mqtt_5, make_publish(QoS::at_least_once));

  Publish umlaut = qos0;
  umlaut.topic = "werk/küche/füllstand";
  measure("PUBLISH 5.0 QoS 0, topic not ASCII", Version::mqtt_5, umlaut);

  PropertyWriter properties;
  properties.add(PropertyId::message_expiry_interval, 3600);
  properties.add(PropertyId::content_type, std::string_view("application/json"));
  properties.add(PropertyId::user_property, "origin", "line 4");
  Publish rich = qos0;
  rich.properties = properties.view();
  measure("PUBLISH 5.0 QoS 0, three properties", Version::mqtt_5, rich);
  Publish alias = qos0;
  alias.topic = {};
  alias.topic_alias = 7;
  measure("PUBLISH 5.0 QoS 0, topic alias", Version::mqtt_5, alias);

  const std::string kilobyte(1024, 'x');
  Publish large = qos0;
  large.payload = as_bytes(kilobyte);
  measure("PUBLISH 5.0 QoS 0, 1 KiB", Version::mqtt_5, large);

  measure("PUBACK 5.0", Version::mqtt_5, make_ack(PacketType::puback, ReasonCode::success));
  measure("PUBACK 5.0 with reason", Version::mqtt_5,
          make_ack(PacketType::puback, ReasonCode::no_matching_subscribers));
  measure("PUBREL 3.1.1", Version::mqtt_3_1_1, make_ack(PacketType::pubrel, ReasonCode::success));
  measure_matching();
}
