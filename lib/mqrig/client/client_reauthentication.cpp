// Enhanced authentication that is done again on a live connection [MQTT-4.12.1].
#include <chrono>

#include <mqrig/auth/auth_exchange.hpp>
#include <mqrig/client/client_impl.hpp>

namespace mqrig::client {

std::error_code Client::Impl::authenticate_again() {
  if (!options_.authentication) return session::Error::no_authentication_method;
  if (state_ != State::up) return session::Error::not_connected;
  if (authenticating_) return session::Error::would_block;
  wire::PropertyWriter properties;
  begin_authentication(properties);
  const std::error_code error = authenticate(properties.view(), true);
  authenticating_ = !error;
  return error;
}

// By CONNACK, or again by AUTH.
void Client::Impl::authenticated() {
  authenticating_ = false;
  const std::chrono::milliseconds interval = options_.reauthentication_interval;
  if (!options_.authentication || interval.count() == 0) return;
  authentication_timer_.expires_at(std::chrono::steady_clock::now() + interval);
}

// What has no room in the broker's packets is left to a new connection, which says so. One that is
// under way brings us back.
void Client::Impl::authentication_due() {
  if (state_ != State::up || authenticating_) return;
  if (authenticate_again()) change_connection();
}

}  // namespace mqrig::client
