#include <mqrig/client/session_eraser.hpp>

#include <utility>

namespace mqrig::client {

Options SessionEraser::options_from(const Options& options) {
  Options chosen;
  chosen.brokers = options.brokers;
  chosen.dial = options.dial;
  chosen.transport = options.transport;
  chosen.bind_address = options.bind_address;
  chosen.connect_timeout = options.connect_timeout;
  chosen.version = options.version;
  chosen.client_id = options.client_id;
  chosen.user_name = options.user_name;
  chosen.password = options.password;
  chosen.credentials = options.credentials;
  chosen.make_credentials = options.make_credentials;
  chosen.authentication = options.authentication;
  chosen.keep_alive = options.keep_alive;
  for (const wire::Property& property : options.connect_properties.view()) {
    chosen.connect_properties.add(property);
  }
  chosen.session_expiry = 0;
  chosen.reconnect = false;
  return chosen;
}

SessionEraser::SessionEraser(asio::io_context& context, Options options, Callback callback)
    : callback_(std::move(callback)), client_(context, std::move(options), *this) {}

}  // namespace mqrig::client
