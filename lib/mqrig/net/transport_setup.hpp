#pragma once

#include <functional>
#include <memory>
#include <mqrig/net/connect.hpp>
#include <mqrig/net/layer.hpp>
#include <string>
#include <vector>

namespace mqrig::net {

// Sets up what a Transport asks for on a connection that stands, from the bottom up, and makes the
// handshake of each layer before the next is put on it. Private to this room.
class TransportSetup final : private StreamHandler {
 public:
  // Called once, from the event loop; the object may be destroyed in it.
  using Done = std::function<void(std::error_code)>;

  // `options` must outlive it. `target` is what a proxy is asked for: the host, or one of its
  // addresses.
  TransportSetup(const ConnectOptions& options, std::unique_ptr<Stream> stream, std::string target,
                 Done done);
  TransportSetup(const TransportSetup&) = delete;
  TransportSetup& operator=(const TransportSetup&) = delete;

  // No error: everything stands already. std::errc::operation_in_progress: `done` will be called.
  // Anything else: failed, and `done` will not be called.
  std::error_code start();

  // After success, once.
  std::unique_ptr<Stream> take_stream();

  // With whom the layer under way, or the one that failed, is made: "localhost:8883 (127.0.0.1)",
  // "proxy http://proxy:3128 (10.0.0.7)".
  std::string peer() const;
  // What has not come if nothing comes: "no answer to the WebSocket request".
  std::string missing() const;
  // Why it failed, for the person.
  const std::string& failure() const { return failure_; }

 private:
  enum class Step : std::uint8_t { proxy_tls, proxy_tunnel, tls, web_socket };

  void on_readable() override { go_on(); }
  void on_writable() override { go_on(); }
  void go_on();
  std::error_code advance();
  void put_on();
  std::unique_ptr<Stream> make_layer(std::unique_ptr<Stream> below) const;
  std::error_code note_failure(std::error_code error);
  bool with_proxy() const;
  std::string server_name() const;
  WebSocketRequest web_socket_request() const;

  const ConnectOptions& options_;
  std::unique_ptr<Stream> stream_;
  Layer* layer_ = nullptr;  // whose handshake is under way: the stream itself
  std::string target_;
  Done done_;
  std::vector<Step> steps_;
  std::size_t step_ = 0;
  std::string address_;  // of the peer of the connection, without its port
  std::string failure_;
};

}  // namespace mqrig::net
