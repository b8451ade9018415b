#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/property_reader.hpp>
#include <mqrig/wire/reader.hpp>

namespace mqrig::wire {

namespace {

Fault read_packet_id(Reader& reader, PacketId& packet_id) {
  if (!reader.two_bytes(packet_id)) return Fault::truncated;
  return packet_id != 0 ? Fault::none : Fault::zero_packet_id;
}

// 3.1.1 knows 0, 1, 2 and 0x80; some brokers send it the refusals of 5.0 as well.
bool is_suback_code(std::uint8_t code, Version version) {
  if (version == Version::mqtt_5) {
    return allowed(static_cast<ReasonCode>(code), PacketType::suback);
  }
  return code <= 2 || code >= 0x80;
}

// A PUBACK or PUBREC that refuses a message says so with any error code that there is: mosquitto
// answers one that is too large with 0x95, which the table of these packets does not list.
bool is_ack_code(ReasonCode code, PacketType type) {
  const bool refuses = type == PacketType::puback || type == PacketType::pubrec;
  return allowed(code, type) ||
         (refuses && is_error(code) && allowed(code, PacketType::disconnect));
}

Fault check_reasons(const SubscriptionAck& packet, Version version) {
  if (packet.reasons.empty()) return Fault::empty_payload;
  for (const std::uint8_t code : packet.reasons) {
    const bool known = packet.type == PacketType::suback
                           ? is_suback_code(code, version)
                           : allowed(static_cast<ReasonCode>(code), packet.type);
    if (!known) return Fault::invalid_reason_code;
  }
  return Fault::none;
}

}  // namespace

Fault decode(const Frame& frame, Version version, Ack& packet) noexcept {
  Reader reader(frame.body);
  packet.type = frame.type();
  packet.reason = ReasonCode::success;
  packet.properties = Properties();
  if (const Fault fault = read_packet_id(reader, packet.packet_id); fault != Fault::none) {
    return fault;
  }
  // Reason and properties may both be left out, section 3.4.2.
  if (reader.at_end()) return Fault::none;
  if (version != Version::mqtt_5) return Fault::trailing_bytes;
  std::uint8_t code = 0;
  if (!reader.byte(code)) return Fault::truncated;
  packet.reason = static_cast<ReasonCode>(code);
  if (!is_ack_code(packet.reason, packet.type)) return Fault::invalid_reason_code;
  if (reader.at_end()) return Fault::none;
  const auto context = static_cast<PropertyContext>(packet.type);
  const Fault fault = read_property_list(reader, context, packet.properties);
  if (fault != Fault::none) return fault;
  return reader.at_end() ? Fault::none : Fault::trailing_bytes;
}

Fault decode(const Frame& frame, Version version, SubscriptionAck& packet) noexcept {
  Reader reader(frame.body);
  packet.type = frame.type();
  packet.reasons = ByteView();
  Fault fault = read_packet_id(reader, packet.packet_id);
  if (fault != Fault::none) return fault;
  const auto context = static_cast<PropertyContext>(packet.type);
  fault = read_property_list(reader, version, context, packet.properties);
  if (fault != Fault::none) return fault;
  if (packet.type == PacketType::unsuback && version != Version::mqtt_5) {
    return reader.at_end() ? Fault::none : Fault::trailing_bytes;
  }
  packet.reasons = reader.rest();
  return check_reasons(packet, version);
}

}  // namespace mqrig::wire
