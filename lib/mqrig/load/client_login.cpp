// Who a client of a load test says it is: password, token or enhanced authentication.
#include <mqrig/auth/auth_exchange.hpp>
#include <mqrig/load/shard.hpp>

namespace mqrig::load {

using wire::PropertyId;

void Client::add_login(wire::Connect& connect, wire::PropertyWriter& properties) {
  const client::Options& options = shard_.plan().connection;
  login_old_ = false;
  if (options.password) connect.password = wire::as_bytes(*options.password);
  if (options.authentication) {
    exchange_ = options.authentication->clone();
    properties.add(PropertyId::authentication_method, exchange_->method());
    if (const auto data = exchange_->begin()) {
      properties.add(PropertyId::authentication_data, *data);
    }
  }
  const client::Credentials* credentials = shard_.credentials();
  if (credentials == nullptr) return;
  if (credentials->user_name) connect.user_name = credentials->user_name;
  if (credentials->password) connect.password = wire::as_bytes(*credentials->password);
  if (credentials->authentication_method) {
    properties.add(PropertyId::authentication_method, *credentials->authentication_method);
    properties.add(PropertyId::authentication_data,
                   credentials->authentication_data.value_or(std::string()));
  }
}

// The token of a connection that goes on, which the broker would end with it.
void Client::renew_login() {
  if (!login_old_ || !standing() || !shard_.may_part()) return;
  login_old_ = false;
  const client::Credentials& credentials = *shard_.credentials();
  if (!credentials.authentication_method) return leave(Leave::clean, false);
  wire::PropertyWriter& properties = shard_.properties();
  properties.clear();
  properties.add(PropertyId::authentication_method, *credentials.authentication_method);
  properties.add(PropertyId::authentication_data,
                 credentials.authentication_data.value_or(std::string()));
  if (session_.reauthenticate(properties.view(), shard_.now(), out_)) {
    return leave(Leave::clean, false);  // the new connection finds out why it can't be said
  }
  flush();
  if (stream_) schedule_look();
}

void Client::answer_auth(const session::Event& event) {
  if (event.reason == wire::ReasonCode::success) return;  // the end of a renewal
  const auto data = event.properties.text(PropertyId::authentication_data).value_or("");
  std::string fault = "the broker asks for more than the token";
  const auto answer = exchange_ ? exchange_->proceed(data, fault) : std::nullopt;
  if (!answer) return login_failed(fault);
  wire::PropertyWriter& properties = shard_.properties();
  properties.clear();
  properties.add(PropertyId::authentication_method, exchange_->method());
  properties.add(PropertyId::authentication_data, *answer);
  session_.authenticate(properties.view(), shard_.now(), out_);
  flush();
}

// False when the connection is over, since the broker has not proved what it had to.
bool Client::server_proved(const session::Event& event) {
  if (!exchange_) return true;
  std::string fault;
  const bool proved =
      exchange_->finish(event.properties.text(PropertyId::authentication_data), fault);
  exchange_.reset();
  if (!proved) login_failed(fault);
  return proved;
}

void Client::login_failed(const std::string& fault) {
  shard_.fail(ErrorKind::login, fault);
  attempt_failed(Prospect::none);
}

}  // namespace mqrig::load
