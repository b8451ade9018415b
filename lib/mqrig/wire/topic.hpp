// Topic names and topic filters, section 4.7 and 4.8.
#pragma once

#include <string_view>

#include <mqrig/wire/types.hpp>

namespace mqrig::wire {

// What is wrong with a topic, for a person who typed it.
enum class TopicError : std::uint8_t {
  none = 0,
  empty,                 // [MQTT-4.7.3-1]
  too_long,              // more than 65,535 bytes [MQTT-4.7.3-3]
  not_utf8,              // [MQTT-3.3.2-1]
  null_character,        // [MQTT-4.7.3-2]
  wildcard_in_name,      // [MQTT-4.7.0-1]
  multi_level_not_last,  // '#' before the end [MQTT-4.7.1-1]
  wildcard_in_level,     // '#' or '+' beside other characters of a level [MQTT-4.7.1-1],
                         // [MQTT-4.7.1-2]
  share_name_empty,      // "$share//x" [MQTT-4.8.2-1]
  share_name_wildcard,   // [MQTT-4.8.2-2]
  share_without_filter,  // "$share/name" or "$share/name/" [MQTT-4.8.2-2]
};

std::string_view text(TopicError error) noexcept;

// A name that PUBLISH may carry.
TopicError check_topic_name(std::string_view topic) noexcept;
// A filter that SUBSCRIBE may carry, shared subscriptions included.
TopicError check_topic_filter(std::string_view filter) noexcept;

// True for "$share/NAME/FILTER"; a plain filter of 3.1.1 may look the same, and brokers differ
// there.
bool is_shared(std::string_view filter) noexcept;
// FILTER of a shared subscription, else the filter itself.
std::string_view filter_of(std::string_view filter) noexcept;

// Does a valid filter (not a shared one) match a valid name? Byte by byte, no normalisation
// [MQTT-4.7.3-4]; a filter that starts with a wildcard does not match a name that starts with '$'
// [MQTT-4.7.2-1].
bool matches(std::string_view filter, std::string_view topic) noexcept;

}  // namespace mqrig::wire
