// A broker for the client's tests: answers every packet as a friendly broker would, unless the test
// says otherwise.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <mqrig/wire/buffer.hpp>
#include <mqrig/wire/frame.hpp>
#include <mqrig/wire/packets.hpp>

namespace mqrig::client::tests {

// Listens on a loopback port chosen by the kernel, on the io_context of the client under test.
class StubBroker {
 public:
  // One accepted network connection.
  struct Peer {
    explicit Peer(asio::ip::tcp::socket accepted) : socket(std::move(accepted)) {}

    void send(wire::ByteView bytes);
    void send(const wire::Buffer& bytes) { send(bytes.view()); }
    void close();

    asio::ip::tcp::socket socket;
    std::size_t number = 0;  // 1: the first connection
    wire::Version version = wire::Version::mqtt_5;
    std::string client_id;
    bool bridge = false;
    bool clean_start = true;
    wire::Buffer input;
    std::array<std::uint8_t, 65536> chunk{};
  };

  // Sees each packet first; true when it has dealt with it.
  using Script = std::function<bool(Peer& peer, const wire::Frame& frame)>;

  explicit StubBroker(asio::io_context& context);

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  // Refuses further connections, and ends those that stand.
  void stop();

  Script script;
  // Answers CONNECT with this; by default success without a session.
  wire::Connack connack;
  // PUBLISHs go back to their sender once it has subscribed to anything.
  bool echo = false;
  std::vector<std::shared_ptr<Peer>> peers;
  std::vector<std::string> topics;         // of the PUBLISHs that came
  std::vector<std::string> subscriptions;  // filters of the SUBSCRIBEs that came

 private:
  void accept();
  void read(const std::shared_ptr<Peer>& peer);
  void handle(Peer& peer, const wire::Frame& frame);
  void handle_connect(Peer& peer, const wire::Frame& frame);
  void handle_publish(Peer& peer, const wire::Frame& frame);
  void handle_subscribe(Peer& peer, const wire::Frame& frame);

  asio::ip::tcp::acceptor acceptor_;
};

}  // namespace mqrig::client::tests
