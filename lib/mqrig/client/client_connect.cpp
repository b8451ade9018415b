// How a client gets a connection.
#include <algorithm>
#include <string>
#include <utility>

#include <mqrig/client/client_impl.hpp>
#include <mqrig/net/error.hpp>
#include <mqrig/net/url.hpp>
#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/frame.hpp>

namespace mqrig::client {

using wire::PropertyId;
using wire::Version;

namespace {

constexpr std::uint32_t surviving_seconds = 300;

FailureKind kind_of(std::error_code error) {
  if (error == net::Error::web_socket_unauthorised) return FailureKind::not_authorised;
  return error == net::Error::tls_failed ? FailureKind::tls : FailureKind::unreachable;
}

// What the connector says begins with what it could not reach: where that is the broker's name, or
// the path in it, once is enough.
std::string with_name(const std::string& name, std::string_view reason) {
  const std::string first(reason.substr(0, reason.find(": ")));
  const bool twice = first == name || "unix " + first == name;
  if (twice) reason.remove_prefix(std::min(first.size() + 2, reason.size()));
  return name + ": " + std::string(reason);
}

}  // namespace

std::string Client::Impl::broker() const {
  if (options_.dial) return "the broker behind a given stream";
  const Broker& broker = options_.brokers[broker_];
  if (!srv_targets_.empty()) {
    const net::SrvTarget& target = srv_targets_.front();
    return net::join_host_port(target.host, target.port) + " (SRV of " + broker.host + ")";
  }
  if (broker.srv && broker.unix_path.empty()) return broker.host;
  return broker.unix_path.empty() ? net::join_host_port(broker.host, broker.port)
                                  : "unix " + broker.unix_path;
}

void Client::Impl::first_broker() {
  forget_refusals();
  earlier_failures_.clear();
  srv_targets_.clear();
  broker_ = 0;
  connect();
}

// The version or the bit was not what kept us out, if there was no connection without it either.
// Nor does it say anything of another broker.
void Client::Impl::forget_refusals() {
  if (!was_connected_ || no_bit_broker_ != version_broker_) no_bit_broker_.reset();
  if (!was_connected_) version_ = options_.version;
}

void Client::Impl::connect() {
  if (options_.credentials) return ask_credentials();
  make_stream();
}

void Client::Impl::make_stream() {
  state_ = State::connecting;
  if (options_.dial) {  // from the event loop, as all that follows
    return state_timer_.expires_at(std::chrono::steady_clock::now(), [this] { dial(); });
  }
  connector_.start(connect_options(),
                   [this](std::error_code error, std::unique_ptr<net::Stream> stream) {
                     stream_made(error, std::move(stream));
                   });
}

net::ConnectOptions Client::Impl::connect_options() const {
  const Broker& broker = options_.brokers[broker_];
  net::ConnectOptions connect(broker.host, broker.port);
  connect.srv = broker.srv;
  connect.srv_targets = srv_targets_;
  connect.name_server = broker.name_server;
  connect.unix_path = broker.unix_path;
  connect.bind_address = options_.bind_address;
  connect.transport = options_.transport;
  connect.timeout = options_.connect_timeout;
  if (credentials_ && connect.transport.web_socket) {
    auto& headers = connect.transport.web_socket->headers;
    for (const auto& header : credentials_->web_socket_headers) headers.push_back(header);
  }
  return connect;
}

void Client::Impl::dial() {
  auto stream = options_.dial();
  std::error_code error;
  if (!stream) error = std::make_error_code(std::errc::connection_refused);
  stream_made(error, std::move(stream));
}

void Client::Impl::stream_made(std::error_code error, std::unique_ptr<net::Stream> stream) {
  if (error) {
    srv_targets_.clear();  // all of them were tried
    Failure failure;
    failure.kind = kind_of(error);
    failure.error = error;
    const std::string& detail = connector_.detail();
    failure.text =
        "could not connect to " + with_name(broker(), detail.empty() ? error.message() : detail);
    if (failure.kind == FailureKind::not_authorised) return unauthorised(std::move(failure));
    return next_broker(std::move(failure));
  }
  begin_connection({std::move(stream), {}, 0});
}

void Client::Impl::begin_connection(Next next) {
  state_ = State::handshaking;
  srv_targets_ = connector_.srv_targets();
  const bool ahead = !next.connect.empty();
  if (options_.trace && !ahead) tell_facts(*next.stream);
  Connection::Owner& owner = *this;
  connection_ = std::make_shared<Connection>(context_, std::move(next.stream), session_, owner,
                                             options_.trace);
  if (options_.flush_by_owner) connection_->hold_output();
  connection_->start();
  wire::PropertyWriter properties;
  wire::Connect connect;
  if (ahead) {
    wire::Buffer written;
    wire::Frame frame;
    wire::split_frame(next.connect.view(), wire::max_remaining_length + 5, frame);
    wire::decode(frame, connect);
    session_.open(connect, connection_->now(), written);
    connection_->continue_packet(next.connect.view().subspan(next.written));
  } else {
    make_connect(connect, properties);
    session_.open(connect, connection_->now(), connection_->out());
  }
  connection_->touch();
}

void Client::Impl::tell_facts(const net::Stream& stream) {
  std::vector<std::string> facts = stream.facts();
  if (credentials_) {
    facts.insert(facts.end(), credentials_->facts.begin(), credentials_->facts.end());
  }
  if (!facts.empty()) handler_.on_transport(facts);
}

std::uint32_t Client::Impl::session_expiry() const noexcept {
  if (options_.session_expiry) return *options_.session_expiry;
  return options_.survive_reconnects || renews_by_reconnect() ? surviving_seconds : 0;
}

// The session of the last connection is wanted back, wherever the broker was asked to keep it.
bool Client::Impl::clean_start(Version version) const noexcept {
  if (!options_.clean_start) return false;
  if (version == Version::mqtt_5) return !was_connected_ || granted_expiry_ == 0;
  if (options_.keep_session) return false;
  // Nobody else has had an identifier that was made up.
  return !passes_session_on(version) || (!options_.client_id.empty() && clean_broker_ != broker_);
}

// The views are into ourselves and `properties`.
void Client::Impl::make_connect(wire::Connect& connect, wire::PropertyWriter& properties) {
  connect.version = version_.value_or(Version::mqtt_5);
  bit_sent_ = connect.bridge =
      options_.bridge && connect.version != Version::mqtt_5 && no_bit_broker_ != broker_;
  clean_sent_ = connect.clean_start = clean_start(connect.version);
  connect.keep_alive = options_.keep_alive;
  connect.client_id = client_id_;
  connect.user_name = user_name();
  if (password()) connect.password = wire::as_bytes(*password());
  if (options_.will) {
    const WillMessage& will = *options_.will;
    connect.will = wire::Will{.topic = will.topic,
                              .payload = wire::as_bytes(will.payload),
                              .qos = will.qos,
                              .retain = will.retain,
                              .properties = will.properties.view()};
  }
  if (session_expiry() != 0) properties.add(PropertyId::session_expiry_interval, session_expiry());
  for (const wire::Property& property : options_.connect_properties.view()) {
    if (receive_maximum_dropped_ && property.id == PropertyId::receive_maximum) continue;
    properties.add(property);
  }
  if (connect.version == Version::mqtt_5) begin_authentication(properties);
  connect.properties = properties.view();
}

}  // namespace mqrig::client
