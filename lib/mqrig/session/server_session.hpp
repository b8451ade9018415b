// The server role of MQTT 3.1, 3.1.1 and 5.0 as a state machine without I/O: one network connection
// of one client.
//
// In: open() when a network connection stands, read() for received bytes, timeout() when deadline()
// has passed, close() when the network connection is gone, and the answers. Out: packets, appended
// to the buffer that each call is given; events, from read() and timeout().
//
// Enhanced authentication, section 4.12: a connect event may name an Authentication Method. The
// owner goes on with authenticate() before it accepts or refuses, and answers auth events. Method
// and data are the owner's: it compares the method of each auth event with that of CONNECT
// [MQTT-4.12.0-5] [MQTT-4.12.1-1], and puts it into the properties of AUTH and CONNACK.
//
// Unlike ClientSession it does not own the session state: which session a connection belongs to is
// known only after CONNECT. The owner answers the connect event with accept(), which binds the
// Engine of that session until the connection ends, or with refuse(). It publishes, resends and
// acknowledges through that engine: with ExchangeSettings::ack_mode manual, it answers each message
// with Receiver::acknowledge(), and the reason code is its own.
//
// After any call, deadline() may have changed. One thread at a time; no locks, no clock, no memory
// of its own.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <system_error>

#include <mqrig/session/engine.hpp>
#include <mqrig/session/server_settings.hpp>
#include <mqrig/session/time.hpp>

namespace mqrig::session {

// The kinds of the server role are connect, auth, message, published, taken_over, released,
// subscribe, unsubscribe, disconnected, fault and timed_out.
struct ServerEvent : Event {
  wire::Connect connect;   // kind connect
  wire::ByteView entries;  // kinds subscribe and unsubscribe: for wire::next_subscription() and
                           // wire::next_filter()
};

class ServerSession {
 public:
  enum class State : std::uint8_t {
    closed,
    awaiting_connect,
    deciding,  // CONNECT or AUTH is there: the owner is to accept(), refuse() or authenticate()
    authenticating,  // AUTH was sent: only AUTH and DISCONNECT may come [MQTT-3.1.2-30]
    connected,
  };

  // `settings` live as long as the session.
  explicit ServerSession(const ServerSettings& settings) noexcept : settings_(&settings) {}
  ServerSession(const ServerSession&) = delete;
  ServerSession& operator=(const ServerSession&) = delete;

  // A network connection stands: the client has connect_timeout from now on, authentication
  // included.
  void open(Time now) noexcept;

  // Takes packets off the front of `in` until one makes an event; false when the rest is no whole
  // packet: keep it, and pass it again with more bytes behind it. Call again, with the same bytes,
  // until it returns false. In state deciding it takes nothing: what came behind CONNECT or AUTH
  // waits for the owner's answer, and is of no account if that is a refusal [MQTT-3.1.4-6].
  bool read(wire::ByteView& in, Time now, ServerEvent& event, wire::Buffer& out);

  // The answers to a connect event.
  struct Acceptance {
    bool session_present = false;   // false with clean start [MQTT-3.2.2-2]
    std::uint16_t keep_alive = 0;   // seconds, as it holds from now on: the client's or, with
                                    // Server Keep Alive among the properties, the server's
    wire::Properties properties{};  // of CONNACK, in 5.0: what ServerSettings::announce() adds, and
                                    // what is this connection's own
  };
  // Appends CONNACK and binds the engine, which is bound to no other connection and lives until
  // close() or an event that ends the connection; it is resumed, not resent. Reason String and User
  // Properties give way to the client's Maximum Packet Size [MQTT-3.2.2-19] [MQTT-3.2.2-20].
  // packet_too_large when it has no room for CONNACK at all: nothing was appended, and the
  // connection is over.
  std::error_code accept(Engine& engine, const Acceptance& acceptance, Time now, wire::Buffer& out);
  // Appends CONNACK with an error, in the form of the client's version; the connection is over
  // [MQTT-3.2.2-7]. A reason that CONNACK may not carry becomes unspecified_error. Below 5.0
  // properties are left out.
  void refuse(wire::ReasonCode reason, wire::Properties properties, wire::Buffer& out);

  // An answer to a connect event with an Authentication Method, or to an auth event: AUTH with
  // 0x18, upon which the client is to send one more [MQTT-4.12.0-2]. `properties` hold the method,
  // and data if there is some. packet_too_large when the client does not take so much: the
  // connection is over, as if by disconnect().
  std::error_code authenticate(wire::Properties properties, wire::Buffer& out);
  // The other answer to an auth event when connected: AUTH with 0x00, the re-authentication has
  // succeeded. One that has not is answered with disconnect() [MQTT-4.12.1-2].
  std::error_code authenticated(wire::Properties properties, wire::Buffer& out);

  // SUBACK [MQTT-3.8.4-1] and UNSUBACK, which the owner sends once for each event: one reason for
  // each filter, in their order [MQTT-3.9.3-1] [MQTT-3.11.3-1]. Below 5.0, reasons and properties
  // are what the version knows. Properties give way to the client's Maximum Packet Size
  // [MQTT-3.9.2-1], and to its Request Problem Information [MQTT-3.1.2-29]; an answer that is too
  // large without them is an error, and not sent [MQTT-3.1.2-24].
  std::error_code suback(wire::PacketId id, std::span<const wire::ReasonCode> reasons,
                         wire::Properties properties, wire::Buffer& out);
  std::error_code unsuback(wire::PacketId id, std::span<const wire::ReasonCode> reasons,
                           wire::Properties properties, wire::Buffer& out);

  // Ends the connection: nothing is sent after it [MQTT-3.14.4-1]. Appends DISCONNECT in 5.0, and
  // nothing below it or before CONNACK [MQTT-3.14.0-1]. The properties hold no Session Expiry
  // Interval [MQTT-3.14.2-2].
  void disconnect(wire::ReasonCode reason, wire::Properties properties, wire::Buffer& out);

  // The network connection is gone, or is to be: unbinds the engine and tells it. Events that end
  // the connection have done this already.
  void close() noexcept;

  // When timeout() is to be called; `never` if nothing is awaited.
  Time deadline() const noexcept;
  // True when an event was made: call again. Notices that CONNECT does not come, and silence for
  // one and a half times the keep alive [MQTT-3.1.2-22]; reports messages that Engine::resend()
  // could not send.
  bool timeout(Time now, ServerEvent& event, wire::Buffer& out);

  // The owner has stopped reading from a connected client, or reads again: silence is not held
  // against the client meanwhile.
  void reading(bool on, Time now) noexcept;

  State state() const noexcept { return state_; }
  // From the connect event on: what CONNECT said, until the next open().
  wire::Version version() const noexcept { return version_; }
  const Limits& client_limits() const noexcept { return client_limits_; }
  // If not, reason strings and user properties are left out of all packets but PUBLISH, CONNACK and
  // DISCONNECT [MQTT-3.1.2-29].
  bool wants_problem_information() const noexcept { return wants_problem_information_; }
  std::uint16_t keep_alive() const noexcept { return keep_alive_; }  // seconds, as accepted

 private:
  // Whose AUTH is awaited in state connected.
  enum class Turn : std::uint8_t { none, owner, client };

  bool read_connect(wire::ByteView& in, ServerEvent& event, wire::Buffer& out);
  bool handle_connect(const wire::Frame& frame, ServerEvent& event, wire::Buffer& out);
  Violation check_connect(const wire::Connect& connect) const noexcept;
  bool read_auth(wire::ByteView& in, ServerEvent& event, wire::Buffer& out);
  bool handle_auth(const wire::Frame& frame, ServerEvent& event, wire::Buffer& out);
  Violation check_auth(const wire::Auth& auth) const noexcept;
  std::error_code send_auth(wire::ReasonCode reason, wire::Properties properties,
                            wire::Buffer& out);
  bool handle(const wire::Frame& frame, ServerEvent& event, wire::Buffer& out);
  void count(bool answered) const noexcept;
  template <class Request>
  bool handle_request(const wire::Frame& frame, EventKind kind, ServerEvent& event,
                      wire::Buffer& out);
  bool handle_disconnect(const wire::Frame& frame, ServerEvent& event, wire::Buffer& out);
  bool fail(Violation violation, ServerEvent& event, wire::Buffer& out);
  bool fail(wire::Fault fault, ServerEvent& event, wire::Buffer& out);
  std::error_code answer(wire::PacketType type, wire::PacketId id,
                         std::span<const wire::ReasonCode> reasons, wire::Properties properties,
                         wire::Buffer& out);

  const ServerSettings* settings_;
  Engine* engine_ = nullptr;  // in state connected
  Time last_received_{};      // before CONNECT: when the connection was opened
  Limits client_limits_;
  std::uint16_t keep_alive_ = 0;
  wire::Version version_ = wire::Version::mqtt_5;
  State state_ = State::closed;
  Turn turn_ = Turn::none;  // of a re-authentication
  bool has_method_ : 1 = false;
  bool reading_ : 1 = true;
  bool wants_problem_information_ : 1 = true;
  bool session_expires_at_once_ : 1 = true;
};

static_assert(sizeof(ServerSession) <= 96, "hundreds of thousands of idle connections are to fit");

}  // namespace mqrig::session
