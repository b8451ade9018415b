#include <mqrig/net/error.hpp>
#include <mqrig/net/layer.hpp>
#include <mqrig/net/web_socket.hpp>
#include <mqrig/net/web_socket_handshake.hpp>

#include "tests/net/web_socket_peer.hpp"

namespace mqrig::net::tests {
namespace {

// A client, and the server that it talks to.
struct Client {
  asio::io_context context;
  std::unique_ptr<Stream> server;
  std::unique_ptr<Stream> stream;
  std::string request;
  std::error_code error;

  explicit Client(const WebSocketRequest& wanted = {.host = "broker.example", .path = "/mqtt"},
                  std::size_t capacity = 65536) {
    auto [ours, theirs] = memory_stream_pair(context, capacity);
    server = std::move(theirs);
    stream = connect_web_socket(std::move(ours), wanted);
    if (capacity < 1000) return;
    CHECK(go_on() == Layer::Progress::wants_read);
    request = read_all(*server);
  }

  Layer& layer() { return dynamic_cast<Layer&>(*stream); }
  Layer::Progress go_on() { return layer().handshake(error); }

  std::string key() const {
    const std::string name = "Sec-WebSocket-Key: ";
    const std::size_t at = request.find(name) + name.size();
    return request.substr(at, request.find('\r', at) - at);
  }

  std::string answer(std::string_view more = "Sec-WebSocket-Protocol: mqtt\r\n") const {
    return "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nConnection: keep-alive, "
           "upgrade\r\nSec-WebSocket-Accept: " +
           web_socket_accept(key()) + "\r\n" + std::string(more) + "\r\n";
  }

  // The failure when the server answers so.
  std::string refusal(std::string_view text, bool ends = false) {
    server->write_some(bytes(text));
    if (ends) server->shutdown_send();
    CHECK(go_on() == Layer::Progress::failed);
    CHECK(error == Error::web_socket_refused);
    std::uint8_t byte;
    CHECK(stream->read_some({&byte, 1}).error == Error::web_socket_refused);
    return stream->failure();
  }
};

std::string refusal(std::string_view answer, bool ends = false) {
  Client client;
  return client.refusal(answer, ends);
}

std::string refusal_of_status(const std::string& line) {
  return refusal("HTTP/1.1 " + line + "\r\nContent-Length: 2\r\n\r\nno");
}

}  // namespace

TEST_CASE("the accept hash is that of RFC 6455, section 1.3") {
  CHECK(web_socket_accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("a client asks for its path and subprotocol, with fields of its own") {
  const Client client({.host = "broker.example:8083",
                       .path = "/mqtt?tenant=7",
                       .headers = {{"X-Tenant", "seven"}, {"Origin", "https://a.example"}}});
  CHECK(client.request.starts_with("GET /mqtt?tenant=7 HTTP/1.1\r\n"));
  for (const char* const line :
       {"Host: broker.example:8083", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Version: 13", "Sec-WebSocket-Protocol: mqtt", "X-Tenant: seven",
        "Origin: https://a.example"}) {
    CHECK(contains(client.request, "\r\n" + std::string(line) + "\r\n"));
  }
  CHECK(client.request.ends_with("\r\n\r\n"));
  CHECK(client.key().size() == 24);
  CHECK(client.key() != Client().key());
}

TEST_CASE("an answer opens the WebSocket wherever it is split, and frames may come along") {
  const std::size_t size = Client().answer().size();
  for (std::size_t split = 1; split < size; ++split) {
    Client client;
    const std::string text = client.answer() + "\x82\x02hi";
    client.server->write_some(bytes(text).first(split));
    REQUIRE(client.go_on() == Layer::Progress::wants_read);
    client.server->write_some(bytes(text).subspan(split));
    REQUIRE(client.go_on() == Layer::Progress::done);
    REQUIRE_FALSE(client.error);
    REQUIRE(read_all(*client.stream) == "hi");
  }
}

TEST_CASE("informational answers come before the one that counts") {
  Client client;
  const std::string hint = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  client.server->write_some(bytes(hint + hint + client.answer()));
  CHECK(client.go_on() == Layer::Progress::done);
}

TEST_CASE("facts name path and subprotocol, and keep what follows a question mark") {
  Client client({.host = "h", .path = "/mqtt?signature=secret"});
  CHECK(client.stream->facts().empty());
  client.server->write_some(bytes(client.answer()));
  CHECK(client.go_on() == Layer::Progress::done);
  CHECK(client.stream->facts() ==
        std::vector<std::string>{"WebSocket, path /mqtt, subprotocol mqtt"});
}

TEST_CASE("credentials that are refused are told apart from those that are missing") {
  const std::string answer = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
  for (const char* const field : {"authorization", "Cookie"}) {
    Client client({.host = "h", .path = "/mqtt", .headers = {{field, "secret"}}});
    client.server->write_some(bytes(answer));
    CHECK(client.go_on() == Layer::Progress::failed);
    CHECK(client.error == Error::web_socket_unauthorised);
    CHECK(client.stream->failure() ==
          "the server answered 401 Unauthorized: it refuses the credentials of the request");
  }
  Client other({.host = "h", .path = "/mqtt", .headers = {{"X-Tenant", "seven"}}});
  CHECK(contains(other.refusal(answer), "it wants credentials"));
}

TEST_CASE("an answer that is no upgrade says what to look at") {
  CHECK(refusal_of_status("200 OK") == "the server answered 200 OK: is the path /mqtt right?");
  CHECK(refusal_of_status("404 Nope") ==
        "the server answered 404 Not Found: is the path /mqtt right?");
  CHECK(contains(refusal_of_status("400 Bad Request"), "with or without TLS"));
  CHECK(contains(refusal_of_status("401 Unauthorized"), "credentials"));
  CHECK(contains(refusal_of_status("403 Forbidden"), "does not allow"));
  CHECK(contains(refusal_of_status("426 Upgrade Required"), "version 13"));
  CHECK(contains(refusal_of_status("502 Bad Gateway"), "502 Bad Gateway: it, or what is behind"));
  CHECK(refusal_of_status("299 Odd") == "the server answered 299");
}

TEST_CASE("a redirect is not followed, and its query is not shown") {
  const std::string text =
      refusal("HTTP/1.1 302 Found\r\nLocation: https://sso.example/login?token=secret\r\n\r\n");
  CHECK(contains(text, "302 Found: it redirects to https://sso.example/login, which is not"));
  CHECK_FALSE(contains(text, "secret"));
  CHECK(refusal("HTTP/1.1 302 Found\r\n\r\n") == "the server answered 302 Found");
}

TEST_CASE("an upgrade that is not the one asked for is refused") {
  Client wrong_hash;
  CHECK(contains(wrong_hash.refusal("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: "
                                    "Upgrade\r\nSec-WebSocket-Accept: "
                                    "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"),
                 "Sec-WebSocket-Accept is wrong"));
  CHECK(contains(refusal("HTTP/1.1 101 x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"),
                 "not WebSocket"));
  CHECK(contains(refusal("HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n"), "not WebSocket"));
  Client none;
  CHECK(contains(none.refusal(none.answer("")), "chose no subprotocol where \"mqtt\""));
  Client other;
  CHECK(contains(other.refusal(other.answer("Sec-WebSocket-Protocol: chat\xe9\r\n")),
                 "the subprotocol \"chat?\" where \"mqtt\""));
  Client extension;
  CHECK(contains(extension.refusal(extension.answer("Sec-WebSocket-Protocol: mqtt\r\n"
                                                    "Sec-WebSocket-Extensions: zip\r\n")),
                 "extension that it was not asked for: zip"));
}

TEST_CASE("an answer that is no HTTP is told by its first bytes") {
  CHECK(contains(refusal("\x20\x02\x00\x01"s), "in MQTT without WebSocket"));
  CHECK(contains(refusal("\x15\x03\x01\x00\x02\x02\x0a"s), "TLS on this port: use wss://"));
  CHECK(contains(refusal("SSH-2.0-OpenSSH_9.2\r\n"), "not HTTP"));
  CHECK(contains(refusal("HTTP/1.1 101\r\nbad header\r\n\r\n"), "malformed HTTP"));
  CHECK(contains(refusal("HTTP/2.0 101 x\r\n\r\n"), "malformed HTTP"));
}

TEST_CASE("a server that ends in place of an answer") {
  CHECK(contains(refusal("", true), "answered nothing"));
  CHECK(contains(refusal("HTTP/1.1 101 Swi", true), "in the middle of its answer"));
}

TEST_CASE("an answer without end is not read for ever") {
  CHECK(contains(refusal("HTTP/1.1 200 OK\r\nX: " + std::string(17000, 'x')), "16 KiB"));
  const std::string hint = "HTTP/1.1 103 Early Hints\r\nX: " + std::string(5000, 'x') + "\r\n\r\n";
  CHECK(contains(refusal(hint + hint + hint + hint), "16 KiB"));
}

TEST_CASE("a handshake waits for what the stream below does not take at once") {
  Client client({.host = "h"}, 10);
  Recorder recorder;
  client.stream->set_handler(&recorder);
  std::string request;
  recorder.when_writable = [&] {
    if (client.go_on() == Layer::Progress::wants_write) client.stream->wait_writable();
  };
  CHECK(client.go_on() == Layer::Progress::wants_write);
  client.stream->wait_writable();
  run_until(client.context, [&] {
    request += read_all(*client.server);
    return request.ends_with("\r\n\r\n");
  });
  CHECK(client.go_on() == Layer::Progress::wants_read);
  client.stream->wait_readable();
  client.server->write_some(bytes("HTTP"));
  run_until(client.context, [&] { return recorder.readable == 1; });
}

TEST_CASE("a write during the handshake takes nothing and is told when it may") {
  Client client;
  Recorder recorder;
  client.stream->set_handler(&recorder);
  CHECK(client.stream->write_some(bytes("early")).count == 0);
  client.stream->wait_writable();
  client.stream->wait_readable();
  run_ready(client.context);
  CHECK(recorder.writable + recorder.readable == 0);
  client.server->write_some(bytes(client.answer()));
  recorder.when_readable = [&] { CHECK(read_all(*client.stream).empty()); };
  run_until(client.context, [&] { return recorder.writable == 1; });
  CHECK(client.stream->write_some(bytes("late")).count == 4);
}

}  // namespace mqrig::net::tests
