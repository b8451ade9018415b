// What a client needs to know to connect, and how it behaves while it is connected.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <mqrig/net/srv_lookup.hpp>
#include <mqrig/net/transport.hpp>
#include <mqrig/session/engine.hpp>
#include <mqrig/wire/packets.hpp>

namespace asio {
class io_context;
}
namespace mqrig::auth {
class ClientExchange;
}
namespace mqrig::net {
class Stream;
}

namespace mqrig::client {

class CredentialSource;

// One address of a broker: host and port, or a Unix socket.
struct Broker {
  Broker() = default;
  Broker(std::string host_name, std::uint16_t port_number)
      : host(std::move(host_name)), port(port_number) {}

  std::string host = "localhost";
  std::uint16_t port = 1883;
  // The host is a domain whose SRV records name the brokers; see net::ConnectOptions.
  bool srv = false;
  std::optional<net::DnsServer> name_server;  // asked for the records; none: those of the system
  std::string unix_path;                      // when not empty, host and port are unused
};

// The will, owning its content.
struct WillMessage {
  std::string topic;
  std::string payload;
  wire::QoS qos = wire::QoS::at_most_once;
  bool retain = false;
  wire::PropertyWriter properties;  // 5.0
};

struct Options {
  Options() = default;

  std::vector<Broker> brokers;  // tried in order; empty: localhost:1883
  // When set, gives a connected stream, such as one end of net::memory_stream_pair(), at each
  // attempt to connect; `brokers` and `bind_address` are unused then. Null: the broker cannot be
  // reached now. Called from the event loop of the client's io_context, to which the stream
  // belongs.
  std::function<std::unique_ptr<net::Stream>()> dial;
  net::Transport transport;                           // between a connection to a broker and MQTT
  std::string bind_address;                           // see net::ConnectOptions
  std::chrono::milliseconds connect_timeout{30'000};  // TCP and CONNACK, each
  std::optional<wire::Version> version;               // none: 5.0, then 3.1.1 when that is refused
  // Below 5.0: CONNECT carries the bridge bit, see wire::Connect. A broker that refuses it, or
  // closes the connection instead of answering it, is tried again without.
  bool bridge = false;
  std::string client_id;  // empty: one is made up, 21 letters and digits
  std::optional<std::string> user_name;
  std::optional<std::string> password;
  // Asked before every connect; null: what is above is all.
  std::shared_ptr<CredentialSource> credentials;
  // When set, makes `credentials` for each client that has these options, for the event loop of its
  // io_context.
  std::function<std::shared_ptr<CredentialSource>(asio::io_context&)> make_credentials;
  // The user name is a secret, a token for one: for whoever shows packets.
  bool secret_user_name = false;
  // 5.0: the enhanced authentication that CONNECT begins; null: none.
  std::shared_ptr<auth::ClientExchange> authentication;
  // How long after it has succeeded it is begun again on the connection that stands; 0: it is not.
  std::chrono::milliseconds reauthentication_interval{0};
  std::uint16_t keep_alive = 60;  // seconds, 0: off
  bool clean_start = true;        // of the first connection
  // Below 5.0 a clean session ends with its connection: there it is not begun clean.
  bool keep_session = false;
  // 5.0: seconds the broker keeps the session when the connection is lost. None: 0, or what
  // `survive_reconnects` says.
  std::optional<std::uint32_t> session_expiry;
  // Without a session expiry: let the broker keep the session for five minutes while connections
  // are lost, so that reconnecting resumes it, and end it at disconnect(). 5.0 only; below, a clean
  // session ends with its connection. Credentials that are renewed by another connection, see
  // Credentials::renew_at, do this by themselves.
  bool survive_reconnects = false;
  std::optional<WillMessage> will;
  wire::PropertyWriter connect_properties;  // 5.0: all but session expiry
  // 5.0: a broker that sends more than the Receive Maximum of connect_properties loses the
  // connection like one that fell silent, and the next CONNECT carries none: it would do so again.
  // False: Handler::on_failed().
  bool drop_exceeded_maximum = false;

  // A first connection that can't be had is tried again like one that was lost.
  bool keep_trying = false;
  bool reconnect = true;                           // after a connection that once stood was lost
  std::chrono::milliseconds reconnect_delay{500};  // doubles at each failure, with jitter
  std::chrono::milliseconds reconnect_max_delay{30'000};
  std::chrono::milliseconds reconnect_timeout{
      0};  // give up after this long without a connection; 0: never

  std::chrono::milliseconds ack_timeout{0};  // see session::ClientSettings
  session::ExchangeSettings exchange;        // window, acknowledgement mode, topic aliases
  std::uint32_t maximum_packet_size = wire::max_remaining_length + 5;  // accepted from the broker
  // Nothing is written to the network before the owner says so: see Handler::on_output().
  bool flush_by_owner = false;
  bool trace = false;  // call Handler::on_packet()
};

}  // namespace mqrig::client
