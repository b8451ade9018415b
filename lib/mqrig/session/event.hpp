// What a session tells its owner.
#pragma once

#include <cstdint>
#include <string_view>

#include <mqrig/wire/packets.hpp>

namespace mqrig::session {

enum class EventKind : std::uint8_t {
  none,        // nothing more in these bytes
  message,     // PUBLISH: publish, receipt (0 at QoS 0)
  published,   // an outgoing QoS 1 or 2 message is completed: token, packet_id, reason, properties
  taken_over,  // PUBREC, with ExchangeSettings::report_steps: the receiver has the outgoing QoS 2
               // message, PUBREL was sent: token, packet_id
  released,    // PUBREL, with report_steps: the identifier of a received QoS 2 message is free
               // again, PUBCOMP was sent: packet_id
  fault,       // the peer broke the protocol: reason, detail; the connection is over
  timed_out,   // the peer fell silent (reason keep_alive_timeout), or leaves a request without
               // acknowledgement (unspecified_error): reason, detail; the connection is over
  disconnected,  // DISCONNECT from the peer: reason, properties; the connection is over
  // The client role:
  connected,     // CONNACK with success: session_present, properties
  refused,       // CONNACK with an error: reason, properties; the connection is over
  subscribed,    // SUBACK: token, reasons, properties
  unsubscribed,  // UNSUBACK: token, reasons (empty below 5.0), properties
  // Both roles:
  auth,  // AUTH: reason, properties; answer with authenticate(), or what else the role has for it
  // The server role:
  connect,      // CONNECT: connect; answer with accept(), refuse() or authenticate()
  subscribe,    // SUBSCRIBE: packet_id, properties, entries; answer with suback()
  unsubscribe,  // UNSUBSCRIBE: packet_id, properties, entries; answer with unsuback()
};

// One flat record, reused from call to call: only the members named above are meaningful for a
// kind. The views point into the bytes that were read, or into the session, and live until its next
// call.
struct Event {
  EventKind kind = EventKind::none;
  wire::ReasonCode reason = wire::ReasonCode::success;
  bool session_present = false;
  wire::PacketId packet_id = 0;
  std::uint64_t token = 0;
  std::uint64_t receipt = 0;
  wire::Publish publish;
  wire::Properties properties;
  std::string_view detail;  // a clause for a person, of static lifetime
  wire::ByteView reasons;   // bytes are wire::ReasonCode values, in the order of the filters
};

}  // namespace mqrig::session
