// How new credentials reach the broker while a connection stands: by AUTH on it, or on a connection
// that follows it without a gap.
#include <utility>

#include <mqrig/client/client_impl.hpp>
#include <mqrig/wire/encode.hpp>

namespace mqrig::client {

using wire::PropertyId;
using wire::Version;

namespace {

// Before new credentials are asked for again that could not be had, or told to the broker.
constexpr std::chrono::seconds renewal_pause{10};
// For the broker to acknowledge what is in flight.
constexpr std::chrono::seconds time_to_settle{5};
// For the broker to end a connection that another one follows: after the last that came, and in
// all.
constexpr std::chrono::seconds time_to_drain{2};
constexpr std::chrono::seconds longest_drain{30};
// For the connection that ends a session.
constexpr std::chrono::seconds time_to_erase{2};

}  // namespace

void Client::Impl::arm_renewal() {
  if (credentials_ && credentials_->renew_at) renewal_timer_.expires_at(*credentials_->renew_at);
}

// Old credentials are good for a while yet.
void Client::Impl::postpone_renewal() {
  renewal_timer_.expires_at(std::chrono::steady_clock::now() + renewal_pause);
}

void Client::Impl::renew() {
  if (state_ != State::up) return;
  options_.credentials->get([this](std::optional<Credentials> credentials, const Failure&) {
    renewed(std::move(credentials));
  });
}

void Client::Impl::renewed(std::optional<Credentials> credentials) {
  if (state_ != State::up) return;
  if (!credentials) return postpone_renewal();
  const bool said = !login_unsaid_ && credentials->same_login(*credentials_);
  credentials_ = std::move(credentials);
  if (said) return arm_renewal();
  login_unsaid_ = true;
  // A token that has no room in the broker's packets is left to a new connection, which says so.
  if (credentials_->authentication_method && !reauthenticate()) return;
  change_connection();
}

// A network connection is made while the old one goes on.
void Client::Impl::change_connection() {
  if (options_.dial) return next_stands({}, options_.dial());
  connector_.start(connect_options(),
                   [this](std::error_code error, std::unique_ptr<net::Stream> stream) {
                     next_stands(error, std::move(stream));
                   });
}

void Client::Impl::next_stands(std::error_code error, std::unique_ptr<net::Stream> stream) {
  if (state_ != State::up) return;
  if (error || !stream) return postpone_renewal();
  next_.stream = std::move(stream);
  state_ = State::settling;
  state_timer_.expires_at(std::chrono::steady_clock::now() + time_to_settle,
                          [this] { settle_late(); });
  settle();
}

// What is in flight is completed first: the broker may forget it with the session. A message of
// QoS 0 that it has not read yet would end with the connection, so PINGRESP is waited for, too.
void Client::Impl::settle() {
  if (!reading_ || session_.awaits_acknowledgement()) return;
  if (!session_kept() || will_follows()) return leave();
  if (!std::exchange(pinged_, true)) {
    session_.ping(connection_->now(), connection_->out());
    return connection_->touch();
  }
  if (session_.pings_answered()) take_over();
}

// A session that is kept brings everything in flight to its end on the next connection.
void Client::Impl::settle_late() {
  if (reading_ && session_kept()) return will_follows() ? leave() : take_over();
  next_ = {};
  pinged_ = false;
  state_ = State::up;
  postpone_renewal();
  send_requests();
  if (connection_->writable()) on_writable();
}

// DISCONNECT, after which the broker leaves the will unsent. It may pass the session by with
// messages of QoS 0 until the next CONNECT.
void Client::Impl::leave() {
  wire::encode(connection_->out(), session_.version(), wire::Disconnect{});
  drain();
}

// CONNECT, upon which the broker ends the old connection [MQTT-3.1.4-3]: what it had for the
// session before that comes on the old one, all that follows on the new one.
void Client::Impl::take_over() {
  if (options_.trace) tell_facts(*next_.stream);
  wire::PropertyWriter properties;
  wire::Connect connect;
  make_connect(connect, properties);
  wire::encode(next_.connect, connect);
  if (options_.trace) {
    handler_.on_packet(Direction::sent, connect.version, next_.connect.view());
  }
  // An error is found again when the answer is read.
  next_.written = next_.stream->write_some(next_.connect.view()).count;
  drain();
}

// To the end of the old connection nothing more is said on it: a broker that has closed it would
// answer with a reset, which can cost us what is still on its way.
void Client::Impl::drain() {
  state_ = State::draining;
  changing_ = true;
  pinged_ = false;
  connection_->close_output();
  connection_->touch();
  const session::Time now = std::chrono::steady_clock::now();
  drain_until_ = now + longest_drain;
  state_timer_.expires_at(now + time_to_drain, [this] { drain_late(); });
}

// Something has come.
void Client::Impl::drain_on() {
  state_timer_.expires_at(std::min(connection_->now() + time_to_drain, drain_until_));
}

void Client::Impl::drain_late() {
  const session::Time now = std::chrono::steady_clock::now();
  const bool busy = !reading_ || connection_->unwritten() != 0;
  if (busy && now < drain_until_) return state_timer_.expires_at(now + time_to_drain);
  drained(make_error_code(std::errc::timed_out));
}

// Unless CONNECT was ahead, all that was accepted must have been written.
void Client::Impl::drained(std::error_code error) {
  if (next_.connect.empty() && !connection_->all_written()) return lost(stream_failure(error));
  changed();
}

void Client::Impl::changed() {
  state_timer_.cancel();
  Next next = std::exchange(next_, {});
  drop_connection();
  if (!next.stream) return make_stream();
  begin_connection(std::move(next));
}

bool Client::Impl::renews_by_reconnect() const noexcept {
  return credentials_ && credentials_->renew_at && !credentials_->authentication_method;
}

// Below 5.0 a clean session ends with its connection, and its subscriptions with it.
bool Client::Impl::passes_session_on(Version version) const noexcept {
  if (version == Version::mqtt_5 || !options_.clean_start || options_.keep_session) return false;
  return leaves_session_ || (renews_by_reconnect() && !subscriptions_.empty());
}

// Does the broker keep the session when this connection ends?
bool Client::Impl::session_kept() const noexcept {
  return session_.version() == Version::mqtt_5 ? granted_expiry_ != 0 : !clean_sent_;
}

// Would the broker publish the will when another connection takes over? A will with a delay is
// dropped then [MQTT-3.1.3-9].
bool Client::Impl::will_follows() const noexcept {
  if (!options_.will) return false;
  const auto delay = options_.will->properties.view().integer(PropertyId::will_delay_interval);
  return session_.version() != Version::mqtt_5 || delay.value_or(0) == 0;
}

// A clean session has ended what an earlier run left. One that outlives its connection follows.
void Client::Impl::begin_anew() {
  clean_broker_ = broker_;
  leave();
}

// disconnect() is done but for the session, which was kept only to be passed on.
void Client::Impl::erase_session() {
  leaves_session_ = false;
  state_ = State::finishing;
  Options options = SessionEraser::options_from(options_);
  if (!options_.dial) options.brokers = {options_.brokers[broker_]};
  options.transport = connect_options().transport;
  options.connect_timeout =
      std::min<std::chrono::milliseconds>(options_.connect_timeout, time_to_erase);
  options.version = version_;
  options.client_id = client_id_;
  options.user_name = user_name();
  options.password = password();
  options.credentials = nullptr;
  options.make_credentials = nullptr;
  eraser_ =
      std::make_unique<SessionEraser>(context_, std::move(options), [this](const Failure* failure) {
        if (failure != nullptr) handler_.on_session_left(*failure);
        state_ = State::idle;
        handler_.on_disconnected();  // may destroy us
      });
  eraser_->start();
}

}  // namespace mqrig::client
