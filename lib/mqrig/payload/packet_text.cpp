#include <mqrig/payload/base64.hpp>
#include <mqrig/payload/json_escape.hpp>
#include <mqrig/payload/packet_text.hpp>
#include <mqrig/wire/decode.hpp>

namespace mqrig::payload {

namespace {

using wire::Fault;
using wire::Frame;
using wire::PropertyId;
using wire::PropertyType;
using wire::Version;

constexpr std::string_view masked = "***";

// A list of what stands in one packet: "name value, name value".
class Fields {
 public:
  explicit Fields(std::string& line) noexcept : line_(line) {}

  void word(std::string_view text) {
    line_ += first_ ? ": " : ", ";
    line_ += text;
    first_ = false;
  }
  void flag(bool set, std::string_view text) {
    if (set) word(text);
  }
  void number(std::string_view name, std::uint64_t value, std::string_view unit = {}) {
    word(name);
    line_ += ' ' + std::to_string(value);
    line_ += unit;
  }
  void quoted(std::string_view name, std::string_view text) {
    word(name);
    line_ += ' ';
    quote(text);
  }
  void pair(std::string_view name, std::string_view key, std::string_view value) {
    quoted(name, key);
    line_ += '=';
    quote(value);
  }
  void binary(std::string_view name, std::string_view bytes) {
    wire::Buffer out;
    append_base64(out, wire::as_bytes(bytes));
    word(name);
    line_ += ' ';
    line_ += wire::as_text(out.view());
  }
  void secret(std::string_view name) {
    word(name);
    line_ += ' ';
    line_ += masked;
  }

 private:
  void quote(std::string_view text) {
    wire::Buffer out;
    append_escaped_lossy(out, text);
    line_ += '"';
    line_ += wire::as_text(out.view());
    line_ += '"';
  }

  std::string& line_;
  bool first_ = true;
};

void add_property(Fields& fields, const wire::Property& property) {
  const wire::PropertySpec* spec = wire::find_property(static_cast<std::uint32_t>(property.id));
  if (property.id == PropertyId::authentication_data) return fields.secret(spec->name);
  switch (spec->type) {
    case PropertyType::utf8_string:
      return fields.quoted(spec->name, property.text);
    case PropertyType::utf8_string_pair:
      return fields.pair(spec->name, property.key, property.text);
    case PropertyType::binary:
      return fields.binary(spec->name, property.text);
    default:
      return fields.number(spec->name, property.integer);
  }
}

void add_properties(Fields& fields, wire::Properties properties) {
  for (const wire::Property& property : properties) add_property(fields, property);
}

void add_reason(Fields& fields, wire::ReasonCode reason, wire::PacketType packet) {
  constexpr char digits[] = "0123456789ABCDEF";
  const auto value = static_cast<unsigned>(reason);
  std::string text(name(reason, packet));
  text += " (0x";
  text += digits[value >> 4U];
  text += digits[value & 15U];
  text += ')';
  fields.word(text);
}

std::string qos_text(wire::QoS qos) {
  return "QoS " + std::to_string(static_cast<unsigned>(qos));
}

Fault add_connect(Fields& fields, const Frame& frame, IsSecret is_secret) {
  wire::Connect connect;
  if (const Fault fault = decode(frame, connect); fault != Fault::none) return fault;
  fields.word("MQTT " + std::string(name(connect.version)));
  fields.flag(connect.bridge, "bridge");
  fields.flag(connect.clean_start, "clean start");
  fields.number("keep alive", connect.keep_alive, " s");
  fields.quoted("client id", connect.client_id);
  if (connect.user_name) {
    is_secret(*connect.user_name) ? fields.secret("user name")
                                  : fields.quoted("user name", *connect.user_name);
  }
  if (connect.password) fields.secret("password");
  add_properties(fields, connect.properties);
  if (connect.will) {
    fields.quoted("will topic", connect.will->topic);
    fields.word(qos_text(connect.will->qos));
    fields.flag(connect.will->retain, "retain");
    fields.number("will payload", connect.will->payload.size(), " bytes");
    add_properties(fields, connect.will->properties);
  }
  return Fault::none;
}

Fault add_connack(Fields& fields, const Frame& frame, Version version) {
  wire::Connack connack;
  if (const Fault fault = decode(frame, version, connack); fault != Fault::none) return fault;
  add_reason(fields, connack.reason, wire::PacketType::connack);
  fields.flag(connack.session_present, "session present");
  add_properties(fields, connack.properties);
  return Fault::none;
}

Fault add_publish(Fields& fields, const Frame& frame, Version version) {
  wire::Publish publish;
  if (const Fault fault = decode(frame, version, publish); fault != Fault::none) return fault;
  fields.word(qos_text(publish.qos));
  fields.flag(publish.dup, "dup");
  fields.flag(publish.retain, "retain");
  if (publish.qos != wire::QoS::at_most_once) fields.number("id", publish.packet_id);
  fields.quoted("topic", publish.topic);
  fields.number("payload", publish.payload.size(), " bytes");
  add_properties(fields, publish.properties);
  return Fault::none;
}

Fault add_ack(Fields& fields, const Frame& frame, Version version) {
  wire::Ack ack;
  if (const Fault fault = decode(frame, version, ack); fault != Fault::none) return fault;
  fields.number("id", ack.packet_id);
  if (version == Version::mqtt_5) add_reason(fields, ack.reason, ack.type);
  add_properties(fields, ack.properties);
  return Fault::none;
}

Fault add_subscribe(Fields& fields, const Frame& frame, Version version) {
  wire::Subscribe subscribe;
  if (const Fault fault = decode(frame, version, subscribe); fault != Fault::none) return fault;
  fields.number("id", subscribe.packet_id);
  wire::Subscription entry;
  while (wire::next_subscription(subscribe.entries, version, entry)) {
    fields.quoted("filter", entry.filter);
    fields.word(qos_text(entry.qos));
    fields.flag(entry.no_local, "no local");
    fields.flag(entry.retain_as_published, "retain as published");
    const auto handling = static_cast<unsigned>(entry.retain_handling);
    if (handling != 0) fields.number("retain handling", handling);
  }
  add_properties(fields, subscribe.properties);
  return Fault::none;
}

Fault add_unsubscribe(Fields& fields, const Frame& frame, Version version) {
  wire::Unsubscribe unsubscribe;
  if (const Fault fault = decode(frame, version, unsubscribe); fault != Fault::none) return fault;
  fields.number("id", unsubscribe.packet_id);
  std::string_view filter;
  while (wire::next_filter(unsubscribe.entries, filter)) fields.quoted("filter", filter);
  add_properties(fields, unsubscribe.properties);
  return Fault::none;
}

Fault add_subscription_ack(Fields& fields, const Frame& frame, Version version) {
  wire::SubscriptionAck ack;
  if (const Fault fault = decode(frame, version, ack); fault != Fault::none) return fault;
  fields.number("id", ack.packet_id);
  for (const std::uint8_t reason : ack.reasons) {
    add_reason(fields, static_cast<wire::ReasonCode>(reason), ack.type);
  }
  add_properties(fields, ack.properties);
  return Fault::none;
}

// DISCONNECT and AUTH are alike; below 5.0 DISCONNECT is empty.
template <class Packet>
Fault add_reasoned(Fields& fields, const Frame& frame, Version version) {
  Packet packet;
  if (const Fault fault = decode(frame, version, packet); fault != Fault::none) return fault;
  if (version == Version::mqtt_5) add_reason(fields, packet.reason, frame.type());
  add_properties(fields, packet.properties);
  return Fault::none;
}

Fault add_fields(Fields& fields, const Frame& frame, Version version, IsSecret is_secret) {
  using wire::PacketType;
  switch (frame.type()) {
    case PacketType::connect:
      return add_connect(fields, frame, is_secret);
    case PacketType::connack:
      return add_connack(fields, frame, version);
    case PacketType::publish:
      return add_publish(fields, frame, version);
    case PacketType::puback:
    case PacketType::pubrec:
    case PacketType::pubrel:
    case PacketType::pubcomp:
      return add_ack(fields, frame, version);
    case PacketType::subscribe:
      return add_subscribe(fields, frame, version);
    case PacketType::unsubscribe:
      return add_unsubscribe(fields, frame, version);
    case PacketType::suback:
    case PacketType::unsuback:
      return add_subscription_ack(fields, frame, version);
    case PacketType::disconnect:
      return add_reasoned<wire::Disconnect>(fields, frame, version);
    case PacketType::auth:
      return add_reasoned<wire::Auth>(fields, frame, version);
    case PacketType::pingreq:
    case PacketType::pingresp:
      return decode_ping(frame);
  }
  return Fault::invalid_packet_type;
}

}  // namespace

void append_packet_text(std::string& line, Version version, wire::ByteView packet,
                        IsSecret is_secret) {
  Frame frame;
  const wire::FrameResult result =
      wire::split_frame(packet, wire::max_remaining_length + 5, frame, version);
  if (result.status != wire::FrameStatus::complete) {
    line += std::to_string(packet.size()) + " bytes that are no packet";
    if (result.fault != Fault::none) line += ": " + std::string(text(result.fault));
    return;
  }
  line += name(frame.type());
  line += ", " + std::to_string(frame.size) + " bytes";
  Fields fields(line);
  if (const Fault fault = add_fields(fields, frame, version, is_secret); fault != Fault::none) {
    fields.word("malformed");
    fields.word(text(fault));
  }
}

}  // namespace mqrig::payload
