#include <doctest/doctest.h>
#include <malloc.h>

#include <asio/io_context.hpp>
#include <atomic>
#include <cstdlib>
#include <mqrig/net/socket_stream.hpp>
#include <mqrig/net/timer.hpp>
#include <new>

#include "tests/net/listener.hpp"
#include "tests/net/loop.hpp"

namespace {

// Atomic: a resolver's thread allocates too.
std::atomic<std::size_t> allocations = 0;
std::atomic<std::size_t> bytes_held = 0;

}  // namespace

void* operator new(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  ++allocations;
  bytes_held += ::malloc_usable_size(memory) + sizeof(std::size_t);
  return memory;
}

// The sanitizers have one of their own, whose memory free(3) must not take.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return operator new(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void operator delete(void* memory) noexcept {
  if (memory != nullptr) bytes_held -= ::malloc_usable_size(memory) + sizeof(std::size_t);
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}

namespace mqrig::net::tests {

TEST_CASE("waiting and transferring allocate nothing once the loop is warm") {
  asio::io_context context;
  std::error_code error;
  int sockets[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
  const auto a = open_socket(context, sockets[0], error);
  const auto b = open_socket(context, sockets[1], error);
  Recorder at_a, at_b;
  std::uint8_t byte[1];
  int rounds = 0;
  std::size_t when_warm = 0;
  at_b.when_readable = [&] {
    while (b->read_some(byte).count == 1) b->write_some(byte);
    b->wait_readable();
  };
  at_a.when_readable = [&] {
    if (a->read_some(byte).count == 1) a->write_some(byte);
    if (++rounds == 100) when_warm = allocations;
    if (rounds == 1100) return context.stop();
    a->wait_writable();
    a->wait_readable();
  };
  a->set_handler(&at_a);
  b->set_handler(&at_b);
  a->write_some(bytes("x"));
  a->wait_readable();
  b->wait_readable();
  context.run();
  CHECK(rounds == 1100);
  CHECK(allocations - when_warm == 0);
}

TEST_CASE("moving a deadline later allocates nothing") {
  asio::io_context context;
  Timer timer(context, [] {});
  const auto begun = Timer::Clock::now();
  timer.expires_at(begun + std::chrono::hours(1));
  const std::size_t before = allocations;
  for (int i = 0; i < 1000; ++i)
    timer.expires_at(begun + std::chrono::hours(1) + i * std::chrono::seconds(1));
  CHECK(allocations == before);
}

TEST_CASE("an idle TCP connection that waits for bytes costs at most 64 bytes") {
  asio::io_context context;
  std::error_code error;
  const Listener listener("127.0.0.1");
  Recorder recorder;
  constexpr std::size_t count = 200;
  std::vector<std::unique_ptr<Stream>> streams;
  streams.reserve(count + 1);
  std::vector<Descriptor> clients;
  clients.reserve(count + 1);
  std::size_t before = 0;
  for (std::size_t i = 0; i <= count; ++i) {
    if (i == 1) before = bytes_held;  // the first one pays for the loop
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(listener.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    Descriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::connect(client.number, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    streams.push_back(open_socket(context, listener.accept().release(), error));
    streams.back()->set_handler(&recorder);
    streams.back()->wait_readable();
    clients.push_back(std::move(client));
  }
  const double each = static_cast<double>(bytes_held - before) / count;
  MESSAGE(each, " bytes");
  CHECK(each <= 64);
}

}  // namespace mqrig::net::tests
