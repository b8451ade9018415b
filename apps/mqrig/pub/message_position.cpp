#include "message_position.hpp"

#include "../stable_hash.hpp"
#include "position_text.hpp"

namespace mqrig::pub {

MessagePosition MessagePosition::of(const Job& job) {
  const wire::Publish message = job.message();
  const std::string header =
      std::to_string(message.topic.size()) + ' ' + std::to_string(message.payload.size()) + ' ' +
      std::to_string(static_cast<unsigned>(message.qos)) + (message.retain ? " retained " : " ");
  MessagePosition position;
  position.message = stable_hash(header);
  for (const std::string_view part : {message.topic, wire::as_text(message.payload),
                                      wire::as_text(message.properties.encoded())}) {
    position.message = stable_hash(part, position.message);
  }
  position.wanted = job.repeat;
  return position;
}

std::string MessagePosition::text() const {
  return position_text('1', {message, taken, wanted});
}

std::optional<MessagePosition> MessagePosition::parse(std::string_view text) {
  MessagePosition position;
  if (!parse_position(text, '1', {&position.message, &position.taken, &position.wanted})) {
    return std::nullopt;
  }
  return position;
}

}  // namespace mqrig::pub
