// The end of a session that a broker keeps.
#pragma once

#include <functional>

#include <mqrig/client/client.hpp>

namespace mqrig::client {

// Ends the session that a broker keeps for a client, with a short connection that has a clean
// start: before MQTT 5.0 there is no other way.
class SessionEraser final : private Handler {
 public:
  // Called once, from the event loop: null when it is done, or why not. May destroy the eraser.
  using Callback = std::function<void(const Failure*)>;

  // What it needs of the options of a client whose session is to be ended.
  static Options options_from(const Options& options);

  // `options` come from options_from(), with the identifier and the version of the client.
  SessionEraser(asio::io_context& context, Options options, Callback callback);

  void start() { client_.start(); }

 private:
  void on_connected(bool /*session_present*/, wire::Properties /*connack*/) override {
    client_.disconnect();
  }
  void on_failed(const Failure& failure) override { callback_(&failure); }
  void on_disconnected() override { callback_(nullptr); }

  Callback callback_;
  Client client_;
};

}  // namespace mqrig::client
