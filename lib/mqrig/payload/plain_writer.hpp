// Messages as they are: the payload's bytes, with the topic in front where wanted.
#pragma once

#include <cstring>

#include <mqrig/wire/buffer.hpp>
#include <mqrig/wire/packets.hpp>

namespace mqrig::payload {

struct PlainStyle {
  bool topic = false;   // "topic payload", as mosquitto_sub -v
  bool newline = true;  // behind the payload
};

// Appends one message. An empty payload is an empty line: a message is never invisible.
inline void write_plain(wire::Buffer& out, const wire::Publish& message, PlainStyle style) {
  const std::size_t topic_size = style.topic ? message.topic.size() + 1 : 0;
  const std::size_t size = topic_size + message.payload.size() + (style.newline ? 1 : 0);
  std::uint8_t* to = out.prepare(size);
  if (style.topic) {
    if (!message.topic.empty()) std::memcpy(to, message.topic.data(), message.topic.size());
    to[message.topic.size()] = ' ';
    to += topic_size;
  }
  if (!message.payload.empty()) std::memcpy(to, message.payload.data(), message.payload.size());
  if (style.newline) to[message.payload.size()] = '\n';
  out.commit(size);
}

}  // namespace mqrig::payload
