// Enhanced authentication, section 4.12: behind CONNECT, and again later.
#include <mqrig/broker/broker_impl.hpp>

#include <utility>

#include <mqrig/auth/jwt_server.hpp>
#include <mqrig/auth/password_file.hpp>
#include <mqrig/auth/random_bytes.hpp>
#include <mqrig/auth/scram_server.hpp>

namespace mqrig::broker {

using wire::PropertyId;
using wire::ReasonCode;
using Outcome = auth::ServerExchange::Outcome;

namespace {

// [MQTT-4.12.0-5]
wire::PropertyWriter properties_of(std::string_view method, std::string_view data) {
  wire::PropertyWriter properties;
  properties.add(PropertyId::authentication_method, method);
  if (!data.empty()) properties.add(PropertyId::authentication_data, data);
  return properties;
}

}  // namespace

std::unique_ptr<auth::ServerExchange> Broker::Impl::exchange_for(std::string_view method) {
  const std::optional<auth::ScramMechanism> scram = auth::scram_mechanism(method);
  if (scram && passwords_ && passwords_->scram_iterations(*scram) != 0) {
    // Kept when the file changes, or the salts of users who are not there would change with it.
    if (scram_secret_.empty()) scram_secret_ = auth::random_bytes(32);
    return std::make_unique<auth::ScramServer>(*scram, passwords_, scram_secret_);
  }
  if (jwt_ && auth::is_jwt_method(method)) return std::make_unique<auth::JwtServer>(method, jwt_);
  return nullptr;
}

// Those under way would judge by the old password file.
void Broker::Impl::drop_exchanges() {
  for (auto& [connection, authentication] : authentications_) {
    if (auth::scram_mechanism(authentication.method)) authentication.exchange.reset();
  }
}

void Broker::Impl::start_authentication(Connection& connection) {
  ConnectRequest& request = *connection.request;
  std::unique_ptr<auth::ServerExchange> exchange = exchange_for(*request.authentication_method);
  if (!exchange) {  // [MQTT-4.12.0-1]
    return refuse(connection, ReasonCode::bad_authentication_method);
  }
  request.address = connection.address();
  authentications_[&connection] = {*request.authentication_method, std::move(exchange)};
  begin_step(connection);
}

// What may turn out to be a wrong guess takes its turn among the logins of its address.
void Broker::Impl::begin_step(Connection& connection) {
  ConnectRequest& request = *connection.request;
  const Authentication& authentication = authentications_.at(&connection);
  request.login = ++last_login_;
  logins_[request.login] = &connection;
  if (!authentication.exchange || authentication.exchange->is_guess()) {
    return start_login(request.login);
  }
  step_authentication(connection);
}

// A login has started, if the step may be a guess.
void Broker::Impl::step_authentication(Connection& connection) {
  ConnectRequest& request = *connection.request;
  auth::ServerExchange* const exchange = authentications_.at(&connection).exchange.get();
  if (exchange == nullptr) {  // dropped: whoever tries again begins with the new password file
    throttle_.not_checked(request.address);
    return refuse_login(connection, ReasonCode::server_busy);
  }
  const bool is_guess = exchange->is_guess();
  std::string answer;
  switch (exchange->proceed(request.authentication_data, answer)) {
    case Outcome::proceed:
      if (is_guess) throttle_.not_checked(request.address);
      end_login(request);
      return ask_client(connection, answer);
    case Outcome::accepted:
      if (is_guess) throttle_.succeeded(request.address);
      return admit_authenticated(connection, std::move(answer));
    case Outcome::undecided:
      if (is_guess) throttle_.not_checked(request.address);
      report_refusal(connection, *exchange, true);
      return refuse_login(connection, ReasonCode::server_unavailable);
    case Outcome::refused:
      report_refusal(connection, *exchange, false);
      if (is_guess) throttle_.failed(request.address, now_);
      return refuse_login(connection, ReasonCode::not_authorized);  // [MQTT-4.12.0-4]
  }
}

void Broker::Impl::ask_client(Connection& connection, std::string_view data) {
  const std::string& method = *connection.request->authentication_method;
  const std::error_code error = connection.protocol().authenticate(
      properties_of(method, data).view(), connection.out());  // [MQTT-4.12.0-2]
  if (error) {
    connection.request.reset();
    return connection.finish();
  }
  ++statistics_.packets_sent;
  connection.touch();
  wheel_.schedule(connection, connection.deadline(), now_);
  connection.resume_reading();
}

void Broker::Impl::admit_authenticated(Connection& connection, std::string answer) {
  ConnectRequest& request = *connection.request;
  const std::unique_ptr<auth::ServerExchange> exchange =
      std::move(authentications_.at(&connection).exchange);
  request.user_name = exchange->user_name();
  if (exchange->token() != nullptr) request.token = *exchange->token();
  request.authentication_data.reset();
  if (!answer.empty()) request.authentication_data = std::move(answer);
  const std::string address = request.address;
  end_login(request);
  admit(connection);
  start_next_login(address);
}

void Broker::Impl::on_auth(Connection& connection, const session::ServerEvent& event) {
  const bool connected = connection.session != nullptr;
  if (!connected) ++statistics_.packets_received;
  const Authentication& authentication = authentications_.at(&connection);
  if (event.properties.text(PropertyId::authentication_method) != authentication.method) {
    constexpr ReasonCode other_method = ReasonCode::bad_authentication_method;
    return connected ? refuse_reauthentication(connection, other_method)
                     : refuse(connection, other_method);
  }
  if (connected) return reauthenticate(connection, event);
  connection.request->authentication_data = event.properties.text(PropertyId::authentication_data);
  begin_step(connection);
}

// Whoever is connected goes on as the same user, or not at all.
void Broker::Impl::reauthenticate(Connection& connection, const session::ServerEvent& event) {
  Authentication& authentication = authentications_.at(&connection);
  const bool begins = event.reason == ReasonCode::reauthenticate;
  if (begins) authentication.exchange = exchange_for(authentication.method);
  auth::ServerExchange* const exchange = authentication.exchange.get();
  if (exchange == nullptr) {  // the method is offered no longer, or the password file was replaced
    return refuse_reauthentication(connection, ReasonCode::not_authorized);
  }
  const bool is_guess = exchange->is_guess();
  std::string answer;
  const Outcome outcome =
      exchange->proceed(event.properties.text(PropertyId::authentication_data), answer);
  if (outcome == Outcome::undecided) {
    report_refusal(connection, *exchange, true);
    return refuse_reauthentication(connection, ReasonCode::server_busy);
  }
  const std::string* const user = connection.session->user_name.get();
  if (outcome == Outcome::refused ||
      (outcome == Outcome::accepted && (user == nullptr || exchange->user_name() != *user))) {
    report_refusal(connection, *exchange, false);
    if (is_guess) throttle_.failed(connection.address(), now_);
    return refuse_reauthentication(connection, ReasonCode::not_authorized);
  }
  const wire::PropertyWriter properties = properties_of(authentication.method, answer);
  std::error_code error;
  if (outcome == Outcome::accepted) {
    error = connection.protocol().authenticated(properties.view(), connection.out());
    if (!error) activity(connection, "has authenticated again");
    if (!error && exchange->token() != nullptr) renew_token(connection, *exchange->token());
    authentication.exchange.reset();
  } else {
    error = connection.protocol().authenticate(properties.view(), connection.out());
  }
  ++statistics_.packets_sent;
  connection.touch();
  if (!error) return;
  connection.finish();
  detach(connection, true);
}

// Why, as far as others may know.
void Broker::Impl::report_refusal(const Connection& connection,
                                  const auth::ServerExchange& exchange, bool undecided) {
  if (exchange.fault().empty()) return;
  report_token(connection, exchange.fault(), undecided);
}

// [MQTT-4.12.1-2]
void Broker::Impl::refuse_reauthentication(Connection& connection, ReasonCode reason) {
  activity(connection,
           "is disconnected: " + std::string(wire::name(reason, wire::PacketType::disconnect)));
  ++statistics_.packets_sent;
  connection.disconnect(reason);
  detach(connection, true);
}

}  // namespace mqrig::broker
