// The control packets as plain structs of views: what decoding fills and encoding reads.
//
// Every string and payload is a view of bytes that somebody else owns: of the network buffer after
// decoding, of the caller's memory before encoding. Properties are kept encoded (see property.hpp);
// versions below 5.0 have none, and encoding for them leaves properties out. Reason codes are those
// of 5.0 in all versions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <mqrig/wire/property.hpp>
#include <mqrig/wire/reason_code.hpp>
#include <mqrig/wire/types.hpp>

namespace mqrig::wire {

// The will message of CONNECT, section 3.1.2.5.
struct Will {
  std::string_view topic;
  ByteView payload;
  QoS qos = QoS::at_most_once;
  bool retain = false;
  Properties properties;
};

// Section 3.1. The version is part of the packet.
//
// `bridge` is the bridge bit, the highest of the protocol level: no specification has it, but by a
// convention of brokers a bridge of 3.1 or 3.1.1 sets it, to be sent no message back that it has
// published, and the retain flag of others as it was. 5.0 has subscription options for that and no
// such bit: decoding refuses it, and encoding leaves it out.
struct Connect {
  Version version = Version::mqtt_5;
  bool bridge = false;
  bool clean_start = true;
  std::uint16_t keep_alive = 60;  // seconds, 0 turns it off
  std::string_view client_id;
  std::optional<Will> will;
  std::optional<std::string_view> user_name;
  std::optional<ByteView> password;
  Properties properties;
};

// Section 3.2.
struct Connack {
  bool session_present = false;
  ReasonCode reason = ReasonCode::success;
  Properties properties;
};

// Section 3.3. With a topic alias the topic may be empty.
//
// `topic_alias` is what counts: decoding copies it out of the properties (which keep it, as they
// were received), and encoding writes this field and leaves out an alias that `properties` holds. A
// decoded packet can therefore be forwarded after setting this field alone.
struct Publish {
  std::string_view topic;
  ByteView payload;
  QoS qos = QoS::at_most_once;
  bool retain = false;
  bool dup = false;
  PacketId packet_id = 0;         // 0 at QoS 0
  std::uint16_t topic_alias = 0;  // 0: none
  Properties properties;
};

// PUBACK, PUBREC, PUBREL and PUBCOMP, sections 3.4 to 3.7.
struct Ack {
  PacketType type = PacketType::puback;
  PacketId packet_id = 0;
  ReasonCode reason = ReasonCode::success;
  Properties properties;
};

enum class RetainHandling : std::uint8_t { send = 0, send_if_new = 1, do_not_send = 2 };

// One entry of SUBSCRIBE, section 3.8.3. Below 5.0 only filter and QoS are sent.
struct Subscription {
  std::string_view filter;
  QoS qos = QoS::at_most_once;
  bool no_local = false;
  bool retain_as_published = false;
  RetainHandling retain_handling = RetainHandling::send;
};

// Section 3.8 and 3.10 as received: the entries stay encoded and are read one by one with
// next_subscription() and next_filter(), both valid for packets that decoding accepted.
struct Subscribe {
  PacketId packet_id = 0;
  Properties properties;
  ByteView entries;
};
struct Unsubscribe {
  PacketId packet_id = 0;
  Properties properties;
  ByteView entries;
};

// SUBACK and UNSUBACK, sections 3.9 and 3.11: one reason code per entry, as bytes of ReasonCode
// values; UNSUBACK below 5.0 has none.
struct SubscriptionAck {
  PacketType type = PacketType::suback;
  PacketId packet_id = 0;
  Properties properties;
  ByteView reasons;
};

// Section 3.14. Below 5.0 only the client sends it, always as success.
struct Disconnect {
  ReasonCode reason = ReasonCode::success;
  Properties properties;
};

// Section 3.15, 5.0 only.
struct Auth {
  ReasonCode reason = ReasonCode::success;
  Properties properties;
};

}  // namespace mqrig::wire
