// What a connect with net::Connector costs of CPU beside a bare loop of connect(2), from several
// loopback addresses to a child process that accepts.
//
//   connect_bench [--count N] [--rounds N] [--parallel N]
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <asio/io_context.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mqrig/net/connect.hpp>
#include <string>
#include <vector>

#include <tests/bench/arguments.hpp>
#include <tests/bench/cpu_time.hpp>

namespace {

using namespace mqrig;

constexpr std::uint32_t sources = 4;  // 127.0.0.2 and following

std::uint32_t source(std::size_t index) {
  return INADDR_LOOPBACK + 1 + static_cast<std::uint32_t>(index % sources);
}

sockaddr_in address(std::uint32_t host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(host);
  address.sin_port = htons(port);
  return address;
}

void require(bool fine, const char* what) {
  if (fine) return;
  std::perror(what);
  std::exit(1);
}

void enable(int socket, int level, int option) {
  const int on = 1;
  require(::setsockopt(socket, level, option, &on, sizeof on) == 0, "setsockopt");
}

// Accepts, and resets each connection whose client has ended: nothing stays in TIME_WAIT.
[[noreturn]] void serve(int listener) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int poller = ::epoll_create1(0);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = listener;
  ::epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    std::array<epoll_event, 256> events;
    const int count = ::epoll_wait(poller, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int ready = events[static_cast<std::size_t>(i)].data.fd;
      if (ready != listener) {
        ::close(ready);
        continue;
      }
      for (int socket; (socket = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
        event.data.fd = socket;
        ::epoll_ctl(poller, EPOLL_CTL_ADD, socket, &event);
      }
    }
  }
}

struct Settings {
  std::uint16_t port = 0;
  std::size_t count = 0;
  std::size_t parallel = 0;
};

void reset(int socket) {
  const linger now{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(socket);
}

double bare(const Settings& settings) {
  const int poller = ::epoll_create1(EPOLL_CLOEXEC);
  const sockaddr_in remote = address(INADDR_LOOPBACK, settings.port);
  std::vector<int> sockets;
  sockets.reserve(settings.count);
  const double begun = bench::cpu_time(0);
  for (std::size_t done = 0; done < settings.count;) {
    while (sockets.size() < settings.count && sockets.size() - done < settings.parallel) {
      const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      require(socket >= 0, "socket");
      enable(socket, IPPROTO_TCP, TCP_NODELAY);
      enable(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
      const sockaddr_in local = address(source(sockets.size()), 0);
      require(::bind(socket, reinterpret_cast<const sockaddr*>(&local), sizeof local) == 0, "bind");
      ::connect(socket, reinterpret_cast<const sockaddr*>(&remote), sizeof remote);
      epoll_event event{};
      event.events = EPOLLOUT;
      event.data.fd = socket;
      require(::epoll_ctl(poller, EPOLL_CTL_ADD, socket, &event) == 0, "epoll_ctl");
      sockets.push_back(socket);
    }
    std::array<epoll_event, 256> events;
    const int count = ::epoll_wait(poller, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i, ++done) {
      epoll_event& event = events[static_cast<std::size_t>(i)];
      int failure = 0;
      socklen_t size = sizeof failure;
      ::getsockopt(event.data.fd, SOL_SOCKET, SO_ERROR, &failure, &size);
      require(failure == 0, "connect");
      event.events = EPOLLIN;
      ::epoll_ctl(poller, EPOLL_CTL_MOD, event.data.fd, &event);
    }
  }
  const double took = bench::cpu_time(0) - begun;
  for (const int socket : sockets) reset(socket);
  ::close(poller);
  return took;
}

// One of several, each of which starts anew when it has a stream.
class Dialer {
 public:
  Dialer(asio::io_context& context, const Settings& settings,
         std::vector<std::unique_ptr<net::Stream>>& streams, std::size_t& started)
      : connector_(context), settings_(settings), streams_(streams), started_(started) {}

  void dial() {
    if (started_ == settings_.count) return;
    net::ConnectOptions options("127.0.0.1", settings_.port);
    options.bind_address = "127.0.0." + std::to_string(source(started_++) & 0xFF);
    connector_.start(std::move(options),
                     [this](std::error_code error, std::unique_ptr<net::Stream> stream) {
                       if (error) std::printf("%s\n", connector_.detail().c_str());
                       if (error) std::exit(1);
                       streams_.push_back(std::move(stream));
                       dial();
                     });
  }

 private:
  net::Connector connector_;
  const Settings& settings_;
  std::vector<std::unique_ptr<net::Stream>>& streams_;
  std::size_t& started_;
};

double with_connectors(const Settings& settings) {
  asio::io_context context(1);
  std::vector<std::unique_ptr<net::Stream>> streams;
  streams.reserve(settings.count);
  std::size_t started = 0;
  std::vector<std::unique_ptr<Dialer>> dialers;
  for (std::size_t i = 0; i < settings.parallel; ++i) {
    dialers.push_back(std::make_unique<Dialer>(context, settings, streams, started));
  }
  const double begun = bench::cpu_time(0);
  for (const auto& dialer : dialers) dialer->dial();
  context.run();
  return bench::cpu_time(0) - begun;
}

double median(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int count, char** words) {
  bench::Arguments arguments(count, words);
  Settings settings;
  settings.count = arguments.number("--count", 4000, 1, 9000);
  settings.parallel = arguments.number("--parallel", 64, 1, 4000);
  const std::size_t rounds = arguments.number("--rounds", 21, 1, 1000);
  arguments.finish();

  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in local = address(INADDR_LOOPBACK, 0);
  socklen_t size = sizeof local;
  require(::bind(listener, reinterpret_cast<sockaddr*>(&local), size) == 0, "bind");
  require(::listen(listener, SOMAXCONN) == 0, "listen");
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&local), &size);
  settings.port = ntohs(local.sin_port);
  const pid_t server = ::fork();
  if (server == 0) serve(listener);
  ::close(listener);

  std::vector<double> bare_times, connector_times;
  for (std::size_t round = 0; round < rounds; ++round) {
    bare_times.push_back(bare(settings));
    connector_times.push_back(with_connectors(settings));
  }
  ::kill(server, SIGKILL);
  ::waitpid(server, nullptr, 0);
  const double scale = 1e6 / static_cast<double>(settings.count);
  const auto print = [&](const char* what, std::vector<double>& times) {
    const double middle = median(times);
    std::printf("%-24s %7.2f us CPU a connect (best %.2f)\n", what, middle * scale,
                times.front() * scale);
  };
  print("bare connect(2)", bare_times);
  print("net::Connector", connector_times);
}
