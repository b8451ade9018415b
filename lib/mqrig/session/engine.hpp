// The QoS engine that the client and the server role share: PUBLISH and its acknowledgements in
// both directions.
#pragma once

#include <memory>
#include <system_error>

#include <mqrig/session/event.hpp>
#include <mqrig/session/limits.hpp>
#include <mqrig/session/receiver.hpp>
#include <mqrig/session/sender.hpp>
#include <mqrig/session/topic_alias.hpp>
#include <mqrig/wire/frame.hpp>

namespace mqrig::session {

enum class Role : std::uint8_t { client, server };

// Who acknowledges received QoS 1 and 2 messages: the session as it reports them, or the owner.
enum class AckMode : std::uint8_t { automatic, manual };

// What the owner decides about the exchange of messages.
struct ExchangeSettings {
  std::uint16_t window =
      65'535;  // QoS 1 and 2 messages in flight, within the peer's Receive Maximum
  std::uint16_t legacy_qos_2_window =
      20;  // QoS 2 messages in flight below 5.0, where brokers drop more than they say; a server
           // has no reason for less than its window
  AckMode ack_mode = AckMode::automatic;
  bool assign_topic_aliases = false;  // use aliases when the peer allows any
  bool report_steps = false;  // taken_over and released are reported: an owner that stores each
                              // state of a message has to know before the next packet leaves
};

// A violation that the engine found: what to tell the peer, and the person.
struct Violation {
  wire::ReasonCode reason = wire::ReasonCode::success;
  std::string_view detail;  // static lifetime; empty: no violation

  explicit operator bool() const noexcept { return !detail.empty(); }
};

class Engine {
 public:
  Engine(Role role, const ExchangeSettings& settings) noexcept : settings_(settings), role_(role) {
    constexpr std::uint16_t server_rotation = 16;
    if (role == Role::server) sender_.set_rotation(server_rotation);
  }

  // A new connection stands: `peer` bounds what we send, `own` what we announced.
  void resume(bool session_present, wire::Version version, const Limits& peer, const Limits& own);
  void connection_lost() noexcept;

  bool ready(wire::QoS qos) const noexcept {
    return qos == wire::QoS::at_most_once ? !sender_.resending() : sender_.ready(qos);
  }
  // Appends a PUBLISH; packet id and DUP are the engine's to choose. Completion of QoS 1 and 2 is
  // reported with the token. On an error nothing was appended. In the server role the topic is not
  // validated again: it was when it came in.
  std::error_code publish(const wire::Publish& publish, std::uint64_t token, wire::Buffer& out);
  // The same with a PUBLISH that was encoded once for many receivers: a whole packet of this
  // connection's version, DUP 0, without topic alias; with QoS 1 and 2 the packet identifier stands
  // at `packet_id_offset` (see wire::packet_id_offset()), of any value. Appends a copy with an
  // identifier of its own.
  std::error_code forward(wire::ByteView packet, wire::QoS qos, std::size_t packet_id_offset,
                          std::uint64_t token, wire::Buffer& out);
  // The peer knows topic aliases, and the settings want them: only publish() uses them.
  bool assigns_topic_aliases() const noexcept {
    return settings_.assign_topic_aliases && peer_.topic_alias_maximum != 0;
  }

  // A frame of PUBLISH, PUBACK, PUBREC, PUBREL or PUBCOMP. event.kind is none when there is nothing
  // to report.
  Violation handle(const wire::Frame& frame, Event& event, wire::Buffer& out);

  // See Sender::resend() and Sender::take_refused(): what waits from an earlier connection.
  void resend(wire::Buffer& out, std::size_t enough) { sender_.resend(peer_, out, enough); }
  bool take_refused(Event& event) noexcept;

  // Gives back memory that no message needs, for sessions that have fallen silent or have lost
  // their connection. What is pending stays.
  void shrink() noexcept;

  Sender& sender() noexcept { return sender_; }
  const Sender& sender() const noexcept { return sender_; }
  Receiver& receiver() noexcept { return receiver_; }
  const Receiver& receiver() const noexcept { return receiver_; }
  const Limits& peer() const noexcept { return peer_; }

 private:
  struct Aliases {
    AliasSender out;
    AliasReceiver in;
  };

  Error check(const wire::Publish& publish) const noexcept;
  Error check_limits(wire::QoS qos, bool retain) const noexcept;
  bool append(const wire::Publish& publish, wire::Buffer& out);
  void append_aliased(const wire::Publish& publish, std::size_t start, wire::Buffer& out);
  Violation handle_publish(const wire::Frame& frame, Event& event, wire::Buffer& out);
  Violation handle_ack(const wire::Frame& frame, Event& event, wire::Buffer& out);
  Aliases& aliases();

  Sender sender_;
  Receiver receiver_;
  std::unique_ptr<Aliases> aliases_;
  Limits peer_;
  ExchangeSettings settings_;
  std::uint16_t own_receive_maximum_ = 65'535;
  std::uint16_t own_alias_maximum_ = 0;
  wire::Version version_ = wire::Version::mqtt_5;
  Role role_;
};

}  // namespace mqrig::session
