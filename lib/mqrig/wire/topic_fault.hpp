// Topic errors as faults of a packet. Internal to this room.
#pragma once

#include <mqrig/wire/fault.hpp>
#include <mqrig/wire/plain_text.hpp>
#include <mqrig/wire/topic.hpp>

namespace mqrig::wire {

// `otherwise` names what is wrong with the topic when its text is well-formed.
constexpr Fault to_fault(TopicError error, Fault otherwise) noexcept {
  switch (error) {
    case TopicError::none:
      return Fault::none;
    case TopicError::not_utf8:
      return Fault::invalid_utf8;
    case TopicError::null_character:
      return Fault::null_character;
    default:
      return otherwise;
  }
}

[[gnu::always_inline]] inline Fault topic_name_fault(std::string_view topic) noexcept {
  if (!topic.empty() && is_plain_topic(topic)) return Fault::none;
  return to_fault(check_topic_name(topic), Fault::invalid_topic_name);
}

inline Fault topic_filter_fault(std::string_view filter) noexcept {
  return to_fault(check_topic_filter(filter), Fault::invalid_topic_filter);
}

}  // namespace mqrig::wire
