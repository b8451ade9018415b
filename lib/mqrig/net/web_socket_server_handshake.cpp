#include <openssl/evp.h>

#include <mqrig/net/web_socket_handshake.hpp>
#include <utility>

namespace mqrig::net {
namespace {

// 16 bytes in base64.
bool is_key(std::string_view text) {
  std::array<unsigned char, 18> bytes;
  return text.size() == 24 && text.ends_with("==") &&
         ::EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()), 24) ==
             static_cast<int>(bytes.size());
}

std::string_view choose_subprotocol(const HttpHead& head) {
  for (const std::string_view name : {"mqtt", "mqttv3.1"}) {
    if (head.has_exact_token("Sec-WebSocket-Protocol", name)) return name;
  }
  return {};
}

}  // namespace

WebSocketServerHandshake::WebSocketServerHandshake(WebSocketService service)
    : service_(std::move(service)), head_(HttpHead::Kind::request, max_request_size) {}

std::size_t WebSocketServerHandshake::feed(std::string_view bytes) {
  if (state() != State::wants_more || bytes.empty()) return 0;
  const std::size_t taken = head_.feed(bytes);
  if (head_.fault() != HttpHead::Fault::none) {
    answer_fault();
  } else if (head_.complete()) {
    answer_request();
  }
  return taken;
}

void WebSocketServerHandshake::end() {
  refuse(head_.size() == 0 ? "the client closed the connection and asked for nothing"
                           : "the client closed the connection in the middle of its request");
}

void WebSocketServerHandshake::answer_fault() {
  switch (head_.fault()) {
    case HttpHead::Fault::too_large:
      return answer_error(431, "The header of the request is larger than 8 KiB.");
    case HttpHead::Fault::version:
      return answer_error(505, "A WebSocket begins with HTTP/1.1.");
    default:
      return answer_error(400, "This is a WebSocket for MQTT, and what came is not HTTP.");
  }
}

void WebSocketServerHandshake::answer_request() {
  if (!head_.is_at_least_1_1()) return answer_error(505, "A WebSocket begins with HTTP/1.1.");
  if (!head_.is_get()) {
    return answer_error(405, "A WebSocket begins with the method GET.", "Allow: GET\r\n");
  }
  if (head_.count("Host") != 1) return answer_error(400, "The request must have one Host field.");
  const std::string path = head_.path();
  if (!service_.path.empty() && path != service_.path) {
    return answer_error(404, "MQTT over WebSocket is served at the path " + service_.path +
                                 " of this server, and nothing else is.");
  }
  if (!head_.has_token("Upgrade", "websocket") || !head_.has_token("Connection", "upgrade")) {
    return answer_error(426,
                        "This is a WebSocket for MQTT: connect to it with an MQTT client that can "
                        "use WebSocket, not with a browser's address bar.",
                        "Upgrade: websocket\r\n");
  }
  if (head_.count("Sec-WebSocket-Version") != 1 || head_.value("Sec-WebSocket-Version") != "13") {
    return answer_error(426, "Version 13 of WebSocket is the only one here.",
                        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
  }
  const std::string_view key = head_.value("Sec-WebSocket-Key");
  if (head_.count("Sec-WebSocket-Key") != 1 || !is_key(key)) {
    return answer_error(400, "The field Sec-WebSocket-Key must be 16 bytes in base64.");
  }
  const std::string_view subprotocol = choose_subprotocol(head_);
  if (subprotocol.empty()) {
    return answer_error(400, "Ask for the subprotocol mqtt in the field Sec-WebSocket-Protocol.");
  }
  output_ =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: ";
  output_.append(web_socket_accept(key)).append("\r\nSec-WebSocket-Protocol: ");
  output_.append(subprotocol).append("\r\n\r\n");
  agree(path, subprotocol);
}

void WebSocketServerHandshake::answer_error(unsigned status, const std::string& sentence,
                                            std::string_view fields) {
  const std::string line =
      std::to_string(status) + " " + ::http_status_str(static_cast<http_status>(status));
  const std::string body = sentence + "\n";
  output_ = "HTTP/1.1 " + line + "\r\n";
  output_.append(fields);
  output_ += status == 426 ? "Connection: Upgrade, close\r\n" : "Connection: close\r\n";
  output_ +=
      "Content-Type: text/plain; charset=utf-8\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n";
  if (!head_.complete() || !head_.is_head()) output_ += body;  // [RFC 9110, section 9.3.2]
  refuse("the request was answered " + line + ": " + sentence);
}

}  // namespace mqrig::net
