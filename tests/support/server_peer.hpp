// The other end of a client session: a server session with a session state of its own.
#pragma once

#include <string>
#include <vector>

#include <mqrig/session/server_session.hpp>

namespace mqrig::test {

// One client, one session that outlives connections. It acknowledges what it receives, keeps what
// arrived, and publishes what the test asks for.
class ServerPeer {
 public:
  ServerPeer(const session::ServerSettings& settings, const session::ExchangeSettings& exchange)
      : settings_(settings),
        exchange_(exchange),
        engine_(session::Role::server, exchange_),
        session_(settings_) {}

  void connection_opened() { session_.open({}); }
  // Takes whole packets off `in`.
  void read(wire::Buffer& in, wire::Buffer& out);
  void connection_lost() noexcept { session_.close(); }
  // The server loses its memory, as one that is restarted without persistence.
  void forget();

  bool connected() const noexcept {
    return session_.state() == session::ServerSession::State::connected;
  }
  bool ready(wire::QoS qos) const noexcept { return connected() && engine_.ready(qos); }
  bool publish(const wire::Publish& publish, std::uint64_t token, wire::Buffer& out);
  void resend(wire::Buffer& out, std::size_t enough) {
    if (connected()) engine_.resend(out, enough);
  }
  std::size_t pending() const noexcept { return engine_.sender().pending(); }

  std::vector<std::string> arrived;      // payloads of messages
  std::vector<std::uint64_t> completed;  // tokens of messages that the client acknowledged
  std::string fault;                     // what the client did wrong

 private:
  void handle(const session::ServerEvent& event, wire::Buffer& out);
  void accept(const wire::Connect& connect, wire::Buffer& out);

  session::ServerSettings settings_;
  session::ExchangeSettings exchange_;
  session::Engine engine_;
  session::ServerSession session_;
  bool has_session_ = false;
};

}  // namespace mqrig::test
