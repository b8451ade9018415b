// What a session tells its owner.
#pragma once

#include <cstdint>
#include <string_view>

#include <mqrig/wire/packets.hpp>

namespace mqrig::session {

enum class EventKind : std::uint8_t {
  none,        // nothing more in these bytes
  connected,   // CONNACK with success: session_present, properties
  refused,     // CONNACK with an error: reason, properties; the connection is over
  message,     // PUBLISH: publish, receipt (0 at QoS 0)
  published,   // an outgoing QoS 1 or 2 message is completed: token, packet_id, reason, properties
  subscribed,  // SUBACK: token, reasons, properties
  unsubscribed,  // UNSUBACK: token, reasons (empty below 5.0), properties
  auth,          // AUTH: reason, properties; answer with authenticate()
  disconnected,  // DISCONNECT from the server: reason, properties; the connection is over
  fault,         // the peer broke the protocol: reason, detail; the connection is over
  timed_out,     // the peer fell silent (reason keep_alive_timeout), or leaves a request without
                 // acknowledgement (unspecified_error): reason, detail; the connection is over
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
