// An MQTT client that stays connected: one session over a sequence of network connections.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include <mqrig/client/handler.hpp>
#include <mqrig/client/options.hpp>
#include <mqrig/session/error.hpp>

namespace asio {
class io_context;
}

namespace mqrig::client {

// Connects to the first broker that answers, negotiates the version, resumes or resends the
// session, subscribes again when the session was lost, and reconnects with exponential back-off and
// jitter. A refusal that would only be repeated (credentials, version, client id, taken over by
// another client …) ends in on_failed(). When none of the brokers can be reached at the first
// start(), that is on_failed(), too.
//
// Messages are written once per turn of the event loop, or when 64 KiB have gathered. Belongs to
// the thread of its io_context and must be destroyed before it. See async_client.hpp for completion
// tokens.
class Client {
 public:
  // `handler` and `context` outlive the client.
  Client(asio::io_context& context, Options options, Handler& handler);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();  // drops the connection without DISCONNECT

  // Begins to connect. Once, or again after on_failed() or on_disconnected().
  void start();

  // Sends everything that was accepted, then DISCONNECT, and ends the connection; on_disconnected()
  // follows, within a few seconds after the last byte could be written, or after half a minute in
  // which the broker took nothing: see ended_cleanly(). QoS 1 and 2 messages in flight are not
  // waited for: wait for on_published() first. Without a connection, attempts to get one end.
  // `properties` and other reasons than success are 5.0's.
  void disconnect(wire::ReasonCode reason = wire::ReasonCode::success,
                  wire::Properties properties = {});

  // In on_disconnected() and after it: all that was accepted was written, DISCONNECT too, and the
  // connection was not torn down by the broker. Otherwise messages of QoS 0 may be lost.
  bool ended_cleanly() const noexcept;

  // True when publish() would take a message of that QoS now.
  bool ready(wire::QoS qos) const noexcept;

  // Takes a message, or says why not: session::Error::would_block and not_connected pass (wait for
  // on_ready()); the others are for good. packet_id and dup are ignored. A token names the message
  // in on_published(); QoS 1 and 2 messages that were taken are completed across reconnects.
  std::error_code publish(const wire::Publish& publish, std::uint64_t token = 0);

  // Remembers the filters, subscribes when connected, and again whenever the session was lost. The
  // content is copied. Errors of session::Error come when the broker is known not to support what
  // is asked; then nothing is remembered.
  std::error_code subscribe(std::span<const wire::Subscription> subscriptions,
                            wire::Properties properties, std::uint64_t token);
  // Forgets the filters; sends UNSUBSCRIBE when connected, or as soon as it is.
  std::error_code unsubscribe(std::span<const std::string_view> filters,
                              wire::Properties properties, std::uint64_t token);

  // With AckMode::manual: one message, or all up to a receipt.
  void acknowledge(std::uint64_t receipt, wire::ReasonCode reason = wire::ReasonCode::success);
  void acknowledge_through(std::uint64_t receipt);

  // Stops and resumes reading from the broker (back-pressure); keep alive goes on. Remembered
  // across connections.
  void pause_reading();
  void resume_reading();

  // With Options::flush_by_owner: what was appended so far may leave now. An owner that stores the
  // state of the session commits it before, so that the peer never hears what a crash would make
  // forgotten. May call Handler::on_ready() and on_output().
  void flush();
  // The same for what says nothing about messages, such as CONNECT, SUBSCRIBE and PINGREQ: it goes
  // ahead of the rest. For an owner whose disk takes nothing, so that the connection lives on.
  void flush_requests();

  // The state of the session without its messages, for an owner that keeps these itself under their
  // tokens: appended to `out`. What was acknowledged with acknowledge() counts as taken over.
  void save_session(wire::Buffer& out) const;
  // Gives `use` the message with a token; false when it does not have it.
  using UsePublish = std::function<void(const wire::Publish&)>;
  using FindMessage = std::function<bool(std::uint64_t token, const UsePublish& use)>;
  // Before the first start(), which then has to be one without clean start. False when the bytes
  // are damaged or refer to a message that is not there: then the client is of no use any more.
  bool restore_session(wire::ByteView state, const FindMessage& find);

  // See session::ClientSession::release_unknown(). From Handler::on_connected().
  void release_unknown(wire::PacketId last);

  // AUTH with 0x18 and 0x19; `properties` hold method and data.
  std::error_code authenticate(wire::Properties properties);
  std::error_code reauthenticate(wire::Properties properties);
  // Begins Options::authentication again on the connection that stands [MQTT-4.12.1-1], or sends
  // the Authentication Data of Options::credentials. A broker that is not content ends the
  // connection, and a broker that does not prove itself loses it, as with CONNECT.
  // session::Error::no_authentication_method: there is none; would_block: one is under way, or the
  // connection is about to be replaced.
  std::error_code reauthenticate();

  bool connected() const noexcept;
  // Outgoing QoS 1 and 2 messages not yet completed.
  std::size_t pending() const noexcept;
  wire::Version version() const noexcept;  // of the current or last connection
  // With Options::bridge: the broker of the current or last connection took the bridge bit. One
  // that does not know it may have taken it as well: no broker says whether it keeps to it.
  bool is_bridge() const noexcept;
  const std::string& client_id() const noexcept;  // as given, made up, or assigned by the broker
  // "127.0.0.1:1883" or "unix /run/m.sock": the broker that is, was last, or is about to be
  // connected. With Options::dial a text that says so.
  std::string broker() const;
  const session::Limits& broker_limits() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mqrig::client
