#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/resource.h>

#include <memory>
#include <mqrig/net/connect.hpp>
#include <mqrig/net/error.hpp>
#include <mqrig/net/listener.hpp>
#include <mqrig/net/url.hpp>
#include <vector>

#include "tests/net/listener.hpp"
#include "tests/net/loop.hpp"

namespace mqrig::net::tests {
namespace {

struct Fixture {
  asio::io_context context;
  net::Listener listener{context};
  std::string detail;
  std::vector<std::unique_ptr<Stream>> accepted;

  std::error_code start(const ListenAddress& address) {
    return listener.start(address, keep(), detail);
  }
  net::Listener::Callback keep() {
    return [this](std::unique_ptr<Stream> stream) { accepted.push_back(std::move(stream)); };
  }

  std::unique_ptr<Stream> connect(ConnectOptions options) {
    Connector connector(context);
    std::unique_ptr<Stream> client;
    bool called = false;
    connector.start(std::move(options), [&](std::error_code, std::unique_ptr<Stream> stream) {
      client = std::move(stream);
      called = true;
    });
    run_until(context, [&] { return called; });
    return client;
  }

  std::unique_ptr<Stream> connect_accepted(ConnectOptions options) {
    const std::size_t before = accepted.size();
    auto client = connect(std::move(options));
    REQUIRE(client);
    run_until(context, [&] { return accepted.size() > before; });
    return client;
  }
};

ListenAddress unix_address(const std::string& path) {
  ListenAddress address;
  address.unix_path = path;
  return address;
}

ConnectOptions unix_options(const std::string& path) {
  ConnectOptions options;
  options.unix_path = path;
  return options;
}

bool machine_has_v6() {
  const Descriptor probe(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  return ::bind(probe.number, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

// Connects without the event loop, and so without a descriptor for it.
Descriptor connect_now(std::uint16_t port, int socket) {
  Descriptor client(socket);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(client.number, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  return client;
}

std::uint16_t local_port(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

// Of this process, the descriptor that is connected to a peer with this port.
int descriptor_with_peer(std::uint16_t port) {
  for (int descriptor = 0; descriptor < 1024; ++descriptor) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
        address.sin_family == AF_INET && ntohs(address.sin_port) == port) {
      return descriptor;
    }
  }
  return -1;
}

// While it lives, this process can open nothing more.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const Descriptor next(::dup(STDIN_FILENO));  // all below it are taken
    rlimit limit = before_;
    limit.rlim_cur = static_cast<rlim_t>(next.number);
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a TCP listener hands over streams that carry bytes both ways") {
  std::string host;
  SUBCASE("IPv4") {
    host = "127.0.0.1";
  }
  SUBCASE("IPv6") {
    if (!machine_has_v6()) return;
    host = "::1";
  }
  REQUIRE_FALSE(start({host, 0}));
  REQUIRE(listener.port() != 0);
  const UrlResult url = parse_url(listener.url());
  CHECK(url.error.empty());
  CHECK(url.url.host == host);
  CHECK(url.url.port == listener.port());
  const auto client = connect_accepted({host, listener.port()});
  Reader at_server(*accepted[0]);
  Reader at_client(*client);
  client->write_some(bytes("ping"));
  accepted[0]->write_some(bytes("pong"));
  run_until(context, [&] { return at_server.text == "ping" && at_client.text == "pong"; });
  CHECK(accepted[0]->peer_address() == host);
}

TEST_CASE_FIXTURE(Fixture, "an accepted stream knows its peer, also when that has reset it") {
  REQUIRE_FALSE(start({"127.0.0.1", 0}));
  auto client = connect_now(listener.port(), ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const std::string peer = "tcp 127.0.0.1:" + std::to_string(local_port(client.number));
  run_until(context, [&] { return accepted.size() == 1; });
  CHECK(accepted[0]->description() == peer);
  const linger reset{1, 0};
  ::setsockopt(client.number, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  client.reset();
  Reader reader(*accepted[0]);
  run_until(context, [&] { return bool(reader.error); });
  CHECK(reader.error == std::errc::connection_reset);
  CHECK(accepted[0]->description() == peer);
  CHECK(accepted[0]->peer_address() == "127.0.0.1");
  accepted[0]->close();
  CHECK(accepted[0]->description() == "socket");
  CHECK(accepted[0]->peer_address().empty());
}

TEST_CASE_FIXTURE(Fixture,
                  "accepted TCP sockets send without delay, and notice peers that are gone") {
  REQUIRE_FALSE(start({"127.0.0.1", 0}));
  const auto client =
      connect_now(listener.port(), ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  run_until(context, [&] { return accepted.size() == 1; });
  const int socket = descriptor_with_peer(local_port(client.number));
  REQUIRE(socket >= 0);
  int without_delay = 0;
  socklen_t size = sizeof without_delay;
  ::getsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &without_delay, &size);
  CHECK(without_delay != 0);
  int keep_alive = 0;
  ::getsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &keep_alive, &size);
  CHECK(keep_alive != 0);
  CHECK((::fcntl(socket, F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE_FIXTURE(Fixture, "localhost and every address listen on both families, on one port") {
  for (const char* host : {"localhost", "*", ""}) {
    CAPTURE(host);
    REQUIRE_FALSE(start({host, 0}));
    connect_accepted({"127.0.0.1", listener.port()});
    if (machine_has_v6()) connect_accepted({"::1", listener.port()});
  }
  CHECK(listener.url() == "mqtt://0.0.0.0:" + std::to_string(listener.port()));
}

TEST_CASE_FIXTURE(Fixture, "an interface stands for its addresses") {
  REQUIRE_FALSE(start({"lo", 0}));
  CHECK(listener.url().starts_with("mqtt://127.0.0.1:"));
  CHECK(connect_accepted({"127.0.0.1", listener.port()}));
}

TEST_CASE_FIXTURE(Fixture, "an address in use, or none at all, is an error that names it") {
  const Listener other("127.0.0.1");
  CHECK(start({"127.0.0.1", other.port()}) == std::errc::address_in_use);
  CHECK(detail == "127.0.0.1:" + std::to_string(other.port()) + ": Address already in use");
  CHECK(start({"localhost", other.port()}) == std::errc::address_in_use);
  CHECK(start({"no-such-interface", 1883}) == Error::bad_bind_address);
  CHECK(detail == "no-such-interface: not a local address or interface");
  CHECK(start({"192.0.2.1", 1883}) == std::errc::address_not_available);
  CHECK(listener.url().empty());
  CHECK(listener.port() == 0);
  context.run();  // and nothing is left to wait for
}

TEST_CASE_FIXTURE(Fixture, "two listeners share a port only when both ask for it") {
  ListenAddress address("127.0.0.1", 0);
  address.reuse_port = true;
  REQUIRE_FALSE(start(address));
  address.port = listener.port();
  net::Listener second(context);
  CHECK_FALSE(second.start(address, keep(), detail));
  net::Listener third(context);
  address.reuse_port = false;
  CHECK(third.start(address, keep(), detail) == std::errc::address_in_use);
}

TEST_CASE_FIXTURE(Fixture, "a Unix socket listens on a path, which goes with the listener") {
  const ScratchDirectory directory;
  const std::string path = directory.path / "100% sure?.sock";
  REQUIRE_FALSE(start(unix_address(path)));
  CHECK(parse_url(listener.url()).url.path == path);
  CHECK(listener.port() == 0);
  const auto client = connect_accepted(unix_options(path));
  CHECK(accepted[0]->description() == "unix");
  CHECK(accepted[0]->peer_address().empty());
  CHECK(client->description() == "unix " + path);
  listener.close();
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE_FIXTURE(Fixture, "a Unix socket listens on an abstract name") {
  const std::string name = "@mqrig-listener-test-" + std::to_string(::getpid());
  REQUIRE_FALSE(start(unix_address(name)));
  CHECK(listener.url() == "unix://" + name);
  CHECK(connect_accepted(unix_options(name)));
}

TEST_CASE_FIXTURE(Fixture, "only a socket file at which nobody listens is replaced") {
  const ScratchDirectory directory;
  const std::string path = directory.path / "s";
  {
    const Listener dead(directory.path / "s", 1);  // leaves its file behind
  }
  REQUIRE(std::filesystem::exists(path));
  REQUIRE_FALSE(start(unix_address(path)));
  connect_accepted(unix_options(path));

  net::Listener second(context);
  CHECK(second.start(unix_address(path), keep(), detail) == std::errc::address_in_use);
  CHECK(detail == path + ": Address already in use");
  connect_accepted(unix_options(path));

  const std::string file = directory.path / "file";
  Descriptor(::open(file.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  CHECK(second.start(unix_address(file), keep(), detail) == std::errc::address_in_use);
  CHECK(std::filesystem::exists(file));
}

TEST_CASE_FIXTURE(Fixture, "a file that a successor has put in its place is not unlinked") {
  const ScratchDirectory directory;
  const std::string path = directory.path / "s";
  REQUIRE_FALSE(start(unix_address(path)));
  std::filesystem::rename(path, directory.path / "old");
  net::Listener successor(context);
  REQUIRE_FALSE(successor.start(unix_address(path), keep(), detail));
  listener.close();
  CHECK(std::filesystem::exists(path));
}

TEST_CASE_FIXTURE(Fixture, "without a free descriptor a client is turned away, not left waiting") {
  REQUIRE_FALSE(start({"127.0.0.1", 0}));
  run_ready(context);
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  {
    const NoDescriptors none;
    const Descriptor client = connect_now(listener.port(), socket);
    run_until(context, [&] { return listener.refused() == 1; });
    std::uint8_t byte;
    CHECK(::recv(client.number, &byte, 1, 0) <= 0);
    run_ready(context);  // ends: the listening socket is not ready for ever
    CHECK(accepted.empty());
  }
  connect_accepted({"127.0.0.1", listener.port()});
  CHECK(listener.refused() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a listener may be closed or destroyed in its own call") {
  int calls = 0;
  auto own = std::make_unique<net::Listener>(context);
  bool destroy = false;
  SUBCASE("closed") {}
  SUBCASE("destroyed") {
    destroy = true;
  }
  const auto leave = [&](std::unique_ptr<Stream>) {
    ++calls;
    if (destroy) {
      own.reset();
    } else {
      own->close();
    }
  };
  REQUIRE_FALSE(own->start({"127.0.0.1", 0}, leave, detail));
  const std::uint16_t port = own->port();
  const auto first = connect_now(port, ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto second = connect_now(port, ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  context.run();
  CHECK(calls == 1);
}

TEST_CASE("loopback is what nobody outside can reach") {
  for (const char* host : {"127.0.0.1", "127.1.2.3", "::1", "localhost", "a.localhost", "lo"}) {
    CAPTURE(host);
    CHECK(is_loopback({host, 1883}));
  }
  for (const char* host : {"", "*", "0.0.0.0", "::", "192.0.2.1", "::ffff:127.0.0.1", "nonsense"}) {
    CAPTURE(host);
    CHECK_FALSE(is_loopback({host, 1883}));
  }
  CHECK(is_loopback(unix_address("/run/mqrig.sock")));
}

}  // namespace mqrig::net::tests
