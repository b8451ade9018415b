#include <mqrig/wire/property.hpp>

#include <algorithm>
#include <array>

namespace mqrig::wire {

namespace {

constexpr std::uint16_t in(PropertyContext context) {
  return static_cast<std::uint16_t>(1U << static_cast<unsigned>(context));
}

constexpr std::uint16_t connect = in(PropertyContext::connect);
constexpr std::uint16_t connack = in(PropertyContext::connack);
constexpr std::uint16_t publish = in(PropertyContext::publish);
constexpr std::uint16_t subscribe = in(PropertyContext::subscribe);
constexpr std::uint16_t will = in(PropertyContext::will);
constexpr std::uint16_t disconnect = in(PropertyContext::disconnect);
constexpr std::uint16_t auth = in(PropertyContext::auth);
constexpr std::uint16_t acks = in(PropertyContext::puback) | in(PropertyContext::pubrec) |
                               in(PropertyContext::pubrel) | in(PropertyContext::pubcomp) |
                               in(PropertyContext::suback) | in(PropertyContext::unsuback);
constexpr std::uint16_t everywhere = connect | connack | publish | subscribe | will | disconnect |
                                     auth | acks | in(PropertyContext::unsubscribe);

constexpr std::uint32_t any16 = 0xFFFF;
constexpr std::uint32_t any32 = 0xFFFF'FFFF;

using enum PropertyId;
using enum PropertyType;

constexpr std::array table{
    PropertySpec{payload_format_indicator, byte, publish | will, false, 0, 1,
                 "payload-format-indicator"},
    PropertySpec{message_expiry_interval, four_byte_integer, publish | will, false, 0, any32,
                 "message-expiry-interval"},
    PropertySpec{content_type, utf8_string, publish | will, false, 0, 0, "content-type"},
    PropertySpec{response_topic, utf8_string, publish | will, false, 0, 0, "response-topic"},
    PropertySpec{correlation_data, binary, publish | will, false, 0, 0, "correlation-data"},
    PropertySpec{subscription_identifier, variable_byte_integer, publish | subscribe, false, 1,
                 max_remaining_length, "subscription-identifier"},
    PropertySpec{session_expiry_interval, four_byte_integer, connect | connack | disconnect, false,
                 0, any32, "session-expiry-interval"},
    PropertySpec{assigned_client_identifier, utf8_string, connack, false, 0, 0,
                 "assigned-client-identifier"},
    PropertySpec{server_keep_alive, two_byte_integer, connack, false, 0, any16,
                 "server-keep-alive"},
    PropertySpec{authentication_method, utf8_string, connect | connack | auth, false, 0, 0,
                 "authentication-method"},
    PropertySpec{authentication_data, binary, connect | connack | auth, false, 0, 0,
                 "authentication-data"},
    PropertySpec{request_problem_information, byte, connect, false, 0, 1,
                 "request-problem-information"},
    PropertySpec{will_delay_interval, four_byte_integer, will, false, 0, any32,
                 "will-delay-interval"},
    PropertySpec{request_response_information, byte, connect, false, 0, 1,
                 "request-response-information"},
    PropertySpec{response_information, utf8_string, connack, false, 0, 0, "response-information"},
    PropertySpec{server_reference, utf8_string, connack | disconnect, false, 0, 0,
                 "server-reference"},
    PropertySpec{reason_string, utf8_string, connack | acks | disconnect | auth, false, 0, 0,
                 "reason-string"},
    PropertySpec{receive_maximum, two_byte_integer, connect | connack, false, 1, any16,
                 "receive-maximum"},
    PropertySpec{topic_alias_maximum, two_byte_integer, connect | connack, false, 0, any16,
                 "topic-alias-maximum"},
    PropertySpec{topic_alias, two_byte_integer, publish, false, 1, any16, "topic-alias"},
    PropertySpec{maximum_qos, byte, connack, false, 0, 1, "maximum-qos"},
    PropertySpec{retain_available, byte, connack, false, 0, 1, "retain-available"},
    PropertySpec{user_property, utf8_string_pair, everywhere, true, 0, 0, "user-property"},
    PropertySpec{maximum_packet_size, four_byte_integer, connect | connack, false, 1, any32,
                 "maximum-packet-size"},
    PropertySpec{wildcard_subscription_available, byte, connack, false, 0, 1,
                 "wildcard-subscription-available"},
    PropertySpec{subscription_identifier_available, byte, connack, false, 0, 1,
                 "subscription-identifier-available"},
    PropertySpec{shared_subscription_available, byte, connack, false, 0, 1,
                 "shared-subscription-available"},
};

constexpr std::size_t largest_id = static_cast<std::size_t>(table.back().id);

constexpr auto row_of_id = [] {
  std::array<const PropertySpec*, largest_id + 1> rows{};
  for (const PropertySpec& spec : table) rows[static_cast<std::size_t>(spec.id)] = &spec;
  return rows;
}();

}  // namespace

std::span<const PropertySpec> property_table() noexcept {
  return table;
}

const PropertySpec* find_property(std::uint32_t id) noexcept {
  return id <= largest_id ? row_of_id[id] : nullptr;
}

const PropertySpec* find_property(std::string_view name) noexcept {
  const auto* row = std::find_if(table.begin(), table.end(),
                                 [name](const PropertySpec& spec) { return spec.name == name; });
  return row != table.end() ? row : nullptr;
}

}  // namespace mqrig::wire
