#include <openssl/evp.h>

#include <algorithm>
#include <mqrig/net/web_socket_handshake.hpp>

namespace mqrig::net {
namespace {

std::string encode_key(std::span<const std::uint8_t, 16> bytes) {
  std::array<unsigned char, 25> encoded;
  ::EVP_EncodeBlock(encoded.data(), bytes.data(), static_cast<int>(bytes.size()));
  return reinterpret_cast<const char*>(encoded.data());
}

// Text of the peer, fit for a message: no control characters, not long.
std::string shown(std::string_view text) {
  std::string safe(text.substr(0, 200));
  std::replace_if(
      safe.begin(), safe.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return safe;
}

// A name for what answers in place of an HTTP server, by its first bytes.
std::string other_protocol(std::string_view first) {
  const auto byte = [&](std::size_t i) {
    return i < first.size() ? static_cast<unsigned char>(first[i]) : 0u;
  };
  if ((byte(0) == 0x15 || byte(0) == 0x16) && byte(1) == 3) {
    return "the server speaks TLS on this port: use wss://";
  }
  // CONNACK or DISCONNECT.
  if (byte(0) == 0x20 || byte(0) == 0xE0) {
    return "the server answered in MQTT without WebSocket: use mqtt://, or its port for WebSocket";
  }
  return "the server answered with something that is not HTTP: is this its port for WebSocket?";
}

}  // namespace

WebSocketClientHandshake::WebSocketClientHandshake(const WebSocketRequest& request,
                                                   std::span<const std::uint8_t, 16> key_bytes)
    : path_(request.path.empty() ? "/" : request.path),
      subprotocol_(request.subprotocol),
      key_(encode_key(key_bytes)) {
  output_ = "GET " + path_ + " HTTP/1.1\r\nHost: " + request.host +
            "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + key_ +
            "\r\nSec-WebSocket-Version: 13\r\n";
  if (!subprotocol_.empty()) output_ += "Sec-WebSocket-Protocol: " + subprotocol_ + "\r\n";
  for (const auto& [name, value] : request.headers) output_ += name + ": " + value + "\r\n";
  output_ += "\r\n";
  head_.emplace(HttpHead::Kind::answer, max_answer_size);
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
    return refuse(other_protocol(first_));
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
                  shown(head.value("Sec-WebSocket-Extensions")));
  }
  const std::string_view chosen = head.value("Sec-WebSocket-Protocol");
  if (chosen != subprotocol_ || head.count("Sec-WebSocket-Protocol") > 1) {
    return refuse(
        "the server chose " +
        (chosen.empty() ? "no subprotocol" : "the subprotocol \"" + shown(chosen) + "\"") +
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
    return text + ": it redirects to " + shown(to.substr(0, to.find('?'))) +
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
      return text + ": it wants credentials in a header of the request";
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
