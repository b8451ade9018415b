#include <mqrig/wire/encode.hpp>
#include <mqrig/wire/property_list.hpp>

namespace mqrig::wire {

namespace {

// How much of reason and properties is written: both may be left out from the end.
std::size_t tail_size(Version version, ReasonCode reason, const Properties& properties) {
  if (version != Version::mqtt_5) return 0;
  if (!properties.empty()) return 1 + property_list_size(version, properties);
  return reason == ReasonCode::success ? 0 : 1;
}

void write_tail(Writer& writer, std::size_t size, ReasonCode reason, const Properties& properties) {
  if (size > 0) writer.byte(static_cast<std::uint8_t>(reason));
  if (size > 1) write_property_list(writer, Version::mqtt_5, properties);
}

}  // namespace

bool encode(Buffer& out, Version version, const Ack& packet) {
  const std::size_t tail = tail_size(version, packet.reason, packet.properties);
  const unsigned flags = packet.type == PacketType::pubrel ? 2 : 0;
  return append_packet(out, first_byte(packet.type, flags), 2 + tail, [&](Writer& writer) {
    writer.two_bytes(packet.packet_id);
    write_tail(writer, tail, packet.reason, packet.properties);
  });
}

bool encode(Buffer& out, Version version, const SubscriptionAck& packet) {
  const bool has_reasons = packet.type == PacketType::suback || version == Version::mqtt_5;
  const ByteView reasons = has_reasons ? packet.reasons : ByteView();
  const std::size_t size = 2 + property_list_size(version, packet.properties) + reasons.size();
  return append_packet(out, first_byte(packet.type), size, [&](Writer& writer) {
    writer.two_bytes(packet.packet_id);
    write_property_list(writer, version, packet.properties);
    for (const std::uint8_t code : reasons) {
      // Below 5.0 there is one refusal only [MQTT-3.9.3-2].
      writer.byte(version != Version::mqtt_5 && code > 0x80 ? std::uint8_t{0x80} : code);
    }
  });
}

void encode_pingreq(Buffer& out) {
  append_packet(out, first_byte(PacketType::pingreq), 0, [](Writer&) {});
}

void encode_pingresp(Buffer& out) {
  append_packet(out, first_byte(PacketType::pingresp), 0, [](Writer&) {});
}

bool encode(Buffer& out, Version version, const Disconnect& packet) {
  const std::size_t tail = tail_size(version, packet.reason, packet.properties);
  return append_packet(out, first_byte(PacketType::disconnect), tail, [&](Writer& writer) {
    write_tail(writer, tail, packet.reason, packet.properties);
  });
}

bool encode(Buffer& out, const Auth& packet) {
  const bool empty = packet.reason == ReasonCode::success && packet.properties.empty();
  // Unlike DISCONNECT, a reason without a property length is not foreseen, section 3.15.2.
  const std::size_t size = empty ? 0 : 1 + property_list_size(Version::mqtt_5, packet.properties);
  return append_packet(out, first_byte(PacketType::auth), size, [&](Writer& writer) {
    if (empty) return;
    writer.byte(static_cast<std::uint8_t>(packet.reason));
    write_property_list(writer, Version::mqtt_5, packet.properties);
  });
}

}  // namespace mqrig::wire
