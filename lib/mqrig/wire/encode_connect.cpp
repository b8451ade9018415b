#include <mqrig/wire/encode.hpp>
#include <mqrig/wire/property_list.hpp>

namespace mqrig::wire {

namespace {

std::string_view protocol_name(Version version) {
  return version == Version::mqtt_3_1 ? "MQIsdp" : "MQTT";
}

std::uint8_t protocol_level(const Connect& packet) {
  const bool bridge = packet.bridge && packet.version != Version::mqtt_5;
  return static_cast<std::uint8_t>(static_cast<unsigned>(packet.version) | (bridge ? 0x80U : 0U));
}

std::uint8_t connect_flags(const Connect& packet) {
  unsigned flags = packet.clean_start ? 0x02U : 0U;
  if (packet.will) {
    flags |= 0x04U | static_cast<unsigned>(packet.will->qos) << 3;
    if (packet.will->retain) flags |= 0x20U;
  }
  if (packet.password) flags |= 0x40U;
  if (packet.user_name) flags |= 0x80U;
  return static_cast<std::uint8_t>(flags);
}

std::size_t body_size(const Connect& packet) {
  // Level, flags and keep alive are four bytes; each string and binary has two of length.
  std::size_t size = 2 + protocol_name(packet.version).size() + 4 +
                     property_list_size(packet.version, packet.properties) + 2 +
                     packet.client_id.size();
  if (packet.will) {
    size += property_list_size(packet.version, packet.will->properties) + 2 +
            packet.will->topic.size() + 2 + packet.will->payload.size();
  }
  if (packet.user_name) size += 2 + packet.user_name->size();
  if (packet.password) size += 2 + packet.password->size();
  return size;
}

}  // namespace

bool encode(Buffer& out, const Connect& packet) {
  const auto write = [&](Writer& writer) {
    writer.text(protocol_name(packet.version));
    writer.byte(protocol_level(packet));
    writer.byte(connect_flags(packet));
    writer.two_bytes(packet.keep_alive);
    write_property_list(writer, packet.version, packet.properties);
    writer.text(packet.client_id);
    if (packet.will) {
      write_property_list(writer, packet.version, packet.will->properties);
      writer.text(packet.will->topic);
      writer.binary(packet.will->payload);
    }
    if (packet.user_name) writer.text(*packet.user_name);
    if (packet.password) writer.binary(*packet.password);
  };
  return append_packet(out, first_byte(PacketType::connect), body_size(packet), write);
}

bool encode(Buffer& out, Version version, const Connack& packet) {
  const std::size_t size = 2 + property_list_size(version, packet.properties);
  return append_packet(out, first_byte(PacketType::connack), size, [&](Writer& writer) {
    // All of the flags byte is reserved in 3.1.
    writer.byte(packet.session_present && version != Version::mqtt_3_1 ? 1 : 0);
    writer.byte(version == Version::mqtt_5 ? static_cast<std::uint8_t>(packet.reason)
                                           : to_connect_return_code(packet.reason));
    write_property_list(writer, version, packet.properties);
  });
}

}  // namespace mqrig::wire
