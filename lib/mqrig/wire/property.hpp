// The properties of MQTT 5.0 (section 2.2.2): one table, a view over encoded properties, and a
// writer.
#pragma once

#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

#include <mqrig/wire/buffer.hpp>
#include <mqrig/wire/fault.hpp>
#include <mqrig/wire/types.hpp>

namespace mqrig::wire {

enum class PropertyId : std::uint8_t {
  payload_format_indicator = 0x01,
  message_expiry_interval = 0x02,
  content_type = 0x03,
  response_topic = 0x08,
  correlation_data = 0x09,
  subscription_identifier = 0x0B,
  session_expiry_interval = 0x11,
  assigned_client_identifier = 0x12,
  server_keep_alive = 0x13,
  authentication_method = 0x15,
  authentication_data = 0x16,
  request_problem_information = 0x17,
  will_delay_interval = 0x18,
  request_response_information = 0x19,
  response_information = 0x1A,
  server_reference = 0x1C,
  reason_string = 0x1F,
  receive_maximum = 0x21,
  topic_alias_maximum = 0x22,
  topic_alias = 0x23,
  maximum_qos = 0x24,
  retain_available = 0x25,
  user_property = 0x26,
  maximum_packet_size = 0x27,
  wildcard_subscription_available = 0x28,
  subscription_identifier_available = 0x29,
  shared_subscription_available = 0x2A,
};

enum class PropertyType : std::uint8_t {
  byte,
  two_byte_integer,
  four_byte_integer,
  variable_byte_integer,
  binary,
  utf8_string,
  utf8_string_pair,
};

// Where a set of properties stands: a packet, or the will inside CONNECT.
enum class PropertyContext : std::uint8_t {
  connect = 1,
  connack = 2,
  publish = 3,
  puback = 4,
  pubrec = 5,
  pubrel = 6,
  pubcomp = 7,
  subscribe = 8,
  suback = 9,
  unsubscribe = 10,
  unsuback = 11,
  will = 12,
  disconnect = 14,
  auth = 15,
};

// One row of the table 2-4 of the specification.
struct PropertySpec {
  PropertyId id;
  PropertyType type;
  std::uint16_t contexts;  // bit n: allowed in PropertyContext n
  bool repeatable;         // in every context; see repeatable_in()
  std::uint32_t minimum;   // range of an integer
  std::uint32_t maximum;
  std::string_view name;  // as mosquitto's -D spells it: "content-type"

  constexpr bool allowed_in(PropertyContext context) const noexcept {
    return (contexts >> static_cast<unsigned>(context) & 1U) != 0;
  }
  // Subscription Identifier repeats in PUBLISH only, section 3.3.2.3.8.
  constexpr bool repeatable_in(PropertyContext context) const noexcept {
    return repeatable ||
           (id == PropertyId::subscription_identifier && context == PropertyContext::publish);
  }
};

// All of the table, in the order of the identifiers.
std::span<const PropertySpec> property_table() noexcept;
// Null where the identifier or name is not defined.
const PropertySpec* find_property(std::uint32_t id) noexcept;
const PropertySpec* find_property(std::string_view name) noexcept;

// One property. Integers of every width are in `integer`; strings and binary data in `text`, the
// first string of a pair in `key`. The views live as long as the bytes.
struct Property {
  PropertyId id{};
  std::uint32_t integer = 0;
  std::string_view key;
  std::string_view text;
};

// A view over encoded properties that were validated, without their length prefix. Copying it
// copies no bytes.
class Properties {
 public:
  class Iterator {
   public:
    using value_type = Property;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;

    explicit Iterator(ByteView rest) noexcept : rest_(rest) { read(); }
    const Property& operator*() const noexcept { return property_; }
    const Property* operator->() const noexcept { return &property_; }
    Iterator& operator++() noexcept {
      rest_ = next_;
      read();
      return *this;
    }
    // The encoded bytes from the current property on.
    ByteView rest() const noexcept { return rest_; }
    bool operator==(const Iterator& other) const noexcept {
      return rest_.size() == other.rest_.size();
    }

   private:
    void read() noexcept;

    ByteView rest_;  // from the current property on
    ByteView next_;  // behind the current property
    Property property_;
  };

  Properties() = default;
  // `encoded` has passed validate_properties(), or was made by PropertyWriter.
  explicit Properties(ByteView encoded) noexcept : encoded_(encoded) {}

  Iterator begin() const noexcept { return Iterator(encoded_); }
  Iterator end() const noexcept { return Iterator(encoded_.last(0)); }
  bool empty() const noexcept { return encoded_.empty(); }
  ByteView encoded() const noexcept { return encoded_; }

  // The first property of that kind.
  std::optional<Property> find(PropertyId id) const noexcept;
  std::optional<std::uint32_t> integer(PropertyId id) const noexcept;
  std::optional<std::string_view> text(PropertyId id) const noexcept;

 private:
  ByteView encoded_;
};

// Checks identifiers, types, ranges, repetition, UTF-8 and the context of encoded properties;
// allocates nothing.
Fault validate_properties(ByteView encoded, PropertyContext context) noexcept;

// Appends encoded properties to a buffer of its own, in the order of the calls (user properties
// keep their order [MQTT-3.1.3-10]). Values are the caller's to validate: text longer than 65,535
// bytes is cut off by no one and must not be passed.
class PropertyWriter {
 public:
  PropertyWriter() = default;
  PropertyWriter(const PropertyWriter& other) { buffer_.append(other.buffer_.view()); }
  PropertyWriter(PropertyWriter&&) noexcept = default;
  PropertyWriter& operator=(const PropertyWriter& other) { return *this = PropertyWriter(other); }
  PropertyWriter& operator=(PropertyWriter&&) noexcept = default;
  PropertyWriter& add(PropertyId id, std::uint32_t integer);
  PropertyWriter& add(PropertyId id, std::string_view text);
  PropertyWriter& add(PropertyId id, std::string_view key, std::string_view value);
  PropertyWriter& add(const Property& property);

  void clear() noexcept { buffer_.clear(); }
  bool empty() const noexcept { return buffer_.empty(); }
  // Good until the next add() or clear().
  Properties view() const noexcept { return Properties(buffer_.view()); }

 private:
  Buffer buffer_;
};

}  // namespace mqrig::wire
