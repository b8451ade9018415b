// What a client tells its owner.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <mqrig/client/failure.hpp>
#include <mqrig/wire/packets.hpp>

namespace mqrig::client {

enum class Direction : std::uint8_t { sent, received };

// All calls come from the event loop of the client's io_context. Views live until the call returns.
// Calls on the client are allowed in all of them but on_packet(); its destruction only in
// on_failed() and on_disconnected().
class Handler {
 public:
  // A connection stands (the first, or again). Subscriptions are made anew by the client when the
  // session was lost.
  virtual void on_connected(bool /*session_present*/, wire::Properties /*connack*/) {}
  // A message has come. `receipt` is 0 at QoS 0; with AckMode::manual the others are to be
  // acknowledged.
  virtual void on_message(const wire::Publish& /*publish*/, std::uint64_t /*receipt*/) {}
  // A QoS 1 or 2 message is completed; is_error(reason) when the broker did not take it.
  virtual void on_published(std::uint64_t /*token*/, wire::ReasonCode /*reason*/,
                            wire::Properties /*properties*/) {}
  // Answers to subscribe() and unsubscribe(), one reason per filter. Repeated, with the same token,
  // when a lost session made the client subscribe again.
  virtual void on_subscribed(std::uint64_t /*token*/, wire::ByteView /*reasons*/,
                             wire::Properties /*properties*/) {}
  virtual void on_unsubscribed(std::uint64_t /*token*/, wire::ByteView /*reasons*/,
                               wire::Properties /*properties*/) {}
  // publish() may take messages again: after on_connected(), and after it has answered would_block.
  virtual void on_ready() {}
  // Everything that one read brought has been reported: the moment to write what was gathered.
  virtual void on_turn_end() {}
  // With Options::flush_by_owner: packets wait for Client::flush() or flush_requests(). Not
  // repeated before one of them was called.
  virtual void on_output() {}
  // AUTH came: answer with Client::authenticate().
  virtual void on_auth(wire::ReasonCode /*reason*/, wire::Properties /*properties*/) {}
  // The connection is lost, or an attempt to get it back has failed; the client tries again in
  // `retry`.
  virtual void on_connection_lost(const Failure& /*failure*/, std::chrono::milliseconds /*retry*/) {
  }
  // Nothing more will come, unless start() is called again.
  virtual void on_failed(const Failure& /*failure*/) {}
  // disconnect() is done and the connection has ended, cleanly or not: see
  // Client::ended_cleanly().
  virtual void on_disconnected() {}
  // Before on_disconnected(): below 5.0 the broker goes on to keep the session, which was kept for
  // the sake of credentials that are renewed, since it could not be told to end it.
  virtual void on_session_left(const Failure& /*failure*/) {}
  // With Options::trace: what is known of a connection on which CONNECT is about to be sent, see
  // net::Stream::facts(), and of the token in it.
  virtual void on_transport(const std::vector<std::string>& /*facts*/) {}
  // With Options::trace: each whole packet.
  virtual void on_packet(Direction /*direction*/, wire::Version /*version*/,
                         wire::ByteView /*packet*/) {}

 protected:
  ~Handler() = default;
};

}  // namespace mqrig::client
