// How a client gets a connection, and what it does when one cannot be had or is lost.
#include <algorithm>
#include <string>
#include <utility>

#include <mqrig/client/client_impl.hpp>
#include <mqrig/client/refusal.hpp>
#include <mqrig/net/error.hpp>
#include <mqrig/net/url.hpp>
#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/frame.hpp>

namespace mqrig::client {

using wire::PropertyId;
using wire::ReasonCode;
using wire::Version;

namespace {

constexpr std::uint32_t surviving_seconds = 300;
// A connection that ends sooner than this does not count as a recovery.
constexpr std::chrono::seconds stable_after{5};

FailureKind kind_of(std::error_code error) {
  if (error == net::Error::web_socket_unauthorised) return FailureKind::not_authorised;
  return error == net::Error::tls_failed ? FailureKind::tls : FailureKind::unreachable;
}

std::string join(std::string_view first, std::string_view second) {
  return second.empty() ? std::string(first) : std::string(first) + "; " + std::string(second);
}

// What the connector says begins with what it could not reach: where that is the broker's name, or
// the path in it, once is enough.
std::string with_name(const std::string& name, std::string_view reason) {
  const std::string first(reason.substr(0, reason.find(": ")));
  const bool twice = first == name || "unix " + first == name;
  if (twice) reason.remove_prefix(std::min(first.size() + 2, reason.size()));
  return name + ": " + std::string(reason);
}

// Many brokers close TCP without a word of TLS where they have nothing more to say.
bool is_end(std::error_code error) {
  return error == net::Error::end_of_stream || error == net::Error::tls_truncated ||
         error == net::Error::web_socket_closed;
}

// An end by which a peer may mean the version: a close frame of a WebSocket has no status for that.
bool is_mute(std::error_code error) {
  return error != net::Error::tls_failed && error != net::Error::web_socket_failed;
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

// A version or the bridge bit was refused: is there another way to try? `told`: by CONNACK. What
// the broker has taken before is given up only then.
bool Client::Impl::fall_back(bool told) {
  const bool agreed = was_connected_ && broker_ == version_broker_;
  if (bit_sent_) {
    if (agreed && !told) return false;
    no_bit_broker_ = broker_;
  } else {
    if (options_.version || agreed || version_.value_or(Version::mqtt_5) != Version::mqtt_5) {
      return false;
    }
    if (needs_version_5()) return false;
    version_ = Version::mqtt_3_1_1;
  }
  drop_connection();
  make_stream();
  return true;
}

void Client::Impl::drop_connection() noexcept {
  if (connection_) connection_->close();
  connection_.reset();
  next_ = {};
  renewal_timer_.cancel();
  reauthentication_timer_.cancel();
  if (options_.credentials) options_.credentials->cancel();
  session_.close();
  deadline_timer_.cancel();
  connector_.cancel();
}

// This broker could not be had; the others are tried before the round counts as failed.
void Client::Impl::next_broker(Failure failure) {
  drop_connection();
  const bool same_domain = srv_targets_.size() > 1;
  if (!same_domain && broker_ + 1 == options_.brokers.size()) {
    return round_failed(std::move(failure));
  }
  earlier_failures_ += failure.text + "; ";
  if (same_domain) {
    srv_targets_.erase(srv_targets_.begin());
  } else {
    srv_targets_.clear();
    ++broker_;
  }
  forget_refusals();
  connect();
}

void Client::Impl::round_failed(Failure failure) {
  failure.text.insert(0, std::exchange(earlier_failures_, {}));
  const bool again = options_.keep_trying || (connected_since_start_ && options_.reconnect);
  if (again) return retry(std::move(failure));
  give_up(std::move(failure));
}

// A connection that stood is gone.
void Client::Impl::lost(Failure failure) {
  drop_connection();
  if (!options_.reconnect) return give_up(std::move(failure));
  const bool stable = std::chrono::steady_clock::now() - connected_at_ >= stable_after;
  if (stable) {
    backoff_.reset();
    asked_again_ = false;
  }
  short_connections_ = stable ? 0 : short_connections_ + 1;
  // Some brokers do not say that another client took the session over: they only close the
  // connection.
  if (short_connections_ > 1 && !options_.client_id.empty()) {
    failure.text +=
        "; if another client uses the id \"" + client_id_ + "\", give each its own --id";
  }
  retry(std::move(failure));
}

void Client::Impl::retry(Failure failure) {
  if (ending_) return finished(false);
  changing_ = false;
  const session::Time now = std::chrono::steady_clock::now();
  if (!lost_at_) lost_at_ = now;
  const std::chrono::milliseconds delay = backoff_.next();
  const auto limit = options_.reconnect_timeout;
  if (limit.count() != 0 && now + delay - *lost_at_ >= limit) {
    failure.text +=
        "; gave up after " +
        std::to_string(std::chrono::duration_cast<std::chrono::seconds>(limit).count()) +
        " s without a connection";
    return give_up(std::move(failure));
  }
  state_ = State::waiting;
  state_timer_.expires_at(now + delay, [this] { first_broker(); });
  handler_.on_connection_lost(failure, delay);
}

void Client::Impl::give_up(Failure failure) {
  if (ending_) return finished(false);
  drop_connection();
  state_timer_.cancel();
  changing_ = false;
  state_ = State::idle;
  handler_.on_failed(failure);  // may destroy us
}

Failure Client::Impl::stream_failure(std::error_code error) const {
  Failure failure;
  const bool up = stands();
  failure.kind = up ? FailureKind::disconnected : FailureKind::refused;
  failure.error = error;
  failure.text = broker();
  const std::string detail = connection_->stream().failure();
  // With TLS 1.3 a server may refuse our certificate after the handshake is done for us.
  if (error == net::Error::tls_failed) {
    if (!up) failure.kind = FailureKind::tls;
    failure.text += ": TLS failed: " + detail;
    return failure;
  }
  if (error == net::Error::web_socket_failed) {
    failure.kind = FailureKind::protocol;
    failure.text += " broke the protocol: " + detail;
    return failure;
  }
  failure.text +=
      is_end(error) ? " closed the connection" : " dropped the connection: " + error.message();
  if (error == net::Error::tls_truncated) failure.text += " without ending TLS (no close_notify)";
  if (!up) failure.text += " instead of answering CONNECT";
  if (!detail.empty() && error != net::Error::tls_truncated) failure.text += ": " + detail;
  const net::Transport& transport = options_.transport;
  // A server of TLS that gets something else mostly ends without a word.
  const bool silent = connection_->first_bytes().empty();
  if (!up && silent && !options_.dial && !transport.tls && !transport.web_socket) {
    failure.text += "; if it is a port for TLS, give --tls";
  }
  return failure;
}

Failure Client::Impl::refusal(const session::Event& event, bool connected) const {
  Failure failure;
  failure.kind = kind_of(event.reason, connected);
  failure.reason = event.reason;
  failure.text = broker() + (connected ? " ended the connection: " : " refused the connection: ");
  failure.text += wire::name(event.reason,
                             connected ? wire::PacketType::disconnect : wire::PacketType::connack);
  if (const auto text = event.properties.text(PropertyId::reason_string)) {
    failure.text += " (" + std::string(*text) + ")";
  }
  if (const auto server = event.properties.text(PropertyId::server_reference)) {
    failure.text += "; it names the server " + std::string(*server);
  }
  if (credentials_ && !credentials_->facts.empty() && failure.kind == FailureKind::not_authorised) {
    for (const std::string& fact : credentials_->facts) {
      failure.text = join(failure.text, "it was given the " + fact);
    }
    failure.text += ": check who has issued it, and for whom";
    return failure;
  }
  failure.text = join(failure.text, advice(event.reason));
  return failure;
}

void Client::Impl::on_stream_end(std::error_code error) {
  if (state_ == State::finishing) return finished(is_end(error));
  if (state_ == State::draining) return drained(error);
  Failure failure = stream_failure(error);
  if (stands()) {
    // A peer that breaks the protocol does so again.
    const bool again = failure.kind != FailureKind::protocol;
    return again ? lost(std::move(failure)) : give_up(std::move(failure));
  }
  // Some brokers refuse a version by closing without a word.
  const bool silent = connection_->first_bytes().empty() && is_mute(error);
  if (silent && fall_back(false)) return;
  next_broker(std::move(failure));
}

// With the bridge bit a level is none that a broker expects, and some answer as to a packet that is
// none.
bool Client::Impl::refuses_version(ReasonCode reason) const noexcept {
  if (reason == ReasonCode::unsupported_protocol_version) return true;
  return bit_sent_ &&
         (reason == ReasonCode::unspecified_error || reason == ReasonCode::malformed_packet ||
          reason == ReasonCode::protocol_error);
}

void Client::Impl::unauthorised(Failure failure) {
  if (!credentials_stale(failure)) return give_up(std::move(failure));
  drop_connection();
  connect();
}

void Client::Impl::refused(const session::Event& event) {
  if (refuses_version(event.reason) && fall_back(true)) return;
  Failure failure = refusal(event, false);
  if (failure.kind == FailureKind::not_authorised) return unauthorised(std::move(failure));
  if (concerns_one_server(event.reason)) return next_broker(std::move(failure));
  give_up(std::move(failure));
}

}  // namespace mqrig::client
