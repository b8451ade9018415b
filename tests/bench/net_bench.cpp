// What the event loop costs per wake-up of a stream, beside bare epoll, and what an idle stream
// takes of memory. Unix sockets, so that the network's own work hides as little as possible.
#include <malloc.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mqrig/net/socket_stream.hpp>
#include <vector>

#include "tests/bench/rounds.hpp"

namespace {

using namespace mqrig;
using Clock = std::chrono::steady_clock;

constexpr std::size_t streams = 2000;
constexpr int rounds = 300;

struct Pair {
  Pair() {
    int both[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, both) != 0) {
      std::abort();
    }
    ours = both[0];
    peers = both[1];
  }
  int ours;
  int peers;
};

// Reads what is there and waits again.
class Reader final : public net::StreamHandler {
 public:
  Reader(asio::io_context& context, int socket, std::size_t& total) : total_(total) {
    std::error_code error;
    stream_ = net::open_socket(context, socket, error);
    if (error) std::abort();
    stream_->set_handler(this);
    stream_->wait_readable();
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

 private:
  void on_readable() override {
    std::array<std::uint8_t, 64> buffer;
    total_ += stream_->read_some(buffer).count;
    stream_->wait_readable();
  }
  void on_writable() override {}

  std::unique_ptr<net::Stream> stream_;
  std::size_t& total_;
};

// Makes `active` of the sockets readable, then times how long `turn` takes to have read them all.
template <class Turn>
double wake_up(const std::vector<Pair>& pairs, std::size_t active, std::size_t& total, Turn turn) {
  double best = 1e9;
  std::size_t next = 0;
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < active; ++i) {
      if (::write(pairs[next].peers, "x", 1) != 1) std::abort();
      next = (next + 1) % pairs.size();
    }
    const std::size_t goal = total + active;
    const auto begun = Clock::now();
    while (total < goal) turn();
    const std::chrono::duration<double, std::nano> took = Clock::now() - begun;
    best = std::min(best, took.count() / static_cast<double>(active));
  }
  return best;
}

void bare_epoll(const std::vector<Pair>& pairs) {
  const int poller = ::epoll_create1(EPOLL_CLOEXEC);
  for (const Pair& pair : pairs) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = pair.ours;
    ::epoll_ctl(poller, EPOLL_CTL_ADD, pair.ours, &event);
  }
  std::size_t total = 0;
  const auto turn = [&] {
    std::array<epoll_event, 128> events;
    const int count = ::epoll_wait(poller, events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) {
      std::array<std::uint8_t, 64> buffer;
      const auto got = ::recv(events[static_cast<std::size_t>(i)].data.fd, buffer.data(),
                              buffer.size(), MSG_DONTWAIT);
      if (got > 0) total += static_cast<std::size_t>(got);
    }
  };
  for (const std::size_t active : {std::size_t{1}, std::size_t{10}, streams}) {
    std::printf("bare epoll, %4zu of %zu readable %17s %8.0f ns\n", active, streams, "",
                wake_up(pairs, active, total, turn));
  }
  ::close(poller);
}

void streams_in_loop(const std::vector<Pair>& pairs) {
  asio::io_context context(1);
  std::size_t total = 0;
  std::vector<std::unique_ptr<Reader>> readers;
  readers.reserve(streams + 1);
  const Pair first;  // pays for the loop
  readers.push_back(std::make_unique<Reader>(context, first.ours, total));
  context.poll();
  const std::size_t before = mallinfo2().uordblks;
  const auto begun = Clock::now();
  for (const Pair& pair : pairs) {
    readers.push_back(std::make_unique<Reader>(context, ::dup(pair.ours), total));
  }
  const std::chrono::duration<double, std::nano> took = Clock::now() - begun;
  const std::size_t held = mallinfo2().uordblks - before - streams * 32;  // less the readers
  std::printf("%-50s %8.0f ns\n", "open a stream and wait", took.count() / streams);
  const auto turn = [&] { context.poll(); };
  for (const std::size_t active : {std::size_t{1}, std::size_t{10}, streams}) {
    std::printf("stream, %4zu of %zu readable %21s %8.0f ns\n", active, streams, "",
                wake_up(pairs, active, total, turn));
  }
  const auto closing = Clock::now();
  readers.clear();
  const std::chrono::duration<double, std::nano> closed = Clock::now() - closing;
  std::printf("%-50s %8.0f ns\n", "close", closed.count() / streams);
  std::printf("%-50s %8.1f bytes\n", "idle stream that waits", static_cast<double>(held) / streams);
}

}  // namespace

int main() {
  const std::vector<Pair> pairs(streams);
  bare_epoll(pairs);
  streams_in_loop(pairs);
}
