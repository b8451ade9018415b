#include <doctest/doctest.h>

#include <memory>
#include <mqrig/net/connect.hpp>
#include <mqrig/net/error.hpp>
#include <mqrig/net/text_server.hpp>
#include <vector>

#include "tests/net/listener.hpp"
#include "tests/net/loop.hpp"

namespace mqrig::net::tests {
namespace {

// One client: sends what it is told, and keeps what comes.
struct Client {
  std::unique_ptr<Stream> stream;
  std::unique_ptr<Reader> reader;
  bool ended() const { return bool(reader->error); }
  const std::string& text() const { return reader->text; }
};

struct Fixture {
  asio::io_context context;
  std::unique_ptr<TextServer> server;
  std::uint16_t port = 0;
  int made = 0;
  std::string text = "up 1\n";

  Fixture() { start(std::chrono::seconds(10)); }

  void start(std::chrono::milliseconds timeout) {
    server = std::make_unique<TextServer>(context, timeout);
    TextPage page("/metrics", "text/plain; version=0.0.4", [this] {
      ++made;
      return text;
    });
    std::string detail;
    REQUIRE_FALSE(server->start({"127.0.0.1", 0}, page, detail));
    const std::string url = server->url();
    REQUIRE(url.starts_with("http://127.0.0.1:"));
    REQUIRE(url.ends_with("/metrics"));
    port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  }

  Client connect() {
    Client client;
    Connector connector(context);
    connector.start({"127.0.0.1", port}, [&](std::error_code, std::unique_ptr<Stream> stream) {
      client.stream = std::move(stream);
    });
    run_until(context, [&] { return client.stream != nullptr; });
    client.reader = std::make_unique<Reader>(*client.stream);
    return client;
  }

  // The answer to a request after which the server closes.
  std::string answer(const std::string& request) {
    const Client client = connect();
    client.stream->write_some(bytes(request));
    run_until(context, [&] { return client.ended(); });
    CHECK(client.reader->error == Error::end_of_stream);
    return client.text();
  }
};

std::string get(const std::string& target, const std::string& more = "Connection: close\r\n") {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n";
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "GET is answered with the text of this moment") {
  text = "first 1\n";
  const std::string first = answer(get("/metrics"));
  CHECK(first.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(contains(first, "\r\nContent-Type: text/plain; version=0.0.4\r\n"));
  CHECK(contains(first, "\r\nContent-Length: 8\r\n"));
  CHECK(contains(first, "\r\nConnection: close\r\n"));
  CHECK(contains(first, " GMT\r\n"));
  CHECK(first.ends_with("\r\n\r\nfirst 1\n"));
  text = "second 2\n";
  CHECK(answer(get("/metrics?from=here")).ends_with("second 2\n"));
  CHECK(answer(get("http://localhost/metrics")).ends_with("second 2\n"));
}

TEST_CASE_FIXTURE(Fixture, "HEAD is told the size, without the text") {
  const std::string head =
      answer("HEAD /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(head.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(contains(head, "\r\nContent-Length: 5\r\n"));
  CHECK(head.ends_with("\r\n\r\n"));
}

TEST_CASE_FIXTURE(Fixture, "HTTP/1.0 needs no Host, and its connection ends") {
  CHECK(answer("GET /metrics HTTP/1.0\r\n\r\n").ends_with("up 1\n"));
}

TEST_CASE_FIXTURE(Fixture, "a connection serves one request after another, pipelined ones too") {
  const Client client = connect();
  for (std::size_t i = 1; i <= 3; ++i) {
    client.stream->write_some(bytes(get("/metrics", "")));
    run_until(context, [&] { return count(client.text(), "up 1\n") == i; });
  }
  CHECK_FALSE(client.ended());
  CHECK(count(client.text(), "Connection: keep-alive") == 3);
  client.stream->write_some(bytes(get("/metrics", "") + get("/nothing", "") + get("/metrics")));
  run_until(context, [&] { return client.ended(); });
  CHECK(count(client.text(), "HTTP/1.1 200 OK") == 5);
  CHECK(count(client.text(), "HTTP/1.1 404 Not Found") == 1);
  CHECK(made == 5);
}

TEST_CASE_FIXTURE(Fixture, "a request may come byte by byte, with content that nobody reads") {
  const Client client = connect();
  for (const char c : get("/metrics", "Content-Length: 3\r\n") + "abc" + get("/metrics")) {
    client.stream->write_some(bytes({&c, 1}));
    run_ready(context);
  }
  run_until(context, [&] { return client.ended(); });
  CHECK(count(client.text(), "up 1\n") == 2);
}

TEST_CASE_FIXTURE(Fixture, "a text larger than the socket's buffer arrives whole") {
  text = pattern(8'000'000);
  const std::string whole = answer(get("/metrics"));
  CHECK(whole.ends_with(text));
}

TEST_CASE_FIXTURE(Fixture, "what cannot be served gets the status that says why") {
  const std::string host = "Host: localhost\r\n";
  const std::vector<std::pair<std::string, std::string>> cases{
      {get("/"), "404 Not Found"},
      {get("/metrics/"), "404 Not Found"},
      {"POST /metrics HTTP/1.1\r\n" + host + "Content-Length: 0\r\n\r\n", "405 Method Not Allowed"},
      {"OPTIONS * HTTP/1.1\r\n" + host + "\r\n", "405 Method Not Allowed"},
      {"CONNECT localhost:1 HTTP/1.1\r\n" + host + "\r\n", "405 Method Not Allowed"},
      {"nonsense\r\n\r\n", "400 Bad Request"},
      {"GET /metrics HTTP/1.1\r\n\r\n", "400 Bad Request"},
      {"GET /metrics HTTP/1.1\r\n" + host + host + "\r\n", "400 Bad Request"},
      {get("/metrics", "Content-Length: x\r\n"), "400 Bad Request"},
      {"GET /metrics HTTP/2.0\r\n" + host + "\r\n", "505 HTTP Version Not Supported"},
      {get("/metrics", "X: " + std::string(9000, 'x') + "\r\n"),
       "431 Request Header Fields Too Large"},
      {get("/metrics", "Content-Length: 9000\r\n") + std::string(9000, 'x'),
       "413 Content Too Large"},
  };
  for (const auto& [request, expected] : cases) {
    const std::string& status = expected;  // clang 14 captures no structured binding
    CAPTURE(status);
    const std::string text_of_answer = answer(request);
    CHECK(text_of_answer.substr(0, text_of_answer.find('\r')) == "HTTP/1.1 " + status);
    CHECK(contains(text_of_answer, "\r\nAllow: GET, HEAD\r\n") == status.starts_with("405"));
  }
  CHECK(made == 0);
}

TEST_CASE_FIXTURE(Fixture, "more clients than it serves at a time are told so") {
  std::vector<Client> idle;
  for (std::size_t i = 0; i < TextServer::max_connections; ++i) idle.push_back(connect());
  CHECK(answer("").starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
  idle.pop_back();
  run_ready(context);
  CHECK(answer(get("/metrics")).ends_with("up 1\n"));
}

TEST_CASE_FIXTURE(Fixture, "a client that is silent or slow is dropped in time") {
  start(std::chrono::milliseconds(20));
  const Client silent = connect();
  const Client half = connect();
  half.stream->write_some(bytes("GET /metr"));
  run_until(context, [&] { return silent.ended() && half.ended(); });
  CHECK(silent.text().empty());
  CHECK(half.text().empty());
}

TEST_CASE_FIXTURE(Fixture, "after close nothing is served, and the loop has no work left") {
  Client client = connect();
  run_ready(context);
  server->close();
  run_until(context, [&] { return client.ended(); });
  client.stream.reset();
  context.restart();
  context.run();
  CHECK(server->url().empty());
}

}  // namespace mqrig::net::tests
