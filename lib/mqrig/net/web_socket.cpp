#include <array>
#include <mqrig/net/error.hpp>
#include <mqrig/net/web_socket.hpp>
#include <mqrig/net/web_socket_random.hpp>
#include <mqrig/net/web_socket_stream.hpp>
#include <utility>

namespace mqrig::net {

std::unique_ptr<Stream> connect_web_socket(std::unique_ptr<Stream> stream,
                                           const WebSocketRequest& request) {
  std::array<std::uint8_t, 16> key;
  fill_randomly(key);
  return std::make_unique<WebSocketStream>(
      std::move(stream), WebSocketRole::client,
      std::make_unique<WebSocketClientHandshake>(request, key));
}

std::unique_ptr<Stream> accept_web_socket(std::unique_ptr<Stream> stream,
                                          const WebSocketService& service) {
  return std::make_unique<WebSocketStream>(std::move(stream), WebSocketRole::server,
                                           std::make_unique<WebSocketServerHandshake>(service));
}

}  // namespace mqrig::net
