// The other end of a client session: the engine in its server role, with a handshake.
#pragma once

#include <string>
#include <vector>

#include <mqrig/session/engine.hpp>

namespace mqrig::test {

// One client, one session that outlives connections. It acknowledges what it receives, keeps what
// arrived, and publishes what the test asks for.
class ServerPeer {
 public:
  explicit ServerPeer(const session::ExchangeSettings& settings)
      : settings_(settings), engine_(session::Role::server, settings_) {}

  // Takes whole packets off `in`.
  void read(wire::Buffer& in, wire::Buffer& out);
  void connection_lost() noexcept;
  // The server loses its memory, as one that is restarted without persistence.
  void forget();

  bool connected() const noexcept { return connected_; }
  bool ready(wire::QoS qos) const noexcept { return connected_ && engine_.ready(qos); }
  bool publish(const wire::Publish& publish, std::uint64_t token, wire::Buffer& out) {
    return !engine_.publish(publish, token, out);
  }
  void resend(wire::Buffer& out, std::size_t enough) {
    if (connected_) engine_.resend(out, enough);
  }
  std::size_t pending() const noexcept { return engine_.sender().pending(); }

  wire::Properties connack_properties;  // owned by the test

  std::vector<std::string> arrived;      // payloads of messages
  std::vector<std::uint64_t> completed;  // tokens of messages that the client acknowledged
  std::string fault;                     // what the client did wrong

 private:
  void handle(const wire::Frame& frame, wire::Buffer& out);
  void accept(const wire::Frame& frame, wire::Buffer& out);

  session::ExchangeSettings settings_;
  session::Engine engine_;
  wire::Version version_ = wire::Version::mqtt_5;
  bool connected_ = false;
  bool has_session_ = false;
};

}  // namespace mqrig::test
