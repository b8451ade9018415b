#include <doctest/doctest.h>
#include <netdb.h>

#include <mqrig/net/connect.hpp>
#include <optional>

#include "tests/net/connecting.hpp"

namespace mqrig::net::tests {
namespace {

using namespace std::chrono_literals;

// Too long a label for the DNS: the resolver refuses it without asking any server.
const std::string impossible_name(64, 'a');

struct Fixture {
  asio::io_context context;
  Connector connector{context};
  Outcome outcome;

  void connect(ConnectOptions options) {
    connector.start(std::move(options), outcome.record());
    CHECK_FALSE(outcome.called);
    run_until(context, [this] { return outcome.called; });
    CHECK((outcome.stream != nullptr) == !outcome.error);
  }

  // Connects to a listener that accepts nobody until its queue is full, and it answers no more.
  std::vector<std::unique_ptr<Stream>> fill_backlog(ConnectOptions options) {
    std::vector<std::unique_ptr<Stream>> queued;
    options.timeout = 20ms;
    do {
      REQUIRE(queued.size() < 100);
      outcome = {};
      connect(options);
      if (outcome.stream) queued.push_back(std::move(outcome.stream));
    } while (!outcome.error);
    return queued;
  }
};

ConnectOptions unix_options(const std::filesystem::path& path) {
  ConnectOptions options;
  options.unix_path = path;
  return options;
}

void check_echo(asio::io_context& context, Stream& client, Descriptor accepted) {
  std::error_code error;
  const auto server = open_socket(context, accepted.release(), error);
  REQUIRE(server);
  const std::string request = pattern(16'000'000);
  const std::string answer = pattern(2'000'001);
  Writer out(client, request);
  Reader server_in(*server);
  run_until(context, [&] { return out.done(); });
  client.shutdown_send();
  run_until(context, [&] { return bool(server_in.error); });
  CHECK(server_in.error == Error::end_of_stream);
  CHECK((server_in.text == request));
  CHECK(out.stalls > 0);

  Writer server_out(*server, answer);
  Reader in(client);
  run_until(context, [&] { return server_out.done(); });
  server->close();
  run_until(context, [&] { return bool(in.error); });
  CHECK(in.error == Error::end_of_stream);
  CHECK((in.text == answer));
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "TCP over IPv4 carries megabytes both ways, with half close") {
  const Listener listener("127.0.0.1");
  connect({"127.0.0.1", listener.port()});
  REQUIRE(outcome.stream);
  CHECK(outcome.stream->description() == "tcp 127.0.0.1:" + std::to_string(listener.port()));
  CHECK(connector.detail().empty());
  check_echo(context, *outcome.stream, listener.accept());
}

TEST_CASE_FIXTURE(Fixture, "TCP over IPv6 carries megabytes both ways, with half close") {
  const Listener listener("::1");
  connect({"::1", listener.port()});
  REQUIRE(outcome.stream);
  CHECK(outcome.stream->description() == "tcp [::1]:" + std::to_string(listener.port()));
  check_echo(context, *outcome.stream, listener.accept());
}

TEST_CASE_FIXTURE(Fixture, "a Unix socket carries megabytes both ways, with half close") {
  const ScratchDirectory directory;
  const Listener listener(directory.path / "s", 16);
  connect(unix_options(directory.path / "s"));
  REQUIRE(outcome.stream);
  CHECK(outcome.stream->description() == "unix " + (directory.path / "s").string());
  check_echo(context, *outcome.stream, listener.accept());
}

TEST_CASE_FIXTURE(Fixture, "localhost finds the listener on either family without the resolver") {
  std::string address;
  SUBCASE("IPv4 only") {
    address = "127.0.0.1";
  }
  SUBCASE("IPv6 only") {
    address = "::1";
  }
  const Listener listener(address);
  for (const char* host : {"localhost", "LOCALHOST.", "broker.localhost"}) {
    outcome = {};
    connect({host, listener.port()});
    CHECK(outcome.stream);
  }
}

TEST_CASE_FIXTURE(Fixture, "a refused connection names every address and its reason") {
  Listener listener("127.0.0.1");
  const std::string port = std::to_string(listener.port());
  listener.close();
  SUBCASE("a numeric address") {
    connect({"127.0.0.1", listener.port()});
    CHECK(outcome.error == std::errc::connection_refused);
    CHECK(connector.detail() == "127.0.0.1:" + port + ": Connection refused");
  }
  SUBCASE("a name with two addresses") {
    connect({"localhost", listener.port()});
    CHECK(outcome.error == std::errc::connection_refused);
    CHECK(connector.detail() ==
          "[::1]:" + port + ": Connection refused; 127.0.0.1:" + port + ": Connection refused");
  }
}

TEST_CASE_FIXTURE(Fixture, "a missing Unix socket is no such file") {
  const ScratchDirectory directory;
  connect(unix_options(directory.path / "none"));
  CHECK(outcome.error == std::errc::no_such_file_or_directory);
  CHECK(connector.detail() == (directory.path / "none").string() + ": No such file or directory");
}

TEST_CASE_FIXTURE(Fixture, "a Unix path that no socket address holds is named") {
  connect(unix_options(std::string(108, 'x')));
  CHECK(outcome.error == Error::bad_unix_path);
}

TEST_CASE_FIXTURE(Fixture, "an abstract Unix socket is written with @") {
  // Nobody listens: what matters is that no file is looked for.
  connect(unix_options("@mqrig-test-that-nobody-serves"));
  CHECK(outcome.error == std::errc::connection_refused);
}

TEST_CASE_FIXTURE(Fixture, "a Unix listener with a full backlog is tried again until it accepts") {
  const ScratchDirectory directory;
  const Listener listener(directory.path / "s", 0);
  ConnectOptions options = unix_options(directory.path / "s");
  const auto queued = fill_backlog(options);
  CHECK(outcome.error == Error::connect_timeout);
  CHECK(connector.detail() == options.unix_path + ": no answer within 20 ms");

  outcome = {};
  options.timeout = 10s;
  connector.start(options, outcome.record());
  run_ready(context);
  CHECK_FALSE(outcome.called);
  const Descriptor accepted = listener.accept();
  run_until(context, [&] { return outcome.called; });
  CHECK(outcome.stream);
}

TEST_CASE_FIXTURE(Fixture, "an address that never answers ends with the time-out") {
  const Listener listener("127.0.0.1", 0, 0);
  const auto queued = fill_backlog({"127.0.0.1", listener.port()});
  CHECK(outcome.error == Error::connect_timeout);
  CHECK(connector.detail() ==
        "127.0.0.1:" + std::to_string(listener.port()) + ": no answer within 20 ms");
}

TEST_CASE_FIXTURE(Fixture, "a silent address does not keep the next one waiting") {
  const Listener silent("::1", common_port(), 0);
  const auto queued = fill_backlog({"::1", silent.port()});
  const Listener listener("127.0.0.1", silent.port());
  outcome = {};
  const auto begun = std::chrono::steady_clock::now();
  connect({"localhost", silent.port()});
  REQUIRE(outcome.stream);
  CHECK(outcome.stream->description().starts_with("tcp 127.0.0.1:"));
  CHECK(std::chrono::steady_clock::now() - begun >= 250ms);
}

TEST_CASE_FIXTURE(Fixture, "nothing is called after cancel or destruction") {
  const Listener listener("127.0.0.1");
  SUBCASE("cancelled before the loop turns") {
    connector.start({"127.0.0.1", listener.port()}, outcome.record());
    connector.cancel();
  }
  SUBCASE("destroyed before the loop turns") {
    Connector other(context);
    other.start({"127.0.0.1", listener.port()}, outcome.record());
  }
  SUBCASE("while an address is silent") {
    const Listener silent("127.0.0.1", 0, 0);
    const auto queued = fill_backlog({"127.0.0.1", silent.port()});
    outcome = {};
    connector.start({"127.0.0.1", silent.port()}, outcome.record());
    run_ready(context);
    connector.cancel();
  }
  SUBCASE("while a name is being resolved") {
    connector.start({impossible_name, 1883}, outcome.record());
    context.poll_one();
    connector.cancel();
  }
  context.restart();
  context.run();
  CHECK_FALSE(outcome.called);
}

TEST_CASE_FIXTURE(Fixture, "a connector may be destroyed or used again from its callback") {
  const Listener listener("127.0.0.1");
  int calls = 0;
  SUBCASE("destroyed") {
    auto owned = std::make_unique<Connector>(context);
    owned->start({"127.0.0.1", listener.port()},
                 [&](std::error_code, std::unique_ptr<Stream> stream) {
                   owned.reset();
                   calls += stream != nullptr ? 2 : 0;
                 });
    run_until(context, [&] { return calls == 2; });
  }
  SUBCASE("used again") {
    std::function<void(std::error_code, std::unique_ptr<Stream>)> again =
        [&](std::error_code, std::unique_ptr<Stream>) {
          if (++calls < 3) connector.start({"127.0.0.1", listener.port()}, again);
        };
    connector.start({"127.0.0.1", listener.port()}, again);
    run_until(context, [&] { return calls == 3; });
  }
  run_ready(context);
}

TEST_CASE_FIXTURE(Fixture, "the local address can be chosen") {
  const Listener listener("127.0.0.1");
  ConnectOptions options("localhost", listener.port());
  std::string seen;
  SUBCASE("by address") {
    options.bind_address = seen = "127.0.0.2";
  }
  SUBCASE("by interface") {
    options.bind_address = "lo";
    seen = "127.0.0.1";
  }
  connect(options);
  REQUIRE(outcome.stream);
  const Descriptor accepted = listener.accept();
  sockaddr_in peer{};
  socklen_t size = sizeof peer;
  ::getpeername(accepted.number, reinterpret_cast<sockaddr*>(&peer), &size);
  CHECK(::inet_ntoa(peer.sin_addr) == seen);
}

TEST_CASE_FIXTURE(Fixture, "a bind address that does not fit is reported as such") {
  ConnectOptions options("127.0.0.1", 1883);
  SUBCASE("not of this machine") {
    options.bind_address = "192.0.2.77";
    connect(options);
    CHECK(outcome.error == std::errc::address_not_available);
    CHECK(connector.detail() ==
          "127.0.0.1:1883: bind to 192.0.2.77: Cannot assign requested address");
  }
  SUBCASE("of the other family") {
    options.bind_address = "::1";
    connect(options);
    CHECK(outcome.error == Error::no_address_of_family);
  }
  SUBCASE("no address and no interface") {
    options.bind_address = "no-such-interface";
    connect(options);
    CHECK(outcome.error == Error::bad_bind_address);
    CHECK(connector.detail() == "bind to no-such-interface: not a local address or interface");
  }
}

TEST_CASE_FIXTURE(Fixture, "a name that does not exist is reported with the resolver's words") {
  connect({impossible_name, 1883});
  const bool expected =
      outcome.error == Error::name_not_found || outcome.error == Error::resolver_failed;
  CHECK(expected);
  CHECK(connector.detail().starts_with(impossible_name + ": "));
}

TEST_CASE_FIXTURE(Fixture, "a name that the resolver knows is connected to") {
  // Debian's /etc/hosts gives the machine's own name a loopback address; elsewhere it may not.
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  addrinfo* found = nullptr;
  const bool known = ::getaddrinfo(name, nullptr, nullptr, &found) == 0;
  std::string address;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family != AF_INET) continue;
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(entry->ai_addr);
    if (ntohl(v4->sin_addr.s_addr) >> 24 == 127) address = ::inet_ntoa(v4->sin_addr);
  }
  if (known) ::freeaddrinfo(found);
  if (address.empty()) return;
  const Listener listener(address);
  connect({name, listener.port()});
  CHECK(outcome.stream);
}

}  // namespace mqrig::net::tests
