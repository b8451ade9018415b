#pragma once

#include <memory>
#include <mqrig/net/stream.hpp>
#include <string>
#include <utility>
#include <vector>

namespace mqrig::net {

// What a client asks for [RFC 6455, section 4.1].
struct WebSocketRequest {
  std::string host{};  // of the Host field, with the port where it is not the scheme's
  // Request target: of printable ASCII without blanks, with a query if there is one.
  std::string path = "/";
  std::string subprotocol = "mqtt";
  // More fields, name and value: no CR, LF or NUL, and none of Host, Upgrade, Connection, and those
  // of WebSocket itself.
  std::vector<std::pair<std::string, std::string>> headers{};
};

// A WebSocket on a stream that is connected, as a client: MQTT is in its binary messages, whose
// borders mean nothing [MQTT-6.0.0-1]. A Layer. Each write is one message, up to 128 KiB; of one
// that the stream below takes in part, the rest must be written before anything else, as it is
// anyway. Pings are answered by itself, and a close frame ends the stream, with
// Error::web_socket_closed if its status says that something is wrong; so does the end of the
// stream below, and failure() tells that no close frame came. shutdown_send() sends one. An answer
// that is no 101 with the right accept hash and subprotocol is Error::web_socket_refused
// [MQTT-6.0.0-3]; 401 to a request with Authorization or Cookie is Error::web_socket_unauthorised.
std::unique_ptr<Stream> connect_web_socket(std::unique_ptr<Stream> stream,
                                           const WebSocketRequest& request);

// What a server takes.
struct WebSocketService {
  std::string path;  // the only one that is served; empty: any
};

// As a server: answers the HTTP request of the client, which must ask for "mqtt" [MQTT-6.0.0-4], or
// for "mqttv3.1" as old clients do; anything else has an HTTP answer that says why, and the stream
// ends.
std::unique_ptr<Stream> accept_web_socket(std::unique_ptr<Stream> stream,
                                          const WebSocketService& service);

}  // namespace mqrig::net
