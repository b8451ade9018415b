// What the broker knows of a client, connected or not.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include <mqrig/broker/delivery.hpp>
#include <mqrig/broker/retained_cursor.hpp>
#include <mqrig/broker/topic_tree.hpp>
#include <mqrig/session/engine.hpp>

namespace mqrig::broker {

class Connection;
class Permissions;

// The Session Expiry Interval of a session that does not expire, section 3.1.2.11.2.
inline constexpr std::uint32_t never_expires = 0xFFFFFFFF;

// Section 3.1.2.5; the message carries QoS, retain flag and expiry.
struct Will {
  MessagePtr message;
  std::uint32_t delay = 0;  // seconds [MQTT-3.1.3-9]
};

// Retained messages that a new subscription is still to be sent.
struct RetainedBacklog {
  RetainedCursor cursor;
  SubscriptionOptions options;
};

// Session state, section 4.1: subscriptions (the base), messages in flight (the engine) and waiting
// (the queue), and when all of that ends. Owned by the registry; belongs to the broker's thread.
class Session final : public Subscriber {
 public:
  Session(std::string id, const session::ExchangeSettings& exchange);
  ~Session();

  bool connected() const noexcept { return connection != nullptr; }
  // The store keeps the session: there is one, and the session outlives its connection.
  bool stored() const noexcept { return store_id != 0; }

  session::Engine engine;
  const std::string client_id;
  Connection* connection = nullptr;          // not owned
  std::unique_ptr<std::string> user_name;    // null: none
  std::unique_ptr<Permissions> permissions;  // null: everything is allowed
  std::unique_ptr<Will> will;
  std::unique_ptr<std::deque<RetainedBacklog>> retained;
  DeliveryQueue queue;
  session::Time ended_at = session::never;  // when the connection ended; never: it stands
  std::uint64_t store_id = 0;
  std::uint32_t expiry = 0;  // seconds after the end of the connection, or never_expires
  std::uint32_t match = 0;   // see Router: the place in the list of the latest match
  wire::Version version = wire::Version::mqtt_5;
  bool bridge = false;      // its connection has the bridge bit, see wire::Connect
  bool in_backlog = false;  // see Dispatcher
  bool overflowed = false;  // likewise
};

}  // namespace mqrig::broker
