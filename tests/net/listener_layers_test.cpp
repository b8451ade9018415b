#include <doctest/doctest.h>

#include <mqrig/net/listener.hpp>

#include "tests/net/connecting.hpp"
#include "tests/net/layered.hpp"

namespace mqrig::net::tests {
namespace {

struct Fixture {
  asio::io_context context;
  net::Listener listener{context};
  std::unique_ptr<Stream> accepted;

  void listen(const ListenAddress& address) {
    std::string detail;
    REQUIRE_FALSE(listener.start(
        address, [this](std::unique_ptr<Stream> stream) { accepted = std::move(stream); }, detail));
  }
  std::unique_ptr<Stream> connect(const std::string& unix_path = {}) {
    ConnectOptions options("127.0.0.1", listener.port());
    options.unix_path = unix_path;
    Connector connector(context);
    Outcome outcome;
    connector.start(options, outcome.record());
    run_until(context, [&] { return outcome.called && accepted; });
    REQUIRE(outcome.stream);
    return std::move(outcome.stream);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the layers of a listener lie on each connection, the header lowest") {
  ListenAddress address("127.0.0.1", 0);
  address.proxy_protocol = true;
  address.tls = std::make_shared<GreetingServer>();
  listen(address);
  const auto client = connect();
  Reader reader(*client);
  Reader broker(*accepted);
  client->write_some(bytes("PROXY TCP4 203.0.113.7 127.0.0.1 4711 1883\r\nhello;MQTT"));
  run_until(context, [&] { return broker.text == "MQTT" && reader.text == "welcome;"; });
  CHECK(accepted->description() == "greeted greeted tcp 203.0.113.7:4711");
  CHECK(accepted->peer_address() == "203.0.113.7");
}

TEST_CASE_FIXTURE(Fixture, "a Unix socket has layers too") {
  const ScratchDirectory directory;
  ListenAddress address;
  address.unix_path = directory.path / "s";
  address.tls = std::make_shared<GreetingServer>();
  listen(address);
  CHECK(listener.url() == "unix://" + address.unix_path);
  const auto client = connect(address.unix_path);
  Reader broker(*accepted);
  client->write_some(bytes("hello;MQTT"));
  run_until(context, [&] { return broker.text == "MQTT"; });
}

TEST_CASE_FIXTURE(Fixture, "the URL of a listener says what a client has to speak") {
  ListenAddress address("127.0.0.1", 0);
  const auto url = [&] {
    listen(address);
    const std::string text = listener.url();
    const std::string authority = "127.0.0.1:" + std::to_string(listener.port());
    const std::size_t at = text.find(authority);
    REQUIRE(at != text.npos);
    return text.substr(0, at) + "H" + text.substr(at + authority.size());
  };
  CHECK(url() == "mqtt://H");
  address.web_socket.emplace();
  CHECK(url() == "ws://H");
  address.web_socket->path = "/mqtt";
  CHECK(url() == "ws://H/mqtt");
  address.tls = std::make_shared<GreetingServer>();
  CHECK(url() == "wss://H/mqtt");
  address.web_socket.reset();
  CHECK(url() == "mqtts://H");
}

}  // namespace mqrig::net::tests
