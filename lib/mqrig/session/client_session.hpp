// The client role of MQTT 3.1, 3.1.1 and 5.0 as a state machine without I/O.
//
// In: open() when a network connection stands, read() for received bytes, timeout() when deadline()
// has passed, close() when the network connection is gone, and the requests. Out: packets, appended
// to the buffer that each call is given; events, from read() and timeout(). Session state (messages
// in flight, QoS 2 identifiers) outlives close() and is resumed or resent by the next open(), as
// the server's CONNACK says.
//
// After any call, deadline() may have changed. One thread at a time; no locks, no clock, no
// allocation at QoS 0.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include <mqrig/session/engine.hpp>
#include <mqrig/session/time.hpp>

namespace mqrig::session {

struct ClientSettings {
  ExchangeSettings exchange;
  Duration connack_timeout = std::chrono::seconds(30);
  Duration ping_timeout = std::chrono::seconds(10);  // at most the keep alive
  Duration ack_timeout{};  // without any acknowledgement while some are awaited; 0: wait for ever
  std::uint32_t maximum_packet_size = wire::max_remaining_length + 5;  // accepted, in every version
};

class ClientSession {
 public:
  enum class State : std::uint8_t { closed, connecting, connected };

  explicit ClientSession(const ClientSettings& settings) noexcept
      : engine_(Role::client, settings.exchange), settings_(&settings) {}

  // A network connection stands: appends CONNECT. `connect` is read during the call only.
  // `settings` given to the constructor live as long as the session.
  void open(const wire::Connect& connect, Time now, wire::Buffer& out);

  // Takes packets off the front of `in` until one makes an event; false when the rest is no whole
  // packet: keep it, and pass it again with more bytes behind it. Call again, with the same bytes,
  // until it returns false.
  bool read(wire::ByteView& in, Time now, Event& event, wire::Buffer& out);

  // When timeout() is to be called; `never` if nothing is awaited.
  Time deadline() const noexcept;
  // True when an event was made: call again. Sends PINGREQ [MQTT-3.1.2-20], notices silence,
  // and reports messages that resend() could not send.
  bool timeout(Time now, Event& event, wire::Buffer& out);

  // The owner has stopped reading (its own consumer is slow) or reads again: silence is not held
  // against the peer meanwhile.
  void reading(bool on, Time now) noexcept;

  // The network connection is gone, or is to be. Requests that were not answered are forgotten,
  // messages stay. Events that end the connection have done this already.
  void close() noexcept;

  State state() const noexcept { return state_; }
  // Sends PINGREQ out of turn. Once pings_answered(), the server has handled all that was sent
  // before it. When connected.
  void ping(Time now, wire::Buffer& out);
  bool pings_answered() const noexcept { return pings_ == 0; }
  // PINGREQ was sent, and nothing has come since.
  bool awaits_pingresp() const noexcept {
    return state_ == State::connected && answer_deadline_ != never;
  }
  // Connected, and nothing waits to be resent or acknowledged first.
  bool ready(wire::QoS qos) const noexcept {
    return state_ == State::connected && engine_.ready(qos);
  }

  // Requests: each returns an Error and appends nothing when it cannot be sent now. Tokens come
  // back in events.
  std::error_code publish(const wire::Publish& publish, std::uint64_t token, Time now,
                          wire::Buffer& out);
  std::error_code subscribe(std::span<const wire::Subscription> subscriptions,
                            wire::Properties properties, std::uint64_t token, Time now,
                            wire::Buffer& out);
  std::error_code unsubscribe(std::span<const std::string_view> filters,
                              wire::Properties properties, std::uint64_t token, Time now,
                              wire::Buffer& out);
  // Answers an auth event with AUTH 0x18 [MQTT-4.12.0-3]; `properties` hold method and data.
  std::error_code authenticate(wire::Properties properties, Time now, wire::Buffer& out);
  // Starts a re-authentication with AUTH 0x19 [MQTT-4.12.1-1].
  std::error_code reauthenticate(wire::Properties properties, Time now, wire::Buffer& out);
  // It was started, and the server has neither accepted nor refused it yet.
  bool reauthenticating() const noexcept { return reauthenticating_; }
  // Appends DISCONNECT; nothing can be sent after it [MQTT-3.14.4-1]. Reason and properties
  // are 5.0's.
  void disconnect(wire::ReasonCode reason, wire::Properties properties, wire::Buffer& out);

  // With AckMode::manual: see Receiver. Nothing is sent when the connection has ended.
  void acknowledge(std::uint64_t receipt, wire::ReasonCode reason, Time now, wire::Buffer& out);
  void acknowledge_through(std::uint64_t receipt, Time now, wire::Buffer& out);

  // Sends messages of an earlier connection, until `out` holds `enough` bytes. Call when `out` has
  // drained and resending() holds.
  void resend(wire::Buffer& out, std::size_t enough);
  bool resending() const noexcept {
    return state_ == State::connected && engine_.sender().resending();
  }

  // Outgoing messages not yet completed, and received ones not yet acknowledged.
  std::size_t pending() const noexcept { return engine_.sender().pending(); }
  std::size_t unacknowledged() const noexcept { return engine_.receiver().unacknowledged(); }
  // Something that was sent is not completed: a message, a SUBSCRIBE or an UNSUBSCRIBE.
  bool awaits_acknowledgement() const noexcept { return pending() != 0 || requests_ != 0; }

  wire::Version version() const noexcept { return version_; }
  const Limits& server_limits() const noexcept { return engine_.peer(); }
  std::uint16_t keep_alive() const noexcept { return keep_alive_; }  // seconds, as agreed

  // Session state as bytes, and back, into a session that was never opened.
  void dump(wire::Buffer& out) const;
  std::error_code restore(wire::ByteView bytes);

  // The same for an owner that keeps the messages itself: identifiers, tokens and stages.
  // See Sender::for_each_identifier() and Receiver::taken_over().
  const Sender& sender() const noexcept { return engine_.sender(); }
  const Receiver& receiver() const noexcept { return engine_.receiver(); }
  // Into a session that was never opened, in the order of sending; false when the identifier is
  // taken, or the message can't be encoded. packet_id, dup and topic_alias are ignored.
  bool restore_sent(wire::PacketId id, std::uint64_t token, wire::Publish publish, bool released);
  // The server kept the session of a client that has forgotten it: identifiers of QoS 2 messages
  // that it took over and that were never released would swallow new messages. Frees those from 1
  // to `last` with PUBREL, which a server answers whether it knows them or not. When connected,
  // before the first message.
  void release_unknown(wire::PacketId last, Time now, wire::Buffer& out);
  bool restore_taken_over(wire::PacketId id) { return engine_.receiver().restore(id); }

 private:
  // What is accepted now. A peer whose first packet claims to be huge speaks something else.
  std::uint32_t largest_packet() const noexcept {
    constexpr std::uint32_t largest_first_packet = 256 * 1024;
    return state_ == State::connecting ? std::min(own_.maximum_packet_size, largest_first_packet)
                                       : own_.maximum_packet_size;
  }
  bool handle(const wire::Frame& frame, Event& event, wire::Buffer& out, Time now);
  bool handle_connack(const wire::Frame& frame, Event& event, wire::Buffer& out, Time now);
  bool handle_request_ack(const wire::Frame& frame, Event& event, wire::Buffer& out);
  bool handle_auth(const wire::Frame& frame, Event& event, wire::Buffer& out, Time now);
  Violation check_auth(const wire::Auth& auth) const noexcept;
  Violation check_connack(const wire::Connack& connack) const noexcept;
  bool handle_disconnect(const wire::Frame& frame, Event& event, wire::Buffer& out);
  void accepted(const wire::Connack& connack, Time now);
  bool fail(Violation violation, Event& event, wire::Buffer& out);
  bool fail(wire::Fault fault, Event& event, wire::Buffer& out);
  bool give_up(wire::ReasonCode reason, std::string_view detail, Event& event, wire::Buffer& out);
  std::error_code request(bool encoded, wire::PacketId id, wire::PacketType type, std::size_t count,
                          std::size_t start, Time now, wire::Buffer& out);
  std::error_code check_subscribe(std::span<const wire::Subscription> subscriptions,
                                  wire::Properties properties) const noexcept;
  std::error_code send_auth(wire::ReasonCode reason, wire::Properties properties, Time now,
                            wire::Buffer& out);
  Duration ping_interval() const noexcept;
  Time ping_due() const noexcept;
  void sent(Time now) noexcept { last_sent_ = now; }

  Engine engine_;
  const ClientSettings* settings_;
  std::unique_ptr<std::string> authentication_method_;
  Time last_sent_{};
  Time answer_deadline_ = never;  // for CONNACK, then for PINGRESP
  Time last_acknowledged_{};
  Limits own_;
  std::uint16_t requests_ = 0;  // SUBSCRIBEs and UNSUBSCRIBEs not yet answered
  std::uint16_t keep_alive_ = 0;
  std::uint8_t pings_ = 0;  // PINGREQs not yet answered
  wire::Version version_ = wire::Version::mqtt_5;
  State state_ = State::closed;
  bool clean_start_ : 1 = true;
  bool reading_ : 1 = true;
  bool reauthenticating_ : 1 = false;
};

static_assert(sizeof(ClientSession) <= 256, "a million sessions are to fit");

}  // namespace mqrig::session
