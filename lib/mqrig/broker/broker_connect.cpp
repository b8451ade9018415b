// CONNECT: who it comes from, and whether it may.
#include <mqrig/broker/broker_impl.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <mqrig/auth/random_bytes.hpp>
#include <mqrig/broker/acl.hpp>
#include <mqrig/broker/token_rules.hpp>

namespace mqrig::broker {

using wire::ReasonCode;

namespace {

// It can't be seen that a client has left while nothing is read from it: so its place among those
// who wait is its own for so long only.
constexpr session::Duration login_patience = std::chrono::seconds(60);

}  // namespace

// Whoever takes over its own connection needs no further place.
bool Broker::Impl::is_full(std::string_view client_id) const {
  const std::uint32_t most = settings_.limits.connections;
  if (most == 0 || statistics_.clients_now < most) return false;
  const Session* session = registry_.find(client_id);
  return session == nullptr || !session->connected();
}

// Hard to guess, so that nobody takes the session of somebody else.
std::string Broker::Impl::make_name() {
  std::string name = "auto-";
  for (const char random : auth::random_bytes(16)) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<std::uint8_t>(random);
    name += digits[byte >> 4];
    name += digits[byte & 15];
  }
  return name;
}

void Broker::Impl::on_connect(Connection& connection, const wire::Connect& connect) {
  ++statistics_.packets_received;
  if (faults_ && faults_->happens(faults_->settings().refuse)) {
    ++statistics_.made.refuse;
    return refuse(connection, ReasonCode::server_busy);
  }
  if (is_full(connect.client_id)) return refuse(connection, ReasonCode::server_busy);
  connection.request = std::make_unique<ConnectRequest>(connect);
  if (connection.identity_is_user_name) return take_identity(connection);
  check_login(connection);
}

// What TLS has proved counts, and not what CONNECT claims.
void Broker::Impl::take_identity(Connection& connection) {
  std::string identity = connection.identity();
  if (identity.empty()) {
    activity(connection, "has proved no name by a certificate or a pre-shared key");
    return refuse(connection, ReasonCode::bad_user_name_or_password);
  }
  if (connection.request->authentication_method) {  // there is nothing left to prove
    return refuse(connection, ReasonCode::bad_authentication_method);
  }
  connection.request->user_name = std::move(identity);
  connection.request->password = {};
  admit(connection);
}

void Broker::Impl::check_login(Connection& connection) {
  ConnectRequest& request = *connection.request;
  if (request.authentication_method) return start_authentication(connection);
  if (!request.user_name && !is_token(request)) {
    if (!settings_.allow_anonymous) return refuse(connection, ReasonCode::not_authorized);
    return admit(connection);
  }
  if (!verifier_ && !jwt_) return admit(connection);
  // Nobody guesses a signature: tokens, right or wrong, are no affair of the throttle.
  switch (check_token(connection)) {
    case TokenState::valid:
      return admit(connection);
    case TokenState::undecided:
      return refuse(connection, ReasonCode::server_unavailable);
    case TokenState::none:
      break;
  }
  if (!verifier_ || !request.user_name) {
    return refuse(connection, ReasonCode::bad_user_name_or_password);
  }
  request.address = connection.address();
  request.login = ++last_login_;
  logins_[request.login] = &connection;
  start_login(request.login);
}

void Broker::Impl::start_login(std::uint64_t login) {
  const auto found = logins_.find(login);
  if (found == logins_.end()) return;
  ConnectRequest& request = *found->second->request;
  const std::string& address = request.address;
  const bool enhanced = request.authentication_method.has_value();
  // Passwords and tokens are of no account any more.
  if (!verifier_ && !jwt_ && !enhanced) return on_verified(login, address, true);
  const session::Duration delay = throttle_.start(address, now_);
  if (delay != session::Duration::zero()) return postpone_login(login, delay);
  end_wait(request);
  if (enhanced) return step_authentication(*found->second);
  if (!verifier_) {  // tokens only, since it has waited
    throttle_.not_checked(address);
    return refuse_login(*found->second, ReasonCode::bad_user_name_or_password);
  }
  const auto done = [this, login, address, weak = std::weak_ptr(self_)](bool accepted) {
    asio::post(context_, [login, address, weak, accepted] {
      if (const auto self = weak.lock()) (*self)->on_verified(login, address, accepted);
    });
  };
  using Answer = auth::PasswordVerifier::Answer;
  switch (verifier_->verify(*request.user_name, request.password.view(), done)) {
    case Answer::accepted:
      return on_verified(login, address, true);
    case Answer::pending:
      return;
    case Answer::busy:
      throttle_.not_checked(address);
      return refuse_login(*found->second, ReasonCode::server_busy);
  }
}

void Broker::Impl::postpone_login(std::uint64_t login, session::Duration delay) {
  Connection& connection = *logins_.at(login);
  ConnectRequest& request = *connection.request;
  if (!request.waiting) {
    request.waiting = throttle_.begin_wait(request.address);
    request.give_up_at = now_ + login_patience;
  }
  if (!request.waiting || request.give_up_at <= now_) {
    return refuse_login(connection, ReasonCode::server_busy);
  }
  postponed_.insert({std::min(now_ + delay, request.give_up_at), login});
}

void Broker::Impl::end_wait(ConnectRequest& request) {
  if (std::exchange(request.waiting, false)) throttle_.end_wait(request.address);
}

void Broker::Impl::end_login(ConnectRequest& request) {
  logins_.erase(request.login);
  end_wait(request);
}

void Broker::Impl::refuse_login(Connection& connection, ReasonCode reason) {
  end_login(*connection.request);
  refuse(connection, reason);
}

// The outcome counts for the address even if the client is gone. A copy: the request ends here.
void Broker::Impl::on_verified(std::uint64_t login, std::string address, bool accepted) {
  begin_turn();
  if (accepted) {
    throttle_.succeeded(address);
  } else {
    throttle_.failed(address, now_);
  }
  if (const auto found = logins_.find(login); found != logins_.end()) {
    Connection& connection = *found->second;
    if (!accepted) return refuse_login(connection, ReasonCode::bad_user_name_or_password);
    end_login(*connection.request);
    admit(connection);
  }
  if (accepted) start_next_login(address);
}

// Whoever waited behind a right password does not wait for the next tick.
void Broker::Impl::start_next_login(const std::string& address) {
  for (auto at = postponed_.begin(); at != postponed_.end(); ++at) {
    const auto found = logins_.find(at->second);
    if (found == logins_.end() || found->second->request->address != address) continue;
    const std::uint64_t login = at->second;
    postponed_.erase(at);
    return start_login(login);
  }
}

// Null: everything is allowed.
std::unique_ptr<Permissions> Broker::Impl::permissions_of(
    const std::string* user_name, std::string_view client_id,
    std::shared_ptr<const AclRuleList> token_rules) const {
  if (!acl_ && !token_rules) return nullptr;
  const std::string_view user = user_name != nullptr ? *user_name : std::string_view();
  auto permissions =
      std::make_unique<Permissions>(acl_ ? acl_->permissions(user, client_id) : Permissions());
  permissions->set_token_rules(std::move(token_rules));
  return permissions;
}

void Broker::Impl::refuse(Connection& connection, ReasonCode reason) {
  ++statistics_.refused;
  activity(connection, "is refused: " + std::string(wire::name(reason, wire::PacketType::connack)));
  connection.protocol().refuse(reason, {}, connection.out());
  ++statistics_.packets_sent;
  connection.request.reset();
  connection.touch();
  connection.finish();
}

void Broker::Impl::admit(Connection& connection) {
  if (is_full(connection.request->client_id)) return refuse(connection, ReasonCode::server_busy);
  const std::unique_ptr<ConnectRequest> request = std::move(connection.request);
  const bool assigned = request->client_id.empty();
  if (assigned) request->client_id = make_name();  // [MQTT-3.1.3-6]
  std::unique_ptr<Permissions> permissions =
      permissions_of(request->user_name ? &*request->user_name : nullptr, request->client_id,
                     request->token ? token_rules(*request->token, request->client_id) : nullptr);
  if (request->will) {
    const ReasonCode reason = objection(request->will->message->topic(), permissions.get());
    if (reason != ReasonCode::success) return refuse(connection, reason);
  }
  const std::uint32_t most = settings_.limits.sessions;
  if (most != 0 && registry_.size() >= most && registry_.find(request->client_id) == nullptr) {
    return refuse(connection, ReasonCode::quota_exceeded);
  }
  bool present = false;
  Session& session = session_for(*request, present);
  session.permissions = std::move(permissions);
  session.will = std::move(request->will);
  accept(connection, session, present, *request, assigned);
  if (request->token) use_token(connection, *request->token);
}

}  // namespace mqrig::broker
