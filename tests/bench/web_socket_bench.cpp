// What a WebSocket costs beside the plain stream below it: CPU per batch over TCP on the loopback,
// to and from a client, and the memory of an idle one.
#include <malloc.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mqrig/net/layer.hpp>
#include <mqrig/net/memory_stream.hpp>
#include <mqrig/net/socket_stream.hpp>
#include <mqrig/net/web_socket.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/bench/cpu_time.hpp"

namespace {

using namespace mqrig;
using Pair = std::pair<std::unique_ptr<net::Stream>, std::unique_ptr<net::Stream>>;

constexpr std::size_t read_size = 64 * 1024;

void require(bool claim, const char* what) {
  if (claim) return;
  std::fprintf(stderr, "%s\n", what);
  std::exit(1);
}

Pair tcp_pair(asio::io_context& context) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int connecting = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  const bool connected = ::bind(listener, generic, size) == 0 && ::listen(listener, 1) == 0 &&
                         ::getsockname(listener, generic, &size) == 0 &&
                         ::connect(connecting, generic, size) == 0;
  require(connected, "no TCP connection");
  const int accepted = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  ::close(listener);
  std::error_code error;
  auto client = net::open_socket(context, connecting, error);
  auto server = net::open_socket(context, accepted, error);
  require(!error, "no streams");
  return {std::move(client), std::move(server)};
}

Pair web_socket_pair(Pair below) {
  Pair pair{net::connect_web_socket(std::move(below.first), {.host = "localhost"}),
            net::accept_web_socket(std::move(below.second), {})};
  auto& client = dynamic_cast<net::Layer&>(*pair.first);
  std::error_code error;
  std::uint8_t byte;
  while (client.handshake(error) != net::Layer::Progress::done) {
    require(!error, "no handshake");
    pair.second->read_some({&byte, 1});
  }
  return pair;
}

// Writes some batches and then reads them. Returns the CPU time of one, in nanoseconds.
double transfer(const Pair& pair, bool up, std::size_t batch) {
  static const std::vector<std::uint8_t> bytes(256 * 1024, 'x');
  static std::vector<std::uint8_t> into(read_size);
  net::Stream& from = up ? *pair.first : *pair.second;
  net::Stream& to = up ? *pair.second : *pair.first;
  const std::size_t together = std::clamp<std::size_t>(512 * 1024 / batch, 1, 500);
  const std::size_t total = together * batch;
  const double begun = bench::cpu_time(0);
  std::size_t sent = 0;
  for (std::size_t read = 0; read < total; read += to.read_some(into).count) {
    while (sent < total) {
      const std::size_t count =
          from.write_some(std::span(bytes).subspan(sent % batch, batch - sent % batch)).count;
      if (count == 0) break;
      sent += count;
    }
  }
  return (bench::cpu_time(0) - begun) * 1e9 / static_cast<double>(together);
}

// By turns, and the best of each: then what else the machine does falls on all of them alike.
void compare(std::size_t batch) {
  asio::io_context context(1);
  const Pair plain = tcp_pair(context);
  const Pair framed = web_socket_pair(tcp_pair(context));
  double tcp = 1e12, up = 1e12, down = 1e12;
  for (int round = 0; round < 500; ++round) {
    tcp = std::min(tcp, transfer(plain, true, batch));
    up = std::min(up, transfer(framed, true, batch));
    down = std::min(down, transfer(framed, false, batch));
  }
  std::printf(
      "%6zu bytes: TCP %8.0f ns, from a client %8.0f ns (%+5.1f %%), to a client %8.0f ns (%+5.1f "
      "%%)\n",
      batch, tcp, up, 100 * (up / tcp - 1), down, 100 * (down / tcp - 1));
}

void idle_memory() {
  constexpr std::size_t count = 1000;
  asio::io_context context(1);
  const Pair first = web_socket_pair(net::memory_stream_pair(context));  // the thread's own buffers
  std::vector<Pair> below;
  for (std::size_t i = 0; i < count; ++i) below.push_back(net::memory_stream_pair(context));
  std::vector<Pair> pairs;
  pairs.reserve(count);
  const std::size_t before = mallinfo2().uordblks;
  std::uint8_t byte = 0;
  for (Pair& pair : below) {
    pairs.push_back(web_socket_pair(std::move(pair)));
    pairs.back().first->write_some({&byte, 1});
    pairs.back().second->read_some({&byte, 1});
  }
  const double held = static_cast<double>(mallinfo2().uordblks - before);
  std::printf("idle WebSocket, without the stream below: %.0f bytes\n", held / (2 * count));
}

}  // namespace

int main() {
  for (const std::size_t batch : {64u, 1024u, 8192u, 61440u, 65536u, 262144u}) compare(batch);
  idle_memory();
}
