#include <tests/support/packet_text.hpp>

#include <cstdio>

#include <mqrig/wire/decode.hpp>

namespace mqrig::test {

namespace {

using wire::PacketType;
using wire::PropertyType;
using wire::ReasonCode;
using wire::Version;

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

std::string hex(ReasonCode reason) {
  char text[8];
  std::snprintf(text, sizeof text, "0x%02x", static_cast<unsigned>(reason));
  return text;
}

std::string unless_success(ReasonCode reason) {
  return reason == ReasonCode::success ? "" : " " + hex(reason);
}

std::string reasons_text(wire::ByteView reasons) {
  std::string text;
  for (const std::uint8_t reason : reasons) text += " " + hex(static_cast<ReasonCode>(reason));
  return text;
}

std::string property_text(const wire::Property& property) {
  const wire::PropertySpec* spec = wire::find_property(static_cast<std::uint32_t>(property.id));
  std::string text = std::string(spec->name) + "=";
  switch (spec->type) {
    case PropertyType::binary:
    case PropertyType::utf8_string:
      return text.append(property.text);
    case PropertyType::utf8_string_pair:
      return text.append(property.key).append(":").append(property.text);
    default:
      return text.append(number(property.integer));
  }
}

std::string message_text(const wire::Publish& publish) {
  std::string text = "q" + number(static_cast<unsigned>(publish.qos));
  if (publish.dup) text += " dup";
  if (publish.retain) text += " retain";
  if (publish.packet_id != 0) text += " id=" + number(publish.packet_id);
  if (publish.topic_alias != 0) text += " alias=" + number(publish.topic_alias);
  if (!publish.topic.empty()) text.append(" t=").append(publish.topic);
  if (!publish.payload.empty()) text.append(" p=").append(wire::as_text(publish.payload));
  return text;
}

std::string text_of(const wire::Connect& packet) {
  std::string text = "CONNECT " + std::string(wire::name(packet.version));
  if (packet.clean_start) text += " clean";
  text += " keep=" + number(packet.keep_alive);
  text.append(" id=").append(packet.client_id);
  if (packet.will) {
    text += " will q" + number(static_cast<unsigned>(packet.will->qos));
    if (packet.will->retain) text += " retain";
    text.append(" t=").append(packet.will->topic);
    text.append(" p=").append(wire::as_text(packet.will->payload));
    text += properties_text(packet.will->properties);
  }
  if (packet.user_name) text.append(" user=").append(*packet.user_name);
  if (packet.password) text.append(" password=").append(wire::as_text(*packet.password));
  return text + properties_text(packet.properties);
}

std::string text_of(const wire::Subscribe& packet, Version version) {
  std::string text = "SUBSCRIBE " + number(packet.packet_id);
  wire::ByteView entries = packet.entries;
  wire::Subscription entry;
  while (wire::next_subscription(entries, version, entry)) {
    text.append(" ").append(entry.filter) += ":" + number(static_cast<unsigned>(entry.qos));
    if (entry.no_local) text += ",no-local";
    if (entry.retain_as_published) text += ",as-published";
    if (entry.retain_handling != wire::RetainHandling::send) {
      text += ",retain-handling=" + number(static_cast<unsigned>(entry.retain_handling));
    }
  }
  return text + properties_text(packet.properties);
}

std::string text_of(const wire::Unsubscribe& packet) {
  std::string text = "UNSUBSCRIBE " + number(packet.packet_id);
  wire::ByteView entries = packet.entries;
  std::string_view filter;
  while (wire::next_filter(entries, filter)) text.append(" ").append(filter);
  return text + properties_text(packet.properties);
}

std::string invalid(wire::Fault fault) {
  return "invalid: " + std::string(wire::text(fault));
}

template <class Packet, class Text>
std::string decoded(const wire::Frame& frame, Version version, Text text) {
  Packet packet;
  const wire::Fault fault = wire::decode(frame, version, packet);
  return fault != wire::Fault::none ? invalid(fault) : text(packet);
}

std::string frame_text(const wire::Frame& frame, Version version) {
  const std::string name(wire::name(frame.type()));
  const auto with_reason = [&](const auto& packet) {
    return name + unless_success(packet.reason) + properties_text(packet.properties);
  };
  switch (frame.type()) {
    case PacketType::connect: {
      wire::Connect packet;
      const wire::Fault fault = wire::decode(frame, packet);
      return fault != wire::Fault::none ? invalid(fault) : text_of(packet);
    }
    case PacketType::connack:
      return decoded<wire::Connack>(frame, version, with_reason);
    case PacketType::publish:
      return decoded<wire::Publish>(frame, version, [&](const auto& packet) {
        return name + " " + message_text(packet) + properties_text(packet.properties);
      });
    case PacketType::puback:
    case PacketType::pubrec:
    case PacketType::pubrel:
    case PacketType::pubcomp:
      return decoded<wire::Ack>(frame, version, [&](const auto& packet) {
        return name + " " + number(packet.packet_id) + unless_success(packet.reason) +
               properties_text(packet.properties);
      });
    case PacketType::subscribe:
      return decoded<wire::Subscribe>(frame, version,
                                      [&](const auto& packet) { return text_of(packet, version); });
    case PacketType::unsubscribe:
      return decoded<wire::Unsubscribe>(frame, version,
                                        [](const auto& packet) { return text_of(packet); });
    case PacketType::suback:
    case PacketType::unsuback:
      return decoded<wire::SubscriptionAck>(frame, version, [&](const auto& packet) {
        return name + " " + number(packet.packet_id) + reasons_text(packet.reasons) +
               properties_text(packet.properties);
      });
    case PacketType::disconnect:
      return decoded<wire::Disconnect>(frame, version, with_reason);
    case PacketType::auth:
      return decoded<wire::Auth>(frame, version, with_reason);
    default:
      return name;
  }
}

}  // namespace

std::string properties_text(wire::Properties properties) {
  std::string text;
  for (const wire::Property& property : properties) {
    text += (text.empty() ? " {" : ", ") + property_text(property);
  }
  return text.empty() ? text : text + "}";
}

Lines packet_texts(wire::ByteView bytes, Version version) {
  Lines lines;
  while (!bytes.empty()) {
    wire::Frame frame;
    const wire::FrameResult result =
        wire::split_frame(bytes, wire::max_remaining_length + 5, frame, version);
    if (result.status != wire::FrameStatus::complete) {
      lines.push_back(result.status == wire::FrameStatus::invalid ? invalid(result.fault)
                                                                  : "a part of a packet");
      break;
    }
    lines.push_back(frame_text(frame, version));
    bytes = bytes.subspan(frame.size);
  }
  return lines;
}

std::string event_text(const session::Event& event) {
  using session::EventKind;
  const std::string properties = properties_text(event.properties);
  const std::string token = " " + number(event.token);
  const std::string id = " id=" + number(event.packet_id);
  switch (event.kind) {
    case EventKind::none:
      return "none";
    case EventKind::connected:
      return (event.session_present ? "connected, session present" : "connected") + properties;
    case EventKind::refused:
      return "refused " + hex(event.reason) + properties;
    case EventKind::message:
      return "message " + message_text(event.publish) +
             (event.receipt != 0 ? " #" + number(event.receipt) : "") +
             properties_text(event.publish.properties);
    case EventKind::published:
      return "published" + token + unless_success(event.reason) + properties;
    case EventKind::subscribed:
    case EventKind::unsubscribed:
      return (event.kind == EventKind::subscribed ? "subscribed" : "unsubscribed") + token +
             reasons_text(event.reasons) + properties;
    case EventKind::auth:
      return "auth " + hex(event.reason) + properties;
    case EventKind::disconnected:
      return "disconnected " + hex(event.reason) + properties;
    case EventKind::fault:
      return "fault " + hex(event.reason);
    case EventKind::timed_out:
      return "timed out " + hex(event.reason);
    case EventKind::taken_over:
      return "taken over" + token + id;
    case EventKind::released:
      return "released" + id;
    case EventKind::connect:
    case EventKind::subscribe:
    case EventKind::unsubscribe:
      return "an event of the server role";
  }
  return "unknown";
}

std::string event_text(const session::ServerEvent& event, Version version) {
  using session::EventKind;
  switch (event.kind) {
    case EventKind::connect:
      return text_of(event.connect);
    case EventKind::subscribe:
      return text_of(wire::Subscribe{event.packet_id, event.properties, event.entries}, version);
    case EventKind::unsubscribe:
      return text_of(wire::Unsubscribe{event.packet_id, event.properties, event.entries});
    default:
      return event_text(event);
  }
}

}  // namespace mqrig::test
