#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/property_reader.hpp>
#include <mqrig/wire/reader.hpp>
#include <mqrig/wire/topic_fault.hpp>
#include <mqrig/wire/utf8.hpp>

namespace mqrig::wire {

namespace {

// Section 3.1.2.3.
struct ConnectFlags {
  std::uint8_t bits = 0;

  bool reserved() const noexcept { return (bits & 0x01) != 0; }
  bool clean_start() const noexcept { return (bits & 0x02) != 0; }
  bool will() const noexcept { return (bits & 0x04) != 0; }
  std::uint8_t will_qos() const noexcept { return bits >> 3 & 3; }
  bool will_retain() const noexcept { return (bits & 0x20) != 0; }
  bool password() const noexcept { return (bits & 0x40) != 0; }
  bool user_name() const noexcept { return (bits & 0x80) != 0; }

  bool valid(Version version) const noexcept {
    if (reserved() || will_qos() == 3) return false;
    if (!will() && (will_qos() != 0 || will_retain())) return false;
    return version == Version::mqtt_5 || user_name() || !password();
  }
};

// The bridge bit is one of 3.1 and 3.1.1.
constexpr unsigned bridge_bit = 0x80;

Fault decode_version(Reader& reader, Connect& packet) {
  std::string_view protocol;
  std::uint8_t level = 0;
  if (!reader.text(protocol)) return Fault::truncated;
  if (protocol != "MQTT" && protocol != "MQIsdp") return Fault::invalid_protocol_name;
  if (!reader.byte(level)) return Fault::truncated;
  const bool bridge = (level & bridge_bit) != 0;
  const unsigned number = level & ~bridge_bit;
  const bool known = protocol == "MQIsdp" ? number == 3 : number == 4 || (number == 5 && !bridge);
  if (!known) return Fault::unsupported_version;
  packet.version = static_cast<Version>(number);
  packet.bridge = bridge;
  return Fault::none;
}

Fault read_text(Reader& reader, std::string_view& text) {
  return reader.text(text) ? check_utf8_string(text) : Fault::truncated;
}

Fault decode_will(Reader& reader, ConnectFlags flags, Version version, Will& will) {
  will.qos = static_cast<QoS>(flags.will_qos());
  will.retain = flags.will_retain();
  const Fault fault = read_property_list(reader, version, PropertyContext::will, will.properties);
  if (fault != Fault::none) return fault;
  if (!reader.text(will.topic)) return Fault::truncated;
  if (const Fault topic = topic_name_fault(will.topic); topic != Fault::none) return topic;
  return reader.binary(will.payload) ? Fault::none : Fault::truncated;
}

Fault decode_credentials(Reader& reader, ConnectFlags flags, Connect& packet) {
  // In 3.1 the remaining length takes precedence over these flags.
  const auto left_out = [&] { return packet.version == Version::mqtt_3_1 && reader.at_end(); };
  packet.user_name.reset();
  packet.password.reset();
  if (flags.user_name() && !left_out()) {
    const Fault fault = read_text(reader, packet.user_name.emplace());
    if (fault != Fault::none) return fault;
  }
  if (flags.password() && !left_out()) {
    if (!reader.binary(packet.password.emplace())) return Fault::truncated;
  }
  return Fault::none;
}

}  // namespace

Fault decode(const Frame& frame, Connect& packet) noexcept {
  Reader reader(frame.body);
  if (const Fault fault = decode_version(reader, packet); fault != Fault::none) return fault;
  ConnectFlags flags;
  if (!reader.byte(flags.bits)) return Fault::truncated;
  if (!flags.valid(packet.version)) return Fault::invalid_connect_flags;
  packet.clean_start = flags.clean_start();
  if (!reader.two_bytes(packet.keep_alive)) return Fault::truncated;
  Fault fault =
      read_property_list(reader, packet.version, PropertyContext::connect, packet.properties);
  if (fault == Fault::none) fault = read_text(reader, packet.client_id);
  packet.will.reset();
  if (fault == Fault::none && flags.will()) {
    fault = decode_will(reader, flags, packet.version, packet.will.emplace());
  }
  if (fault == Fault::none) fault = decode_credentials(reader, flags, packet);
  if (fault != Fault::none) return fault;
  return reader.at_end() ? Fault::none : Fault::trailing_bytes;
}

Fault decode(const Frame& frame, Version version, Connack& packet) noexcept {
  Reader reader(frame.body);
  std::uint8_t flags = 0;
  std::uint8_t code = 0;
  if (!reader.byte(flags) || !reader.byte(code)) return Fault::truncated;
  if (flags > 1) return Fault::invalid_connack_flags;
  // All of the flags byte is reserved in 3.1.
  packet.session_present = flags == 1 && version != Version::mqtt_3_1;
  packet.properties = Properties();

  // A broker that does not know 5.0 refuses it in the two-byte form of its own version.
  const bool old_refusal = reader.at_end() && code != 0;
  if (version != Version::mqtt_5 || old_refusal) {
    if (code > 5 && code < 0x80) return Fault::invalid_reason_code;
    packet.reason = from_connect_return_code(code);
  } else {
    packet.reason = static_cast<ReasonCode>(code);
    const Fault fault = read_property_list(reader, PropertyContext::connack, packet.properties);
    if (fault != Fault::none) return fault;
  }
  if (version == Version::mqtt_5 && !allowed(packet.reason, PacketType::connack)) {
    return Fault::invalid_reason_code;
  }
  if (packet.session_present && packet.reason != ReasonCode::success) {
    return Fault::session_present_on_refusal;
  }
  return reader.at_end() ? Fault::none : Fault::trailing_bytes;
}

}  // namespace mqrig::wire
