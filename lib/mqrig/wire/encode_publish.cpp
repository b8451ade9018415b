#include <cstring>

#include <mqrig/wire/encode.hpp>
#include <mqrig/wire/property_list.hpp>

namespace mqrig::wire {

namespace {

constexpr std::size_t alias_size = 3;

// The properties in up to two pieces: before and behind a topic alias that they hold, which is
// replaced by the packet's field.
struct PropertyPieces {
  ByteView front;
  ByteView back;
  std::uint16_t topic_alias;

  std::size_t size() const noexcept {
    return front.size() + back.size() + (topic_alias != 0 ? alias_size : 0);
  }
};

PropertyPieces split_at_alias(const Publish& packet) noexcept {
  const ByteView encoded = packet.properties.encoded();
  PropertyPieces pieces{encoded, {}, packet.topic_alias};
  // Most properties do not even contain the byte of the identifier.
  constexpr int id = static_cast<int>(PropertyId::topic_alias);
  if (encoded.empty() || std::memchr(encoded.data(), id, encoded.size()) == nullptr) return pieces;
  const auto last = packet.properties.end();
  for (auto at = packet.properties.begin(); at != last; ++at) {
    if (at->id != PropertyId::topic_alias) continue;
    const std::size_t rest = at.rest().size();
    pieces.front = encoded.first(encoded.size() - rest);
    pieces.back = encoded.last(rest - alias_size);
    break;
  }
  return pieces;
}

void write_pieces(Writer& writer, const PropertyPieces& pieces) noexcept {
  writer.variable(pieces.size());
  if (pieces.topic_alias != 0) {
    writer.byte(static_cast<std::uint8_t>(PropertyId::topic_alias));
    writer.two_bytes(pieces.topic_alias);
  }
  writer.bytes(pieces.front);
  writer.bytes(pieces.back);
}

std::size_t body_size(const Publish& packet, std::size_t property_list) noexcept {
  const std::size_t packet_id = packet.qos == QoS::at_most_once ? 0 : sizeof(PacketId);
  return 2 + packet.topic.size() + packet_id + property_list + packet.payload.size();
}

std::size_t list_size(const PropertyPieces& pieces) noexcept {
  return variable_size(pieces.size()) + pieces.size();
}

std::uint8_t first_byte(const Publish& packet) noexcept {
  const unsigned flags =
      (packet.dup ? 8U : 0U) | static_cast<unsigned>(packet.qos) << 1 | (packet.retain ? 1U : 0U);
  return first_byte(PacketType::publish, flags);
}

}  // namespace

bool encode(Buffer& out, Version version, const Publish& packet) {
  const bool has_properties = version == Version::mqtt_5;
  const PropertyPieces pieces = has_properties ? split_at_alias(packet) : PropertyPieces{{}, {}, 0};
  const std::size_t size = body_size(packet, has_properties ? list_size(pieces) : 0);
  // Captured as values: writing bytes could change what a reference refers to, as far as the
  // compiler knows, and everything would be loaded again and again.
  const auto write = [topic = packet.topic, payload = packet.payload, qos = packet.qos,
                      packet_id = packet.packet_id, pieces, has_properties](Writer& writer) {
    writer.text(topic);
    if (qos != QoS::at_most_once) writer.two_bytes(packet_id);
    if (has_properties) write_pieces(writer, pieces);
    writer.bytes(payload);
  };
  return append_packet(out, first_byte(packet), size, write);
}

std::size_t encoded_size(Version version, const Publish& packet) noexcept {
  const std::size_t list = version == Version::mqtt_5 ? list_size(split_at_alias(packet)) : 0;
  const std::size_t body = body_size(packet, list);
  return body > max_remaining_length ? 0 : 1 + variable_size(body) + body;
}

}  // namespace mqrig::wire
