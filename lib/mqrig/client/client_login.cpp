// Who a client says it is: credentials that are asked for anew, and enhanced authentication.
#include <utility>

#include <asio/io_context.hpp>

#include <mqrig/auth/auth_exchange.hpp>
#include <mqrig/client/client_impl.hpp>
#include <mqrig/client/refusal.hpp>

namespace mqrig::client {

using wire::PropertyId;
using wire::ReasonCode;

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
  const std::optional<Failure> refusal = std::exchange(refusal_, std::nullopt);
  if (refusal && credentials->same_login(*credentials_)) return give_up(*refusal);
  credentials_ = std::move(credentials);
  make_stream();
}

// Credentials may have been refused because they are stale: others are worth one attempt.
bool Client::Impl::credentials_stale(const Failure& failure) {
  if (!options_.credentials || failure.kind != FailureKind::not_authorised) return false;
  options_.credentials->refused();
  if (std::exchange(asked_again_, true)) return false;
  refusal_ = failure;
  return true;
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
    if (!finish_authentication(event)) return;
    login_unsaid_ = false;
    arm_reauthentication();
    return arm_renewal();
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

std::error_code Client::Impl::reauthenticate() {
  if (!stands()) return session::Error::not_connected;
  if (state_ != State::up || session_.reauthenticating()) return session::Error::would_block;
  wire::PropertyWriter properties;
  if (!begin_authentication(properties)) return session::Error::no_authentication_method;
  return authenticate(properties.view(), true);
}

void Client::Impl::arm_reauthentication() {
  const auto interval = options_.reauthentication_interval;
  if (interval.count() == 0 || !options_.authentication) return;
  reauthentication_timer_.expires_at(std::chrono::steady_clock::now() + interval);
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
  // What only a server may say is not among the reasons, table 3-10.
  session_.disconnect(ReasonCode::unspecified_error, {}, connection_->out());
  connection_->finish();
  give_up(std::move(failure));
}

}  // namespace mqrig::client
