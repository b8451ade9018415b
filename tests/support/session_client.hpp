// A client that keeps its session state over connections: ClientSession on a stream.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <mqrig/net/stream.hpp>
#include <mqrig/session/client_session.hpp>
#include <tests/support/virtual_clock.hpp>

namespace mqrig::test {

// Publishes what it is given, each message once: what was not completed is resent on the next
// connection, as the protocol has it.
class SessionClient final : private net::StreamHandler {
 public:
  explicit SessionClient(std::string client_id, wire::Version version = wire::Version::mqtt_5);
  ~SessionClient();

  // Connects, with a session that stays.
  void open(std::unique_ptr<net::Stream> stream);
  // Cuts the connection without a word.
  void lose();
  bool connected() const noexcept {
    return session_.state() == session::ClientSession::State::connected;
  }

  void publish(std::string_view topic, wire::QoS qos, std::string_view payload,
               bool retain = false);
  void subscribe(std::string_view filter, wire::QoS qos);
  // Everything that was given is completed, and nothing received awaits more.
  bool idle() const noexcept { return given_.empty() && session_.pending() == 0; }

  std::vector<std::string> arrived;    // "TOPIC PAYLOAD" of each message
  std::vector<std::string> completed;  // payloads of messages that the broker acknowledged
  std::vector<bool> sessions_present;  // of each CONNACK
  std::string fault;

 private:
  struct Outgoing {
    std::string topic;
    std::string payload;
    wire::QoS qos;
    bool retain;
  };

  void on_readable() override;
  void on_writable() override;
  void handle(const session::Event& event);
  void hand_over();
  void write();

  std::string client_id_;
  wire::Version version_;
  VirtualClock clock_;
  session::ClientSettings settings_;
  session::ClientSession session_;
  std::unique_ptr<net::Stream> stream_;
  wire::Buffer in_;
  wire::Buffer out_;
  std::deque<Outgoing> given_;
  std::vector<std::string> published_;  // payloads, by token
};

}  // namespace mqrig::test
