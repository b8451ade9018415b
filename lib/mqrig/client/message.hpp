// An application message that owns its content.
#pragma once

#include <string>
#include <utility>

#include <mqrig/wire/packets.hpp>

namespace mqrig::client {

struct Message {
  Message() = default;
  Message(std::string topic_name, std::string content, wire::QoS quality = wire::QoS::at_most_once)
      : topic(std::move(topic_name)), payload(std::move(content)), qos(quality) {}

  std::string topic;
  std::string payload;
  wire::QoS qos = wire::QoS::at_most_once;
  bool retain = false;
  wire::PropertyWriter properties;  // 5.0
};

}  // namespace mqrig::client
