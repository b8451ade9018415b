#pragma once

#include <cstdint>
#include <mqrig/client/message.hpp>
#include <mqrig/payload/format.hpp>

namespace mqrig::sub {

/// A message that has a command to be run for it.
struct CommandJob {
  CommandJob(const wire::Publish& publish, std::uint64_t key_, bool stored_,
             payload::WallTime received_)
      : key(key_),
        stored(stored_),
        received(received_),
        message(std::string(publish.topic), std::string(wire::as_text(publish.payload)),
                publish.qos),
        dup(publish.dup) {
    message.retain = publish.retain;
    for (const wire::Property& property : publish.properties) message.properties.add(property);
  }

  wire::Publish view() const {
    wire::Publish publish;
    publish.topic = message.topic;
    publish.payload = wire::as_bytes(message.payload);
    publish.qos = message.qos;
    publish.retain = message.retain;
    publish.dup = dup;
    publish.properties = message.properties.view();
    return publish;
  }

  /// About what it takes in memory.
  std::size_t size() const {
    return sizeof *this + message.topic.size() + message.payload.size() +
           message.properties.view().encoded().size();
  }

  std::uint64_t key;  ///< Its owner's: a receipt, or a sequence in the spool.
  bool stored;        ///< It is that.
  payload::WallTime received;
  client::Message message;
  bool dup;
};

}  // namespace mqrig::sub
