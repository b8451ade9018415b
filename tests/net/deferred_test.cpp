#include <doctest/doctest.h>

#include <asio/post.hpp>
#include <memory>
#include <mqrig/net/deferred.hpp>
#include <mqrig/net/socket_stream.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/net/listener.hpp"
#include "tests/net/loop.hpp"

namespace mqrig::net::tests {
namespace {

struct Told final : Recorder {};

// Streams that become readable together, and a log of what is called.
struct Together {
  explicit Together(asio::io_context& context, std::size_t count) : recorders(count) {
    for (std::size_t i = 0; i < count; ++i) {
      int sockets[2];
      REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
      peers.emplace_back(sockets[1]);
      std::error_code error;
      streams.push_back(open_socket(context, sockets[0], error));
      REQUIRE(streams.back());
      recorders[i].when_readable = [this] { on_readable(); };
      streams.back()->set_handler(&recorders[i]);
      streams.back()->wait_readable();
    }
  }
  void make_readable() {
    for (const Descriptor& peer : peers) REQUIRE(::send(peer.number, "x", 1, MSG_NOSIGNAL) == 1);
  }
  void on_readable() {
    log += 'r';
    if (then) then();
  }

  std::vector<Descriptor> peers;
  std::vector<std::unique_ptr<Stream>> streams;
  std::vector<Told> recorders;
  std::function<void()> then;
  std::string log;
};

}  // namespace

TEST_CASE("a deferred call comes once, behind all streams that are ready, before other work") {
  asio::io_context context;
  Together streams(context, 3);
  Deferred deferred(context, [&] { streams.log += 'd'; });
  streams.then = [&] {
    asio::post(context, [&] { streams.log += 'p'; });
    deferred.request();
    deferred.request();
  };
  streams.make_readable();
  run_ready(context);
  CHECK(streams.log == "rrrdppp");
}

TEST_CASE("a call that is asked for outside a batch comes from the loop, and is work for it") {
  asio::io_context context;
  int calls = 0;
  Deferred deferred(context, [&] { ++calls; });
  deferred.request();
  CHECK(calls == 0);
  context.run();
  CHECK(calls == 1);
  context.restart();
  deferred.request();
  context.run();
  CHECK(calls == 2);
}

TEST_CASE("what a callback asks for comes behind other work") {
  asio::io_context context;
  Together streams(context, 1);
  std::unique_ptr<Deferred> deferred;
  deferred = std::make_unique<Deferred>(context, [&] {
    streams.log += 'd';
    if (streams.log.size() < 5) deferred->request();
  });
  streams.then = [&] {
    asio::post(context, [&] { streams.log += 'p'; });
    deferred->request();
  };
  streams.make_readable();
  run_ready(context);
  CHECK(streams.log == "rdpdd");
}

TEST_CASE("a callback may have the streams told that are ready by then") {
  asio::io_context context;
  Together streams(context, 2);
  Deferred deferred(context, [&] {
    streams.log += '(';
    streams.peers[0].reset();
    deferred.hand_out();
    streams.log += ')';
  });
  SUBCASE("behind a batch") {
    streams.then = [&] {
      if (streams.log == "r") deferred.request();
    };
    REQUIRE(::send(streams.peers[1].number, "x", 1, MSG_NOSIGNAL) == 1);
    run_ready(context);
    CHECK(streams.log == "r(r)");
  }
  SUBCASE("at other times") {
    deferred.request();
    run_ready(context);
    CHECK(streams.log == "(r)");
  }
}

TEST_CASE("a deferred call that is gone does not come") {
  asio::io_context context;
  Together streams(context, 2);
  int calls = 0;
  auto first = std::make_unique<Deferred>(context, [&] { ++calls; });
  auto second = std::make_unique<Deferred>(context, [&] { ++calls; });
  const auto request_both = [&] {
    if (first) first->request();
    if (second) second->request();
  };
  SUBCASE("destroyed outside a batch") {
    request_both();
    first.reset();
    run_ready(context);
    CHECK(calls == 1);
  }
  SUBCASE("destroyed by a stream that is ready too") {
    streams.then = [&] {
      request_both();
      if (streams.log == "rr") first.reset();
    };
    streams.make_readable();
    run_ready(context);
    CHECK(calls == 1);
  }
  SUBCASE("destroyed by the call before it, together with itself") {
    first = std::make_unique<Deferred>(context, [&] {
      first.reset();
      second.reset();
      ++calls;
    });
    request_both();
    run_ready(context);
    CHECK(calls == 1);
  }
}

TEST_CASE("a call outlives a handler that throws, and a loop that is stopped") {
  asio::io_context context;
  Together streams(context, 1);
  int calls = 0;
  Deferred deferred(context, [&] { ++calls; });
  SUBCASE("thrown out of a stream's call") {
    streams.then = [&] {
      deferred.request();
      throw std::runtime_error("of a handler");
    };
    streams.make_readable();
    CHECK_THROWS_AS(context.run(), std::runtime_error);
  }
  SUBCASE("thrown out of another deferred call") {
    Deferred thrower(context, [] { throw std::runtime_error("of a callback"); });
    thrower.request();
    deferred.request();
    CHECK_THROWS_AS(context.run(), std::runtime_error);
  }
  SUBCASE("stopped") {
    streams.then = [&] {
      deferred.request();
      context.stop();
    };
    streams.make_readable();
    context.run();
  }
  CHECK(calls == 0);
  run_ready(context);
  CHECK(calls == 1);
}

TEST_CASE("the last wait may be given up in a deferred call") {
  asio::io_context context;
  Together streams(context, 1);
  Deferred deferred(context, [&] { streams.streams.clear(); });
  deferred.request();
  context.run();  // has no work left, and returns
  CHECK(streams.log.empty());
}

}  // namespace mqrig::net::tests
