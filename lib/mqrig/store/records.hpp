// What the broker keeps across a crash, row by row: plain structs of values and views.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <mqrig/wire/packets.hpp>

namespace mqrig::store {

// The Will Message of a session, section 3.1.2.5.
struct WillRecord {
  std::string topic;
  std::vector<std::uint8_t> payload;
  std::vector<std::uint8_t> properties;  // encoded, opaque to the store
  wire::QoS qos = wire::QoS::at_most_once;
  bool retain = false;
  std::uint32_t delay = 0;  // seconds, section 3.1.3.2.2

  bool operator==(const WillRecord&) const = default;
};

struct SessionRecord {
  std::uint64_t id = 0;  // chosen by the broker, never reused
  std::string client_id;
  std::optional<std::string> user_name;
  std::uint32_t expiry = 0;  // seconds after the connection ended; 0xFFFFFFFF: never
  wire::Version version = wire::Version::mqtt_5;
  std::int64_t ended_at = 0;       // when the connection ended, in ms since 1970; 0: it stands, or
                                   // stood when the process died
  std::optional<WillRecord> will;  // while one is armed

  bool operator==(const SessionRecord&) const = default;
};

struct SubscriptionRecord {
  std::uint64_t session = 0;
  wire::Subscription subscription;
  std::uint32_t identifier = 0;  // 0: none
};

// A message that somebody refers to: a delivery, or its topic as the retained one. Never changed.
struct MessageRecord {
  std::uint64_t id = 0;  // chosen by the broker, never reused; fastest when it only grows
  std::string_view topic;
  wire::ByteView payload;
  wire::ByteView properties;  // encoded, opaque to the store
  wire::QoS qos = wire::QoS::at_most_once;
  bool retain = false;
  std::int64_t expires_at = 0;  // ms since 1970; 0: never
  std::uint64_t source = 0;     // who published, below 2^63; opaque to the store
};

// Names a delivery: a session can have the same message under way more than once.
struct DeliveryKey {
  std::uint64_t session = 0;
  std::uint64_t sequence = 0;  // grows within the session: the order of delivery
  std::uint64_t message = 0;

  bool operator==(const DeliveryKey&) const = default;
};

// A QoS 1 or 2 message on its way to one session.
struct DeliveryRecord {
  DeliveryKey key;
  wire::PacketId packet_id = 0;  // 0: still queued
  wire::QoS qos = wire::QoS::at_least_once;
  bool retain = false;
  bool released = false;       // PUBREC came, PUBCOMP is awaited
  wire::ByteView identifiers;  // encoded Subscription Identifiers, opaque to the store
};

}  // namespace mqrig::store
