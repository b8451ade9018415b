// Why a connection could not be made, or ended.
#pragma once

#include <string>
#include <system_error>

#include <mqrig/wire/reason_code.hpp>

namespace mqrig::client {

enum class FailureKind : std::uint8_t {
  unreachable,     // no network connection: name, refused, time-out, proxy, WebSocket
  tls,             // TLS could not be set up, or the peer ended it
  not_authorised,  // credentials: CONNACK or DISCONNECT says bad user name or password, not
                   // authorized, banned …, or the answer to the WebSocket request does
  refused,         // CONNACK with another error
  disconnected,    // the broker ended a connection that stood, with or without DISCONNECT
  protocol,        // the peer does not keep to MQTT, or WebSocket
  timed_out,       // the peer fell silent: no CONNACK, no PINGRESP, no acknowledgement
  input,           // credentials: the file, variable or command they come from gives none
};

struct Failure {
  FailureKind kind = FailureKind::unreachable;
  wire::ReasonCode reason = wire::ReasonCode::success;  // of CONNACK or DISCONNECT, else success
  std::error_code error;                                // of the network, else none
  std::string text;  // for a person: what was tried, why it failed, what to do next; one line, no
                     // final stop
  // Of a CredentialSource: asking again is of no use before a person has done something.
  bool permanent = false;
};

}  // namespace mqrig::client
