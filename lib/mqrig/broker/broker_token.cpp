// JWTs: who may come in by them, for how long, and what they allow.
#include <mqrig/broker/broker_impl.hpp>

#include <utility>

#include <mqrig/auth/jwt_server.hpp>
#include <mqrig/broker/permissions.hpp>
#include <mqrig/broker/token_rules.hpp>

namespace mqrig::broker {

namespace {

// By the clock of the broker, which nobody sets.
session::Time end_of(const auth::JwtIdentity& token, session::Time now) {
  return now + (token.expires - std::chrono::system_clock::now());
}

}  // namespace

void Broker::Impl::set_jwt(std::shared_ptr<const auth::JwtVerifier> verifier) {
  jwt_ = std::move(verifier);
}

bool Broker::Impl::is_token(const ConnectRequest& request) const {
  return jwt_ && auth::looks_like_jwt(request.password.view());
}

// Of the password. If it is valid, the user is the one that it names.
Broker::Impl::TokenState Broker::Impl::check_token(Connection& connection) {
  ConnectRequest& request = *connection.request;
  if (!is_token(request)) return TokenState::none;
  auth::JwtVerdict verdict =
      jwt_->verify(request.password.view(), std::chrono::system_clock::now());
  request.token = std::move(verdict.identity);
  if (!request.token) {
    report_token(connection, verdict.fault, verdict.undecided);
    return verdict.undecided ? TokenState::undecided : TokenState::none;
  }
  request.user_name = request.token->user_name;
  return TokenState::valid;
}

void Broker::Impl::report_token(const Connection& connection, std::string_view fault,
                                bool undecided) {
  constexpr std::string_view words[] = {"has no valid token: ", "has a token to come again with: "};
  activity(connection, std::string(words[undecided]) + std::string(fault));
}

void Broker::Impl::use_token(Connection& connection, const auth::JwtIdentity& token) {
  if (connection.session == nullptr) return;  // CONNACK was too large
  activity(connection, "has a token of " + token.text());
  token_ends_.set(connection, end_of(token, now_));
}

// What it allows counts from now on, though not for what is subscribed to already: each message is
// looked at anyway.
void Broker::Impl::renew_token(Connection& connection, const auth::JwtIdentity& token) {
  Session& session = *connection.session;
  session.permissions = permissions_of(session.user_name.get(), session.client_id,
                                       token_rules(token, session.client_id));
  use_token(connection, token);
}

// As when the network has failed: wills are published [MQTT-3.1.2-8].
void Broker::Impl::disconnect_expired() {
  while (Connection* connection = token_ends_.take_due(now_)) {
    if (connection->session == nullptr) continue;  // taking its leave
    activity(*connection, "is disconnected: its token has expired");
    connection->disconnect(wire::ReasonCode::maximum_connect_time);
    detach(*connection, true);
  }
}

}  // namespace mqrig::broker
