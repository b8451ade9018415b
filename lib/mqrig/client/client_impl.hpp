// The life of a client: connect, handshake, up, lost, wait, again.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <mqrig/client/backoff.hpp>
#include <mqrig/client/client.hpp>
#include <mqrig/client/connection.hpp>
#include <mqrig/client/credentials.hpp>
#include <mqrig/client/session_eraser.hpp>
#include <mqrig/client/subscriptions.hpp>
#include <mqrig/net/connect.hpp>
#include <mqrig/net/timer.hpp>

namespace mqrig::client {

class Client::Impl final : private Connection::Owner {
 public:
  Impl(asio::io_context& context, Options options, Handler& handler);
  ~Impl();

  void start();
  void disconnect(wire::ReasonCode reason, wire::Properties properties);

  bool ready(wire::QoS qos) const noexcept;
  std::error_code publish(const wire::Publish& publish, std::uint64_t token);
  std::error_code subscribe(std::span<const wire::Subscription> subscriptions,
                            wire::Properties properties, std::uint64_t token);
  std::error_code unsubscribe(std::span<const std::string_view> filters,
                              wire::Properties properties, std::uint64_t token);
  void acknowledge(std::uint64_t receipt, wire::ReasonCode reason);
  void acknowledge_through(std::uint64_t receipt);
  void set_reading(bool on);
  void flush();
  void flush_requests();
  void release_unknown(wire::PacketId last);
  bool restore_session(wire::ByteView state, const FindMessage& find);
  std::error_code authenticate(wire::Properties properties, bool again);
  std::error_code reauthenticate();

  const session::ClientSession& session() const noexcept { return session_; }
  const std::string& client_id() const noexcept { return client_id_; }
  bool is_bridge() const noexcept { return is_bridge_; }
  bool ended_cleanly() const noexcept { return ended_cleanly_; }
  std::string broker() const;

 private:
  enum class State : std::uint8_t {
    idle,         // before start(), after the end
    asking,       // for credentials
    connecting,   // the network connection is being made
    handshaking,  // CONNECT is sent
    up,           // CONNACK was success
    waiting,      // for the next attempt
    settling,     // as up, but nothing new is sent: a connection with new credentials waits
    draining,     // the connection is read to its end, and the other one follows
    finishing,    // DISCONNECT is sent
  };

  // A network connection, and the CONNECT that has been written to it ahead, if any.
  struct Next {
    std::unique_ptr<net::Stream> stream;
    wire::Buffer connect;
    std::size_t written = 0;  // bytes of it
  };
  struct Ending {
    wire::ReasonCode reason;
    wire::PropertyWriter properties;
  };

  // CONNACK has come, and the connection has not ended.
  bool stands() const noexcept {
    return state_ == State::up || state_ == State::settling || state_ == State::draining;
  }

  // Connection::Owner
  void on_event(const session::Event& event) override;
  void on_turn_end() override;
  void on_writable() override;
  void on_output() override { handler_.on_output(); }
  void on_stream_end(std::error_code error) override;
  void on_deadline(session::Time deadline) override;
  void on_packet(Direction direction, wire::ByteView packet) override;

  // client_connect.cpp
  void first_broker();
  void forget_refusals();
  void connect();
  void make_stream();
  void dial();
  net::ConnectOptions connect_options() const;
  void stream_made(std::error_code error, std::unique_ptr<net::Stream> stream);
  void begin_connection(Next next);
  void tell_facts(const net::Stream& stream);
  void make_connect(wire::Connect& connect, wire::PropertyWriter& properties);
  bool clean_start(wire::Version version) const noexcept;
  bool fall_back(bool told);
  bool refuses_version(wire::ReasonCode reason) const noexcept;
  std::uint32_t session_expiry() const noexcept;
  void next_broker(Failure failure);
  void round_failed(Failure failure);
  void lost(Failure failure);
  void retry(Failure failure);
  void give_up(Failure failure);
  void drop_connection() noexcept;
  Failure stream_failure(std::error_code error) const;
  Failure refusal(const session::Event& event, bool connected) const;

  // client_login.cpp
  void ask_credentials();
  void credentials_came(std::optional<Credentials> credentials, const Failure& failure);
  bool credentials_stale(const Failure& failure);
  bool needs_version_5() const noexcept;
  const std::optional<std::string>& user_name() const noexcept;
  const std::optional<std::string>& password() const noexcept;
  bool begin_authentication(wire::PropertyWriter& properties);
  void on_auth(const session::Event& event);
  bool finish_authentication(const session::Event& event);
  void authentication_failed(const std::string& fault);

  // client_renewal.cpp
  void arm_renewal();
  void arm_reauthentication();
  void postpone_renewal();
  void renew();
  void renewed(std::optional<Credentials> credentials);
  void change_connection();
  void next_stands(std::error_code error, std::unique_ptr<net::Stream> stream);
  void settle();
  void settle_late();
  void leave();
  void take_over();
  void drain();
  void drain_on();
  void drain_late();
  void drained(std::error_code error);
  void changed();
  bool renews_by_reconnect() const noexcept;
  bool passes_session_on(wire::Version version) const noexcept;
  bool session_kept() const noexcept;
  bool will_follows() const noexcept;
  void begin_anew();
  void erase_session();

  // client_events.cpp
  void connected(const session::Event& event);
  void refused(const session::Event& event);
  void unauthorised(Failure failure);
  void broken(const session::Event& event);
  void send_requests();
  std::error_code send(Subscriptions::Request& request);
  void answer_locally(const Subscriptions::Request& request, std::error_code error);
  void finish_late();
  void finished(bool in_order);

  asio::io_context& context_;
  Options options_;
  Handler& handler_;
  session::ClientSettings settings_;
  session::ClientSession session_;
  Subscriptions subscriptions_;
  std::shared_ptr<Connection> connection_;
  net::Connector connector_;
  net::Timer deadline_timer_;  // of the session
  net::Timer state_timer_;     // the next attempt; the end of finishing
  net::Timer renewal_timer_;   // of the credentials
  net::Timer reauthentication_timer_;
  Backoff backoff_;
  std::string client_id_;
  std::optional<Credentials> credentials_;  // of Options::credentials, for this connection
  std::optional<Failure> refusal_;          // of credentials_, when others are asked for
  Next next_;                               // connected, and waits for the old one to end
  std::optional<wire::Version> version_;    // agreed with a broker, or to be tried
  std::size_t broker_ = 0;                  // index of the current one
  // Of its domain, if it has one: the host connected to, and those that may be tried after it.
  std::vector<net::SrvTarget> srv_targets_;
  std::string earlier_failures_;  // of the brokers that were tried before it
  session::Time connected_at_{};
  std::optional<session::Time> lost_at_;
  session::Time drain_until_{};
  std::optional<Ending> ending_;              // disconnect() waits for the next connection
  std::unique_ptr<SessionEraser> eraser_;     // after disconnect()
  std::uint32_t granted_expiry_ = 0;          // seconds; what the broker keeps
  std::optional<std::size_t> no_bit_broker_;  // the one to be tried without the bridge bit
  std::optional<std::size_t> clean_broker_;   // the one that has no session of an earlier run
  State state_ = State::idle;
  std::size_t unwritten_ = 0;       // while finishing, at the last look
  int idle_looks_ = 0;              // at which nothing more had been written
  unsigned short_connections_ = 0;  // in a row
  bool was_connected_ = false;
  bool connected_since_start_ = false;
  std::size_t version_broker_ = 0;  // with which version_ was agreed
  bool bit_sent_ = false;           // in the last CONNECT
  bool is_bridge_ = false;
  bool clean_sent_ = true;                // in the last CONNECT
  bool pinged_ = false;                   // while settling
  bool changing_ = false;                 // one connection is to follow another, until it stands
  bool login_unsaid_ = false;             // the broker has not been told credentials_
  bool leaves_session_ = false;           // below 5.0 the broker keeps it beyond disconnect()
  bool receive_maximum_dropped_ = false;  // a broker did not keep to it
  bool ended_cleanly_ = false;
  bool reading_ = true;
  bool want_ready_ = false;   // publish() was refused for now
  bool asked_again_ = false;  // for credentials, since the broker refused some
};

}  // namespace mqrig::client
