// Who a client says it is: credentials that are asked for anew, enhanced authentication, and what
// happens before credentials expire.
#include <utility>

#include <asio/io_context.hpp>

#include <mqrig/auth/auth_exchange.hpp>
#include <mqrig/client/client_impl.hpp>
#include <mqrig/client/refusal.hpp>

namespace mqrig::client {

using wire::PropertyId;
using wire::ReasonCode;

namespace {

// Before new credentials are asked for again that could not be had.
constexpr std::chrono::seconds renewal_pause{10};
// For a broker to end a connection that is about to be replaced.
constexpr std::chrono::seconds time_to_change{2};

}  // namespace

void Client::Impl::ask_credentials() {
  state_ = State::asking;
  options_.credentials->get([this](std::optional<Credentials> credentials, const Failure& failure) {
    credentials_came(std::move(credentials), failure);
  });
}

void Client::Impl::credentials_came(std::optional<Credentials> credentials,
                                    const Failure& failure) {
  if (!credentials) {
    if (failure.permanent) return give_up(failure);
    return round_failed(failure);
  }
  credentials_ = std::move(credentials);
  make_stream();
}

// Credentials may have been refused because they are stale: others are worth one attempt.
bool Client::Impl::credentials_stale(ReasonCode reason) {
  if (!options_.credentials || kind_of(reason, false) != FailureKind::not_authorised) return false;
  options_.credentials->refused();
  return !std::exchange(asked_again_, true);
}

// Older versions have no place for it, and without it the broker would be told less than it was to
// be.
bool Client::Impl::needs_version_5() const noexcept {
  return options_.authentication || (credentials_ && credentials_->authentication_method);
}

const std::optional<std::string>& Client::Impl::user_name() const noexcept {
  return credentials_ && credentials_->user_name ? credentials_->user_name : options_.user_name;
}

const std::optional<std::string>& Client::Impl::password() const noexcept {
  return credentials_ && credentials_->password ? credentials_->password : options_.password;
}

// Method and data of CONNECT, or of AUTH with 0x19; false if there is none.
bool Client::Impl::begin_authentication(wire::PropertyWriter& properties) {
  std::optional<std::string> data;
  if (options_.authentication) {
    properties.add(PropertyId::authentication_method, options_.authentication->method());
    data = options_.authentication->begin();
  } else if (credentials_ && credentials_->authentication_method) {
    properties.add(PropertyId::authentication_method, *credentials_->authentication_method);
    data = credentials_->authentication_data;
  } else {
    return false;
  }
  if (data) properties.add(PropertyId::authentication_data, *data);
  return true;
}

// Without an exchange of ours, AUTH is the owner's affair.
void Client::Impl::on_auth(const session::Event& event) {
  const bool of_credentials = credentials_ && credentials_->authentication_method;
  if (!options_.authentication && !of_credentials) {
    return handler_.on_auth(event.reason, event.properties);
  }
  if (event.reason == ReasonCode::success) {
    if (finish_authentication(event)) arm_renewal();
    return;
  }
  const auto data = event.properties.text(PropertyId::authentication_data).value_or("");
  std::string fault = "the broker asks for more than the token";
  std::optional<std::string> answer;
  if (options_.authentication) {
    fault.clear();
    answer = options_.authentication->proceed(data, fault);
  }
  if (!answer) return authentication_failed(fault);
  wire::PropertyWriter properties;
  properties.add(PropertyId::authentication_method,
                 *event.properties.text(PropertyId::authentication_method));
  properties.add(PropertyId::authentication_data, *answer);
  authenticate(properties.view(), false);
}

// The end of an exchange, in CONNACK or AUTH: false if the broker has not proved what it had to.
bool Client::Impl::finish_authentication(const session::Event& event) {
  if (!options_.authentication) return true;
  std::string fault;
  if (options_.authentication->finish(event.properties.text(PropertyId::authentication_data),
                                      fault)) {
    return true;
  }
  authentication_failed(fault);
  return false;
}

void Client::Impl::authentication_failed(const std::string& fault) {
  Failure failure;
  failure.kind = FailureKind::not_authorised;
  failure.reason = ReasonCode::not_authorized;
  failure.text = "authentication with " + broker() + " failed: " + fault;
  session_.disconnect(ReasonCode::not_authorized, {}, connection_->out());
  connection_->finish();
  give_up(std::move(failure));
}

void Client::Impl::arm_renewal() {
  if (credentials_ && credentials_->renew_at) renewal_timer_.expires_at(*credentials_->renew_at);
}

void Client::Impl::renew() {
  if (state_ != State::up) return;
  options_.credentials->get([this](std::optional<Credentials> credentials, const Failure&) {
    renewed(std::move(credentials));
  });
}

// Old credentials are good for a while yet: a source that has no others is asked again.
void Client::Impl::renewed(std::optional<Credentials> credentials) {
  if (state_ != State::up) return;
  if (!credentials) {
    return renewal_timer_.expires_at(std::chrono::steady_clock::now() + renewal_pause);
  }
  const bool same = credentials->same_login(*credentials_);
  credentials_ = std::move(credentials);
  if (same) return arm_renewal();
  if (credentials_->authentication_method) return reauthenticate();
  change_connection();
}

void Client::Impl::change_connection() {
  if (options_.dial) return take_over({}, options_.dial());
  connector_.start(connect_options(),
                   [this](std::error_code error, std::unique_ptr<net::Stream> stream) {
                     take_over(error, std::move(stream));
                   });
}

// A token that has no room in the broker's packets is left to a new connection, which says so.
void Client::Impl::reauthenticate() {
  wire::PropertyWriter properties;
  begin_authentication(properties);
  if (authenticate(properties.view(), true)) return change_connection();
}

// The next connection stands before the old one ends: in between messages of QoS 0 may pass the
// session by. DISCONNECT keeps the session, and the will unsent.
void Client::Impl::take_over(std::error_code error, std::unique_ptr<net::Stream> stream) {
  if (state_ != State::up) return;
  if (error || !stream) {
    return renewal_timer_.expires_at(std::chrono::steady_clock::now() + renewal_pause);
  }
  state_ = State::changing;
  next_stream_ = std::move(stream);
  deadline_timer_.cancel();
  session_.disconnect(ReasonCode::success, {}, connection_->out());
  connection_->finish();
  state_timer_.expires_at(std::chrono::steady_clock::now() + time_to_change, [this] { changed(); });
}

void Client::Impl::changed() {
  state_timer_.cancel();
  std::unique_ptr<net::Stream> stream = std::move(next_stream_);
  drop_connection();
  begin_connection(std::move(stream));
}

}  // namespace mqrig::client
