#include <mqrig/net/error.hpp>
#include <mqrig/net/web_socket.hpp>

#include "tests/net/web_socket_peer.hpp"

namespace mqrig::net::tests {
namespace {

// A server, and the client that talks to it.
struct Server {
  asio::io_context context;
  std::unique_ptr<Stream> client;
  std::unique_ptr<Stream> stream;

  explicit Server(const std::string& path = "/mqtt", std::size_t capacity = 65536) {
    auto [ours, theirs] = memory_stream_pair(context, capacity);
    client = std::move(theirs);
    stream = accept_web_socket(std::move(ours), {path});
  }

  std::error_code read(std::string* text = nullptr) {
    std::uint8_t buffer[100];
    const IoResult result = stream->read_some(buffer);
    if (text != nullptr) text->append(reinterpret_cast<const char*>(buffer), result.count);
    return result.error;
  }

  std::string answer(std::string_view request) {
    client->write_some(bytes(request));
    CHECK_FALSE(read());
    return read_all(*client);
  }
};

// A request, with one line changed or left out.
std::string request(const std::string& line = "", const std::string& in_its_place = "") {
  std::string text =
      "GET /mqtt HTTP/1.1\r\nHost: server.example\r\nUpgrade: WebSocket, other\r\nConnection: "
      "keep-alive, UPGRADE\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: "
      "http://example.com\r\nSec-WebSocket-Protocol: chat, mqtt\r\nSec-WebSocket-Version: "
      "13\r\n\r\n";
  const std::size_t at = text.find(line);
  REQUIRE(at != text.npos);
  if (!line.empty()) text.replace(at, text.find("\r\n", at) + 2 - at, in_its_place);
  return text;
}

std::string answer(const std::string& text) {
  return Server().answer(text);
}

}  // namespace

TEST_CASE("a client that asks for mqtt is answered as in RFC 6455, section 1.3") {
  Server server;
  CHECK(server.answer(request()) ==
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
        "Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: "
        "mqtt\r\n\r\n");
  CHECK(server.stream->facts() ==
        std::vector<std::string>{"WebSocket, path /mqtt, subprotocol mqtt"});
  CHECK(server.stream->write_some(bytes("hello")).count == 5);
  CHECK(read_all(*server.client) == "\x82\x05hello");
}

TEST_CASE("a request may come in any pieces, with frames behind it") {
  const std::string text = request() + Frames{WebSocketRole::client}(0x82, "hi");
  for (std::size_t split = 1; split < text.size(); ++split) {
    Server server;
    std::string data;
    server.client->write_some(bytes(text).first(split));
    REQUIRE_FALSE(server.read(&data));
    server.client->write_some(bytes(text).subspan(split));
    for (int i = 0; i < 3; ++i) REQUIRE_FALSE(server.read(&data));
    REQUIRE(data == "hi");
  }
}

TEST_CASE("old clients have the subprotocol mqttv3.1") {
  CHECK(contains(answer(request("Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol: mqttv3.1\r\n")),
                 "Sec-WebSocket-Protocol: mqttv3.1\r\n"));
  CHECK(contains(answer(request("Sec-WebSocket-Protocol",
                                "Sec-WebSocket-Protocol: mqttv3.1\r\nSec-WebSocket-Protocol: "
                                "mqtt\r\n")),
                 "Sec-WebSocket-Protocol: mqtt\r\n"));
}

TEST_CASE("the path is that of the service, whatever its query, or any") {
  CHECK(contains(answer(request("GET", "GET /mqtt?a=b HTTP/1.1\r\n")), " 101 "));
  CHECK(contains(answer(request("GET", "GET ws://server.example/mqtt HTTP/1.1\r\n")), " 101 "));
  for (const char* const path : {"/", "/mqtt/", "/MQTT", "/mqt"}) {
    const std::string text = answer(request("GET", "GET "s + path + " HTTP/1.1\r\n"));
    CHECK(contains(text, "HTTP/1.1 404 Not Found\r\n"));
    CHECK(contains(text, "served at the path /mqtt of"));
  }
  CHECK(contains(Server("").answer(request("GET", "GET /any HTTP/1.1\r\n")), " 101 "));
}

TEST_CASE("a browser reads that this is a WebSocket for MQTT") {
  const std::string text = answer("GET /mqtt HTTP/1.1\r\nHost: server.example\r\n\r\n");
  CHECK(text.starts_with("HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\n"));
  CHECK(contains(text, "Content-Type: text/plain"));
  CHECK(contains(text, "\r\n\r\nThis is a WebSocket for MQTT"));
}

TEST_CASE("a request that is none for a WebSocket is answered with what is wrong") {
  CHECK(contains(answer(request("GET", "POST /mqtt HTTP/1.1\r\n")), " 405 "));
  CHECK(contains(answer(request("GET", "POST /mqtt HTTP/1.1\r\n")), "\r\nAllow: GET\r\n"));
  const std::string head = answer(request("GET", "HEAD /mqtt HTTP/1.1\r\n"));
  CHECK(contains(head, " 405 "));
  CHECK(head.ends_with("\r\n\r\n"));  // and no body [RFC 9110, section 9.3.2]
  CHECK(contains(answer(request("GET", "GET /mqtt HTTP/1.0\r\n")), " 505 "));
  CHECK(contains(answer(request("GET", "GET /mqtt HTTP/2.0\r\n")), " 505 "));
  CHECK(contains(answer(request("Host")), "one Host"));
  CHECK(contains(answer(request("Host", "Host: a\r\nHost: b\r\n")), "one Host"));
  CHECK(contains(answer(request("Upgrade", "Upgrade: h2c\r\n")), " 426 "));
  CHECK(contains(answer(request("Connection", "Connection: close\r\n")), " 426 "));
  CHECK(contains(answer(request("Sec-WebSocket-Version", "Sec-WebSocket-Version: 8\r\n")),
                 "\r\nSec-WebSocket-Version: 13\r\n"));
  CHECK(contains(answer(request("Sec-WebSocket-Version")), " 426 "));
  for (const char* const key : {"", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25j!Q==",
                                "dGhlIHNhbXBsZSBub25jZSE=", "dGhlIHNhbXBsZSBub25jZQ==AAAA"}) {
    CHECK(contains(answer(request("Sec-WebSocket-Key", "Sec-WebSocket-Key: "s + key + "\r\n")),
                   " 400 "));
  }
  CHECK(contains(answer(request("Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol: MQTT\r\n")),
                 "subprotocol mqtt"));
  CHECK(contains(answer(request("Sec-WebSocket-Protocol")), "subprotocol mqtt"));
  CHECK(contains(answer("\x10\x0c\x00\x04MQTT\x05\x02\x00\x3c"s), "not HTTP"));
  CHECK(contains(answer("GET / HTTP/1.1\r\nX: " + std::string(9000, 'x')), " 431 "));
}

TEST_CASE("who is refused can read why before the connection ends") {
  Server server;
  server.client->write_some(bytes(request("GET", "GET /other HTTP/1.1\r\n") + "more to come"));
  CHECK_FALSE(server.read());
  CHECK(contains(read_all(*server.client), " 404 "));
  std::uint8_t byte;
  CHECK(server.client->read_some({&byte, 1}).error == Error::end_of_stream);
  server.client->write_some(bytes("and more"));
  CHECK_FALSE(server.read());
  CHECK(server.stream->write_some(bytes("x")).count == 0);
  server.client->shutdown_send();
  CHECK(server.read() == Error::web_socket_refused);
  CHECK(
      contains(server.stream->failure(), "answered 404 Not Found: MQTT over WebSocket is served"));
}

TEST_CASE("a client that goes before it has asked") {
  Server silent;
  silent.client->shutdown_send();
  CHECK(silent.read() == Error::web_socket_refused);
  CHECK(contains(silent.stream->failure(), "asked for nothing"));
  Server cut;
  cut.client->write_some(bytes("GET /mqtt HT"));
  cut.client.reset();
  CHECK(cut.read() == Error::web_socket_refused);
  CHECK(contains(cut.stream->failure(), "in the middle of its request"));
}

TEST_CASE("an answer that the client does not read waits for it") {
  Server server("/mqtt", 50);
  Recorder recorder;
  server.stream->set_handler(&recorder);
  recorder.when_readable = [&] {
    server.read();
    server.stream->wait_readable();
  };
  server.stream->wait_readable();
  const std::string text = request();
  for (std::size_t sent = 0; sent < text.size(); run_ready(server.context)) {
    sent += server.client->write_some(bytes(text).subspan(sent)).count;
  }
  std::string answered = read_all(*server.client);
  CHECK(answered.size() == 50);
  for (int i = 0; i < 5; ++i) {
    run_ready(server.context);
    answered += read_all(*server.client);
  }
  CHECK(contains(answered, " 101 "));
  CHECK(answered.ends_with("\r\n\r\n"));
}

}  // namespace mqrig::net::tests
