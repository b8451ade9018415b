#include <doctest/doctest.h>

#include <asio/post.hpp>
#include <memory>
#include <mqrig/net/error.hpp>
#include <mqrig/net/socket_stream.hpp>
#include <stdexcept>
#include <vector>

#include "tests/net/listener.hpp"
#include "tests/net/loop.hpp"

namespace mqrig::net::tests {
namespace {

// A stream that waits for bytes, and the other end, outside the event loop.
struct End {
  explicit End(asio::io_context& context) {
    int sockets[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
    peer = Descriptor(sockets[1]);
    std::error_code error;
    stream = open_socket(context, sockets[0], error);
    REQUIRE(stream);
    stream->set_handler(&recorder);
    stream->wait_readable();
  }
  void make_readable() { REQUIRE(::send(peer.number, "x", 1, MSG_NOSIGNAL) == 1); }

  Descriptor peer;
  std::unique_ptr<Stream> stream;
  Recorder recorder;
};

using Ends = std::vector<std::unique_ptr<End>>;

Ends ends(asio::io_context& context, std::size_t count) {
  Ends made;
  for (std::size_t i = 0; i < count; ++i) made.push_back(std::make_unique<End>(context));
  return made;
}

int readable_calls(const Ends& of) {
  int calls = 0;
  for (const auto& end : of) calls += end->recorder.readable;
  return calls;
}

}  // namespace

TEST_CASE("streams that are ready together are told together, and other work is not kept waiting") {
  asio::io_context context;
  const Ends many = ends(context, 400);
  int told_before_post = 0;
  for (const auto& end : many) end->make_readable();
  many[0]->recorder.when_readable = [&] {
    asio::post(context, [&] { told_before_post = readable_calls(many); });
  };
  run_ready(context);
  CHECK(readable_calls(many) == 400);
  CHECK(told_before_post >= 100);
  CHECK(told_before_post < 400);
}

TEST_CASE("a stream that another's call destroys is not told, nor one that takes its place") {
  asio::io_context context;
  const Ends many = ends(context, 3);
  Ends later;
  int destroyed = 0;
  for (const auto& end : many) {
    end->make_readable();
    end->recorder.when_readable = [&, own = end.get()] {
      for (const auto& other : many) {
        if (other.get() == own || !other->stream) continue;
        other->stream.reset();
        later.push_back(std::make_unique<End>(context));
        ++destroyed;
      }
    };
  }
  run_ready(context);
  CHECK(destroyed == 2);
  CHECK(readable_calls(many) == 1);
  CHECK(readable_calls(later) == 0);
}

TEST_CASE("what was ready when the loop was stopped is told when it runs again") {
  asio::io_context context;
  const Ends many = ends(context, 3);
  for (const auto& end : many) {
    end->make_readable();
    end->recorder.when_readable = [&] { context.stop(); };
  }
  context.run();
  CHECK(readable_calls(many) == 1);
  context.restart();
  context.run();
  CHECK(readable_calls(many) == 2);
}

TEST_CASE("a call that throws leaves the others their turn") {
  asio::io_context context;
  const Ends many = ends(context, 3);
  for (const auto& end : many) {
    end->make_readable();
    end->recorder.when_readable = [] { throw std::runtime_error("of a handler"); };
  }
  for (int i = 1; i <= 3; ++i) {
    CHECK_THROWS_AS(context.run(), std::runtime_error);
    CHECK(readable_calls(many) == i);
  }
  context.restart();
  context.run();  // nobody waits any more
}

TEST_CASE("bytes, an end or an error for which nobody waits do not keep the loop busy") {
  asio::io_context context;
  End busy(context);
  const End idle(context);  // keeps the loop at work
  bool end_of_peer = false;
  SUBCASE("bytes") {}
  SUBCASE("the end") {
    end_of_peer = true;
  }
  busy.make_readable();
  run_ready(context);
  REQUIRE(busy.recorder.readable == 1);
  busy.make_readable();
  if (end_of_peer) busy.peer.reset();
  run_ready(context);  // one event, which nobody has waited for
  CHECK(context.poll() == 0);
  CHECK(busy.recorder.readable == 1);
  busy.stream->wait_readable();
  run_ready(context);
  CHECK(busy.recorder.readable == 2);
  std::uint8_t buffer[8];
  CHECK(busy.stream->read_some(buffer).count == 2);
  busy.stream->wait_writable();
  run_ready(context);
  CHECK(busy.recorder.writable == 1);
  CHECK(context.poll() == 0);
}

TEST_CASE("a wait may be begun and given up between two runs of the loop") {
  asio::io_context context;
  End first(context);
  first.stream.reset();  // the last wait: the loop has no work
  End second(context);   // and has some again before it notices
  second.make_readable();
  context.run();
  CHECK(second.recorder.readable == 1);
}

TEST_CASE("a closed stream is not told of through a copy of its descriptor") {
  asio::io_context context;
  int sockets[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
  const Descriptor copy(::dup(sockets[0]));
  const Descriptor peer(sockets[1]);
  const End idle(context);
  std::error_code error;
  auto stream = open_socket(context, sockets[0], error);
  Recorder recorder;
  stream->set_handler(&recorder);
  stream->wait_readable();
  stream.reset();
  REQUIRE(::send(peer.number, "x", 1, MSG_NOSIGNAL) == 1);
  run_ready(context);
  CHECK(recorder.readable == 0);
}

}  // namespace mqrig::net::tests
