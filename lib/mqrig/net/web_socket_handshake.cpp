#include <openssl/evp.h>
#include <openssl/sha.h>

#include <mqrig/net/peer_text.hpp>
#include <mqrig/net/web_socket_handshake.hpp>

namespace mqrig::net {

std::string web_socket_accept(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> hash;
  ::SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data());
  std::array<unsigned char, 4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1> encoded;
  ::EVP_EncodeBlock(encoded.data(), hash.data(), static_cast<int>(hash.size()));
  return reinterpret_cast<const char*>(encoded.data());
}

void WebSocketHandshake::agree(std::string_view path, std::string_view subprotocol) {
  state_ = State::agreed;
  fact_ = "WebSocket, path ";
  fact_ += peer_text(path.substr(0, path.find('?')));
  if (!subprotocol.empty()) fact_.append(", subprotocol ").append(subprotocol);
}

}  // namespace mqrig::net
