// Messages of all kinds for the tests of this room.
#pragma once

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include <mqrig/wire/packets.hpp>

namespace mqrig::payload::test {

// A message with memory of its own.
struct OwnedMessage {
  std::string topic;
  std::string payload;
  wire::PropertyWriter properties;
  wire::QoS qos = wire::QoS::at_most_once;
  bool retain = false;
  bool dup = false;
  wire::PacketId packet_id = 0;

  wire::Publish view() const {
    wire::Publish publish;
    publish.topic = topic;
    publish.payload = wire::as_bytes(payload);
    publish.qos = qos;
    publish.retain = retain;
    publish.dup = dup;
    publish.packet_id = packet_id;
    publish.properties = properties.view();
    return publish;
  }
};

inline std::string random_text(std::mt19937& random, std::size_t most) {
  static const char* const pieces[] = {
      "a", "é", "世", "🐝", "\"", "\\", "\n", "\x01", "long plain text", "/"};
  std::string text;
  for (std::size_t i = random() % (most + 1); i > 0; --i)
    text += pieces[random() % std::size(pieces)];
  return text;
}

inline std::string random_bytes(std::mt19937& random, std::size_t most) {
  std::string bytes;
  for (std::size_t i = random() % (most + 1); i > 0; --i)
    bytes.push_back(static_cast<char>(random()));
  return bytes;
}

// Any message that a client may publish.
inline OwnedMessage random_message(std::mt19937& random) {
  OwnedMessage message;
  message.topic = "t" + random_text(random, 6);
  message.payload = random() % 2 == 0 ? random_text(random, 40) : random_bytes(random, 60);
  message.qos = static_cast<wire::QoS>(random() % 3);
  message.retain = random() % 2 == 0;
  if (message.qos != wire::QoS::at_most_once) {
    message.dup = random() % 2 == 0;
    message.packet_id = static_cast<wire::PacketId>(1 + random() % 65'535);
  }
  using wire::PropertyId;
  wire::PropertyWriter& properties = message.properties;
  if (random() % 2 == 0) properties.add(PropertyId::content_type, random_text(random, 5));
  if (random() % 2 == 0) properties.add(PropertyId::response_topic, "r" + random_text(random, 5));
  if (random() % 2 == 0) properties.add(PropertyId::correlation_data, random_bytes(random, 20));
  if (random() % 2 == 0) {
    properties.add(PropertyId::message_expiry_interval, static_cast<std::uint32_t>(random()));
  }
  if (random() % 2 == 0) {
    properties.add(PropertyId::payload_format_indicator, static_cast<std::uint32_t>(random() % 2));
  }
  for (std::size_t i = random() % 4; i > 0; --i) {
    properties.add(PropertyId::user_property, random_text(random, 4), random_text(random, 4));
  }
  return message;
}

}  // namespace mqrig::payload::test
