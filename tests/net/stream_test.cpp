#include <doctest/doctest.h>

#include <memory>
#include <mqrig/net/error.hpp>
#include <mqrig/net/memory_stream.hpp>
#include <mqrig/net/socket_stream.hpp>

#include "tests/net/listener.hpp"
#include "tests/net/loop.hpp"

namespace mqrig::net::tests {
namespace {

using Pair = std::pair<std::unique_ptr<Stream>, std::unique_ptr<Stream>>;

Pair socket_pair(asio::io_context& context) {
  int sockets[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
  std::error_code error;
  Pair pair;
  pair.first = open_socket(context, sockets[0], error);
  pair.second = open_socket(context, sockets[1], error);
  return pair;
}

// Every kind of pair keeps the same contract.
Pair make_pair_of(asio::io_context& context, const std::string& kind) {
  return kind == "memory" ? memory_stream_pair(context, 1000) : socket_pair(context);
}

const char* const kinds[] = {"memory", "socket"};

}  // namespace

TEST_CASE("a wait is answered once, at once when the stream is ready already") {
  for (const std::string kind : kinds) {
    CAPTURE(kind);
    asio::io_context context;
    const auto [a, b] = make_pair_of(context, kind);
    Recorder at_a;
    a->set_handler(&at_a);
    a->wait_writable();
    a->wait_writable();
    CHECK(at_a.writable == 0);
    run_ready(context);
    CHECK(at_a.writable == 1);

    a->wait_readable();
    a->wait_readable();
    run_ready(context);
    CHECK(at_a.readable == 0);
    CHECK(b->write_some(bytes("xyz")).count == 3);
    CHECK(at_a.readable == 0);
    run_ready(context);
    CHECK(at_a.readable == 1);
    run_ready(context);
    CHECK(at_a.readable == 1);
    a->wait_readable();  // the bytes are still there
    run_ready(context);
    CHECK(at_a.readable == 2);

    std::uint8_t buffer[2];
    CHECK(a->read_some(buffer).count == 2);
    CHECK(a->read_some(buffer).count == 1);
    const IoResult nothing = a->read_some(buffer);
    CHECK(nothing.count == 0);
    CHECK_FALSE(nothing.error);
  }
}

TEST_CASE("the end comes after the bytes, stays, and leaves the other direction open") {
  for (const std::string kind : kinds) {
    CAPTURE(kind);
    asio::io_context context;
    const auto [a, b] = make_pair_of(context, kind);
    Recorder at_b;
    b->set_handler(&at_b);
    a->write_some(bytes("ab"));
    a->shutdown_send();
    std::uint8_t buffer[8];
    CHECK(b->read_some(buffer).count == 2);
    b->wait_readable();
    run_ready(context);
    CHECK(at_b.readable == 1);
    CHECK(b->read_some(buffer).error == Error::end_of_stream);
    CHECK(b->read_some(buffer).error == Error::end_of_stream);
    CHECK(b->write_some(bytes("answer")).count == 6);
    CHECK(a->read_some(buffer).count == 6);
    CHECK(a->write_some(bytes("late")).error == std::errc::broken_pipe);
  }
}

TEST_CASE("writing to a peer that is gone is an error, without a signal") {
  for (const std::string kind : kinds) {
    CAPTURE(kind);
    asio::io_context context;
    auto [a, b] = make_pair_of(context, kind);
    b.reset();
    Recorder at_a;
    a->set_handler(&at_a);
    a->wait_writable();
    run_ready(context);
    CHECK(at_a.writable == 1);
    CHECK(a->write_some(bytes("x")).error == std::errc::broken_pipe);
  }
}

TEST_CASE("megabytes pass through small buffers in both directions") {
  for (const std::string kind : kinds) {
    CAPTURE(kind);
    asio::io_context context;
    const auto [a, b] = make_pair_of(context, kind);
    const std::string text = pattern(2'000'003);
    Writer writer(*a, text);
    Reader reader(*b);
    run_until(context, [&] { return writer.done(); });
    a->shutdown_send();
    run_until(context, [&] { return bool(reader.error); });
    CHECK((reader.text == text));
    CHECK(writer.stalls > 0);
  }
}

TEST_CASE("after close nothing is called, and the loop has no work left") {
  for (const std::string kind : kinds) {
    CAPTURE(kind);
    asio::io_context context;
    auto [a, b] = make_pair_of(context, kind);
    Recorder at_a;
    a->set_handler(&at_a);
    a->wait_readable();
    a->wait_writable();
    b->write_some(bytes("x"));
    a->close();
    a->close();
    a->wait_readable();
    context.run();
    CHECK(at_a.readable == 0);
    CHECK(at_a.writable == 0);
    std::uint8_t buffer[8];
    CHECK(a->read_some(buffer).error == Error::closed);
    CHECK(a->write_some(bytes("x")).error == Error::closed);
    Reader at_b(*b);
    run_until(context, [&] { return bool(at_b.error); });
  }
}

TEST_CASE("a stream may be closed or destroyed inside its own call while the other call is due") {
  for (const std::string kind : kinds) {
    for (const bool destroy : {false, true}) {
      CAPTURE(kind);
      asio::io_context context;
      auto [a, b] = make_pair_of(context, kind);
      Recorder at_a;
      const auto leave = [&, stream = &a] {
        if (destroy) {
          stream->reset();
        } else {
          (*stream)->close();
        }
      };
      at_a.when_readable = leave;
      at_a.when_writable = leave;
      a->set_handler(&at_a);
      a->wait_readable();
      a->wait_writable();
      b->write_some(bytes("x"));
      context.run();
      CHECK(at_a.readable + at_a.writable == 1);
    }
  }
}

TEST_CASE("a handler may be replaced") {
  for (const std::string kind : kinds) {
    CAPTURE(kind);
    asio::io_context context;
    const auto [a, b] = make_pair_of(context, kind);
    Recorder first, second;
    a->set_handler(&first);
    a->wait_readable();
    a->set_handler(&second);
    b->write_some(bytes("x"));
    run_ready(context);
    CHECK(first.readable == 0);
    CHECK(second.readable == 1);
  }
}

TEST_CASE("a memory stream takes what fits and no more") {
  asio::io_context context;
  const auto [a, b] = memory_stream_pair(context, 4);
  CHECK(a->write_some(bytes("abcdef")).count == 4);
  CHECK(a->write_some(bytes("ef")).count == 0);
  Recorder at_a;
  a->set_handler(&at_a);
  a->wait_writable();
  run_ready(context);
  CHECK(at_a.writable == 0);
  std::uint8_t buffer[3];
  CHECK(b->read_some(buffer).count == 3);
  run_ready(context);
  CHECK(at_a.writable == 1);
  CHECK(a->write_some(bytes("ef")).count == 2);
  CHECK(b->read_some(buffer).count == 3);
  CHECK(std::string(buffer, buffer + 3) == "def");
}

TEST_CASE("a descriptor that is no socket cannot be watched as one") {
  asio::io_context context;
  std::error_code error;
  CHECK(open_socket(context, -1, error) == nullptr);
  CHECK(error == std::errc::bad_file_descriptor);
}

}  // namespace mqrig::net::tests
