#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/property_reader.hpp>
#include <mqrig/wire/reader.hpp>

namespace mqrig::wire {

namespace {

// A reason code that may be followed by properties: what DISCONNECT and AUTH consist of.
template <class Packet>
Fault read_reason(Reader& reader, PacketType type, Packet& packet) {
  std::uint8_t code = 0;
  if (!reader.byte(code)) return Fault::truncated;
  packet.reason = static_cast<ReasonCode>(code);
  return allowed(packet.reason, type) ? Fault::none : Fault::invalid_reason_code;
}

template <class Packet>
Fault read_properties(Reader& reader, PropertyContext context, Packet& packet) {
  const Fault fault = read_property_list(reader, context, packet.properties);
  if (fault != Fault::none) return fault;
  return reader.at_end() ? Fault::none : Fault::trailing_bytes;
}

}  // namespace

Fault decode(const Frame& frame, Version version, Disconnect& packet) noexcept {
  packet = Disconnect();
  Reader reader(frame.body);
  if (reader.at_end()) return Fault::none;
  if (version != Version::mqtt_5) return Fault::trailing_bytes;
  const Fault fault = read_reason(reader, PacketType::disconnect, packet);
  // With a remaining length of 1 there are no properties, section 3.14.2.2.1.
  if (fault != Fault::none || reader.at_end()) return fault;
  return read_properties(reader, PropertyContext::disconnect, packet);
}

Fault decode(const Frame& frame, Version version, Auth& packet) noexcept {
  packet = Auth();
  if (version != Version::mqtt_5) return Fault::invalid_packet_type;
  Reader reader(frame.body);
  if (reader.at_end()) return Fault::none;
  const Fault fault = read_reason(reader, PacketType::auth, packet);
  return fault != Fault::none ? fault : read_properties(reader, PropertyContext::auth, packet);
}

Fault decode_ping(const Frame& frame) noexcept {
  return frame.body.empty() ? Fault::none : Fault::trailing_bytes;
}

}  // namespace mqrig::wire
