#include <openssl/evp.h>
#include <strings.h>

#include <algorithm>
#include <mqrig/net/peer_text.hpp>
#include <mqrig/net/web_socket_handshake.hpp>

namespace mqrig::net {
namespace {

std::string encode_key(std::span<const std::uint8_t, 16> bytes) {
  std::array<unsigned char, 25> encoded;
  ::EVP_EncodeBlock(encoded.data(), bytes.data(), static_cast<int>(bytes.size()));
  return reinterpret_cast<const char*>(encoded.data());
}

// A name for what answers in place of an HTTP server, by its first byte.
std::string other_protocol(char first) {
  switch (static_cast<unsigned char>(first)) {
    case 0x15:  // alert
    case 0x16:  // handshake
      return "the server speaks TLS on this port: use wss://";
    case 0x20:  // CONNACK
    case 0xE0:  // DISCONNECT
      return "the server answered in MQTT without WebSocket: use mqtt://, or its port for "
             "WebSocket";
    default:
      return "the server answered with something that is not HTTP: is this its port for WebSocket?";
  }
}

bool is_credential(const std::pair<std::string, std::string>& field) {
  return ::strcasecmp(field.first.c_str(), "Authorization") == 0 ||
         ::strcasecmp(field.first.c_str(), "Cookie") == 0;
}

}  // namespace

WebSocketClientHandshake::WebSocketClientHandshake(const WebSocketRequest& request,
                                                   std::span<const std::uint8_t, 16> key_bytes)
    : path_(request.path.empty() ? "/" : request.path),
      subprotocol_(request.subprotocol),
      key_(encode_key(key_bytes)) {
  with_credentials_ = std::any_of(request.headers.begin(), request.headers.end(), is_credential);
  write_request(request);
  head_.emplace(HttpHead::Kind::answer, max_answer_size);
}

// In one piece of memory: its fields may have secrets, which who sends it wipes.
void WebSocketClientHandshake::write_request(const WebSocketRequest& request) {
  std::size_t size = 256 + path_.size() + request.host.size() + subprotocol_.size();
  for (const auto& [name, value] : request.headers) size += name.size() + value.size() + 4;
  output_.reserve(size);
  output_.append("GET ").append(path_).append(" HTTP/1.1\r\nHost: ").append(request.host);
  output_.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13");
  output_.append("\r\nSec-WebSocket-Key: ").append(key_).append("\r\n");
  if (!subprotocol_.empty()) {
    output_.append("Sec-WebSocket-Protocol: ").append(subprotocol_).append("\r\n");
  }
  for (const auto& [name, value] : request.headers) {
    output_.append(name).append(": ").append(value).append("\r\n");
  }
  output_.append("\r\n");
}

std::size_t WebSocketClientHandshake::feed(std::string_view bytes) {
  std::size_t taken = 0;
  while (state() == State::wants_more && taken < bytes.size()) {
    if (first_.size() < 2) first_ += bytes.substr(taken, 2 - first_.size());
    taken += head_->feed(bytes.substr(taken));
    if (head_->fault() != HttpHead::Fault::none) {
      refuse_fault(head_->fault());
    } else if (head_->complete()) {
      read_answer();
    }
  }
  return taken;
}

void WebSocketClientHandshake::end() {
  if (first_.empty()) {
    return refuse(
        "the server closed the connection and answered nothing: is this its port for WebSocket?");
  }
  refuse("the server closed the connection in the middle of its answer");
}

void WebSocketClientHandshake::refuse_fault(HttpHead::Fault fault) {
  if (fault == HttpHead::Fault::too_large) {
    return refuse("the header of the server's answer is larger than 16 KiB");
  }
  if (!first_.starts_with("HT") && !first_.starts_with("\r") && !first_.starts_with("\n")) {
    return refuse(other_protocol(first_.front()));
  }
  refuse("the server's answer is malformed HTTP");
}

void WebSocketClientHandshake::read_answer() {
  const HttpHead& head = *head_;
  if (head.status() != 101) {
    size_ += head.size();
    // Informational: the answer itself comes behind it [RFC 9110, section 15.2].
    if (head.status() < 200 && size_ < max_answer_size) {
      head_.emplace(HttpHead::Kind::answer, max_answer_size - size_);
      return;
    }
    unauthorised_ = head.status() == 401 && with_credentials_;
    return refuse(status_fault());
  }
  if (!head.has_token("Upgrade", "websocket") || !head.has_token("Connection", "upgrade")) {
    return refuse("the server switched to a protocol that is not WebSocket");
  }
  if (head.value("Sec-WebSocket-Accept") != web_socket_accept(key_)) {
    return refuse(
        "the server's answer does not belong to our request (Sec-WebSocket-Accept is wrong): does "
        "a proxy or cache answer in its place?");
  }
  if (head.count("Sec-WebSocket-Extensions") != 0) {
    return refuse("the server uses an extension that it was not asked for: " +
                  peer_text(head.value("Sec-WebSocket-Extensions")));
  }
  const std::string_view chosen = head.value("Sec-WebSocket-Protocol");
  if (chosen != subprotocol_ || head.count("Sec-WebSocket-Protocol") > 1) {
    return refuse(
        "the server chose " +
        (chosen.empty() ? "no subprotocol" : "the subprotocol \"" + peer_text(chosen) + "\"") +
        " where \"" + subprotocol_ + "\" was asked for: is there an MQTT broker at this path?");
  }
  agree(path_, subprotocol_);
}

std::string WebSocketClientHandshake::status_fault() const {
  const unsigned status = head_->status();
  const std::string path = path_.substr(0, path_.find('?'));
  std::string text = "the server answered " + std::to_string(status);
  if (const std::string_view phrase = ::http_status_str(static_cast<http_status>(status));
      !phrase.starts_with('<')) {
    text.append(" ").append(phrase);
  }
  if (status >= 300 && status < 400) {
    const std::string_view to = head_->value("Location");
    if (to.empty()) return text;
    return text + ": it redirects to " + peer_text(to.substr(0, to.find('?'))) +
           ", which is not followed; connect there if you trust it";
  }
  switch (status) {
    case 200:
    case 404:
    case 405:
      return text + ": is the path " + path + " right?";
    case 400:
      return text + ": is this its port for WebSocket, and with or without TLS?";
    case 401:
      return text + (unauthorised_ ? ": it refuses the credentials of the request"
                                   : ": it wants credentials in a header of the request");
    case 403:
      return text + ": it does not allow this path, or this request's headers";
    case 426:
      return text + ": it does not take the upgrade to version 13 of WebSocket";
    default:
      break;
  }
  if (status >= 500) return text + ": it, or what is behind it, is not available";
  return text;
}

}  // namespace mqrig::net
