// A client session and a server session over a link that breaks, in virtual time.
#pragma once

#include <optional>
#include <random>
#include <string>
#include <vector>

#include <mqrig/session/client_session.hpp>
#include <tests/support/lossy_link.hpp>
#include <tests/support/server_peer.hpp>
#include <tests/support/virtual_clock.hpp>

namespace mqrig::test {

// Both ends have a list of messages to publish, which they hand to their session when it is ready:
// each message once. The link may break at any time; the pair connects again.
class Pair {
 public:
  struct Options {
    wire::Version version = wire::Version::mqtt_5;
    session::ClientSettings client;
    session::ExchangeSettings server;
    std::uint16_t client_receive_maximum = 65'535;  // 5.0
    std::uint16_t server_receive_maximum = 65'535;
    std::size_t chunk = static_cast<std::size_t>(-1);  // bytes that arrive at once, at most
  };

  explicit Pair(const Options& options);

  void client_publishes(wire::QoS qos, int count);
  void server_publishes(wire::QoS qos, int count);

  // Establishes a connection that breaks after so many bytes, and runs until it has, or until
  // nothing is left to do. True when everything was done.
  bool run(std::size_t bytes = LossyLink::unbroken);
  // The client process ends without a word, and another one takes its saved state.
  void restart_client();

  LossyLink link;
  ServerPeer server;
  VirtualClock clock;
  std::vector<std::string> client_arrived;
  std::vector<std::uint64_t> client_completed;
  std::string client_fault;

  // The payloads that one end was given at `qos`, in order.
  std::vector<std::string> published_by_client(wire::QoS qos) const;
  std::vector<std::string> published_by_server(wire::QoS qos) const;
  // The arrived payloads of that QoS, in order.
  static std::vector<std::string> of(wire::QoS qos, const std::vector<std::string>& payloads);

 private:
  struct Outgoing {
    wire::QoS qos;
    std::string payload;
  };

  void open();
  void lose();
  bool turn();
  void client_reads();
  void hand_over();
  bool done() const;

  Options options_;
  wire::PropertyWriter connect_properties_;
  std::optional<session::ClientSession> client_;
  wire::Buffer client_out_;
  wire::Buffer client_in_;
  wire::Buffer server_out_;
  wire::Buffer server_in_;
  std::vector<Outgoing> from_client_;
  std::vector<Outgoing> from_server_;
  std::size_t client_next_ = 0;
  std::size_t server_next_ = 0;
};

}  // namespace mqrig::test
