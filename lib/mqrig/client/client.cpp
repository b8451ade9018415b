#include <mqrig/client/client.hpp>

#include <unistd.h>

#include <array>
#include <cerrno>

#include <mqrig/client/client_impl.hpp>
#include <mqrig/client/session_state.hpp>

namespace mqrig::client {

namespace {

constexpr std::chrono::seconds time_to_finish{2};  // for the peer, after the last byte was written
constexpr int most_idle_looks = 15;                // as long each, while bytes wait to be written

// 21 characters of those that every broker must allow [MQTT-3.1.3-5].
std::string make_client_id() {
  constexpr std::string_view letters =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  // One system call. std::random_device asks the processor first, which is slow on virtual
  // machines.
  std::array<std::uint8_t, 16> random;
  if (::getentropy(random.data(), random.size()) != 0) {
    throw std::system_error(errno, std::system_category(), "no random numbers");
  }
  std::string id = "mqrig";
  for (const std::uint8_t byte : random) id += letters[byte % letters.size()];
  return id;
}

session::ClientSettings settings_from(const Options& options) {
  session::ClientSettings settings;
  settings.exchange = options.exchange;
  settings.connack_timeout = options.connect_timeout;
  settings.ack_timeout = options.ack_timeout;
  settings.maximum_packet_size = options.maximum_packet_size;
  return settings;
}

}  // namespace

Client::Impl::Impl(asio::io_context& context, Options options, Handler& handler)
    : context_(context),
      options_(std::move(options)),
      handler_(handler),
      settings_(settings_from(options_)),
      session_(settings_),
      connector_(context),
      deadline_timer_(context, [this] { connection_->timeout(); }),
      state_timer_(context),
      renewal_timer_(context, [this] { renew(); }),
      reauthentication_timer_(context, [this] { reauthenticate(); }),
      backoff_(options_.reconnect_delay, options_.reconnect_max_delay),
      client_id_(options_.client_id.empty() ? make_client_id() : options_.client_id),
      version_(options_.version) {
  if (options_.dial) options_.brokers.clear();
  if (options_.brokers.empty()) options_.brokers.emplace_back();
  if (options_.make_credentials) options_.credentials = options_.make_credentials(context);
}

Client::Impl::~Impl() {
  drop_connection();
}

void Client::Impl::start() {
  if (state_ != State::idle) return;
  ended_cleanly_ = connected_since_start_ = false;
  if (!was_connected_) version_ = options_.version;
  lost_at_.reset();
  backoff_.reset();
  first_broker();
}

void Client::Impl::disconnect(wire::ReasonCode reason, wire::Properties properties) {
  if (state_ == State::finishing || ending_) return;
  wire::PropertyWriter ending;
  for (const wire::Property& property : properties) ending.add(property);
  if (changing_) {
    ending_ = Ending{reason, std::move(ending)};
    return;
  }
  // A session that was kept only to survive reconnects ends here.
  if (!options_.session_expiry && granted_expiry_ != 0) {
    ending.add(wire::PropertyId::session_expiry_interval, 0);
  }
  const bool up = stands();
  const session::Time now = std::chrono::steady_clock::now();
  state_ = State::finishing;
  next_ = {};
  if (!up) {
    state_timer_.expires_at(now, [this] { finished(true); });
    return drop_connection();
  }
  session_.disconnect(reason, ending.view(), connection_->out());
  deadline_timer_.cancel();
  connection_->finish();
  unwritten_ = connection_->unwritten();
  idle_looks_ = 0;
  state_timer_.expires_at(now + time_to_finish, [this] { finish_late(); });
}

// The peer has not ended the connection. One that may still take what was accepted is waited for.
void Client::Impl::finish_late() {
  const std::size_t unwritten = connection_->unwritten();
  idle_looks_ = unwritten < unwritten_ ? 0 : idle_looks_ + 1;
  unwritten_ = unwritten;
  if (unwritten == 0 || idle_looks_ == most_idle_looks) return finished(true);
  state_timer_.expires_at(std::chrono::steady_clock::now() + time_to_finish);
}

bool Client::Impl::ready(wire::QoS qos) const noexcept {
  return state_ == State::up && connection_->writable() && session_.ready(qos);
}

std::error_code Client::Impl::publish(const wire::Publish& publish, std::uint64_t token) {
  if (state_ != State::up) {
    want_ready_ = true;
    return session::Error::not_connected;
  }
  if (!connection_->writable()) {
    want_ready_ = true;
    return session::Error::would_block;
  }
  const std::error_code error =
      session_.publish(publish, token, connection_->now(), connection_->out());
  if (error) {
    want_ready_ = want_ready_ || error == session::Error::would_block;
    return error;
  }
  connection_->touch();
  return {};
}

std::error_code Client::Impl::subscribe(std::span<const wire::Subscription> subscriptions,
                                        wire::Properties properties, std::uint64_t token) {
  Subscriptions::Request& request = subscriptions_.add_subscribe(subscriptions, properties, token);
  if (state_ != State::up) return {};
  const std::error_code error = send(request);
  if (error) subscriptions_.remove(request);
  connection_->touch();
  return error;
}

std::error_code Client::Impl::unsubscribe(std::span<const std::string_view> filters,
                                          wire::Properties properties, std::uint64_t token) {
  Subscriptions::Request& request = subscriptions_.add_unsubscribe(filters, properties, token);
  if (state_ != State::up) return {};
  const std::error_code error = send(request);
  if (error) subscriptions_.remove(request);
  connection_->touch();
  return error;
}

void Client::Impl::acknowledge(std::uint64_t receipt, wire::ReasonCode reason) {
  // Without a connection nothing is sent, but the session must know.
  wire::Buffer nowhere;
  wire::Buffer& out = connection_ ? connection_->out() : nowhere;
  session_.acknowledge(receipt, reason, connection_ ? connection_->now() : session::Time{}, out);
  if (connection_) connection_->touch();
}

void Client::Impl::acknowledge_through(std::uint64_t receipt) {
  wire::Buffer nowhere;
  wire::Buffer& out = connection_ ? connection_->out() : nowhere;
  session_.acknowledge_through(receipt, connection_ ? connection_->now() : session::Time{}, out);
  if (connection_) connection_->touch();
}

void Client::Impl::set_reading(bool on) {
  reading_ = on;
  if (!stands()) return;
  on ? connection_->resume_reading() : connection_->pause_reading();
  if (on && state_ == State::settling) settle();
}

std::error_code Client::Impl::authenticate(wire::Properties properties, bool again) {
  if (!connection_) return session::Error::not_connected;
  wire::Buffer& out = connection_->out();
  const session::Time now = connection_->now();
  const std::error_code error = again ? session_.reauthenticate(properties, now, out)
                                      : session_.authenticate(properties, now, out);
  connection_->touch();
  return error;
}

void Client::Impl::flush() {
  if (connection_) connection_->flush_all();
}

void Client::Impl::flush_requests() {
  if (connection_) connection_->flush_requests();
}

void Client::Impl::release_unknown(wire::PacketId last) {
  if (state_ != State::up) return;
  session_.release_unknown(last, connection_->now(), connection_->out());
  connection_->touch();
}

bool Client::Impl::restore_session(wire::ByteView state, const FindMessage& find) {
  return client::restore_session(state, session_, find);
}

Client::Client(asio::io_context& context, Options options, Handler& handler)
    : impl_(std::make_unique<Impl>(context, std::move(options), handler)) {}
Client::~Client() = default;

void Client::start() {
  impl_->start();
}
void Client::disconnect(wire::ReasonCode reason, wire::Properties properties) {
  impl_->disconnect(reason, properties);
}
bool Client::ended_cleanly() const noexcept {
  return impl_->ended_cleanly();
}
bool Client::ready(wire::QoS qos) const noexcept {
  return impl_->ready(qos);
}
std::error_code Client::publish(const wire::Publish& publish, std::uint64_t token) {
  return impl_->publish(publish, token);
}
std::error_code Client::subscribe(std::span<const wire::Subscription> subscriptions,
                                  wire::Properties properties, std::uint64_t token) {
  return impl_->subscribe(subscriptions, properties, token);
}
std::error_code Client::unsubscribe(std::span<const std::string_view> filters,
                                    wire::Properties properties, std::uint64_t token) {
  return impl_->unsubscribe(filters, properties, token);
}
void Client::acknowledge(std::uint64_t receipt, wire::ReasonCode reason) {
  impl_->acknowledge(receipt, reason);
}
void Client::acknowledge_through(std::uint64_t receipt) {
  impl_->acknowledge_through(receipt);
}
void Client::pause_reading() {
  impl_->set_reading(false);
}
void Client::resume_reading() {
  impl_->set_reading(true);
}
void Client::flush() {
  impl_->flush();
}
void Client::flush_requests() {
  impl_->flush_requests();
}
void Client::save_session(wire::Buffer& out) const {
  client::save_session(impl_->session(), out);
}
bool Client::restore_session(wire::ByteView state, const FindMessage& find) {
  return impl_->restore_session(state, find);
}
void Client::release_unknown(wire::PacketId last) {
  impl_->release_unknown(last);
}
std::error_code Client::authenticate(wire::Properties properties) {
  return impl_->authenticate(properties, false);
}
std::error_code Client::reauthenticate(wire::Properties properties) {
  return impl_->authenticate(properties, true);
}
std::error_code Client::reauthenticate() {
  return impl_->reauthenticate();
}
bool Client::connected() const noexcept {
  return impl_->session().state() == session::ClientSession::State::connected;
}
std::size_t Client::pending() const noexcept {
  return impl_->session().pending();
}
wire::Version Client::version() const noexcept {
  return impl_->session().version();
}
bool Client::is_bridge() const noexcept {
  return impl_->is_bridge();
}
const std::string& Client::client_id() const noexcept {
  return impl_->client_id();
}
std::string Client::broker() const {
  return impl_->broker();
}
const session::Limits& Client::broker_limits() const noexcept {
  return impl_->session().server_limits();
}

}  // namespace mqrig::client
