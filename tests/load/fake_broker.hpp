// A broker that does what a test tells it, on the test's event loop.
#pragma once

#include <asio/io_context.hpp>
#include <cstdint>
#include <list>
#include <memory>
#include <mqrig/net/listener.hpp>
#include <mqrig/net/stream.hpp>
#include <mqrig/wire/buffer.hpp>
#include <mqrig/wire/packets.hpp>
#include <optional>
#include <string>
#include <vector>

namespace mqrig::load::tests {

class FakeBroker {
 public:
  explicit FakeBroker(asio::io_context& context);
  ~FakeBroker();

  std::uint16_t port() const { return listener_.port(); }
  // Ends all connections without a word.
  void cut();
  // Sends DISCONNECT to all.
  void disconnect(wire::ReasonCode reason);
  // Sends these bytes to all.
  void send(wire::ByteView bytes);
  std::size_t connections() const { return peers_.size(); }

  // How it behaves from now on.
  std::optional<wire::ReasonCode> connack = wire::ReasonCode::success;  // none: no answer
  std::optional<wire::Version> refuses;  // this version, in its own words
  bool closes_on_connect = false;
  bool session_present = false;
  std::uint32_t maximum_packet_size = 0;  // 0: does not say
  bool acknowledges = true;               // PUBLISH
  bool reads = true;                      // after CONNACK
  bool closes_on_disconnect = true;
  wire::ReasonCode suback = wire::ReasonCode::success;

  // What has come.
  std::vector<std::string> clients;  // identifiers, in the order of their CONNECTs
  std::vector<wire::Version> versions;
  std::uint64_t publishes = 0;
  std::uint64_t dups = 0;
  std::uint64_t subscribes = 0;
  std::uint64_t disconnects = 0;
  std::uint64_t auths = 0;

 private:
  class Peer;

  net::Listener listener_;
  std::list<std::unique_ptr<Peer>> peers_;
};

}  // namespace mqrig::load::tests
