// The other end of a benchmark: a broker that costs almost nothing. It counts and acknowledges what
// is published to it, and floods whoever subscribes.
//
//   sink [--source N] [--size BYTES] [--publishers N] [--run N] [--qos QOS] [--topic TOPIC]
//        [--receive-maximum N] [--freeze-after N --freeze SECONDS]
//
// It listens on a loopback port that the kernel chooses, and says which in a line of JSON. Each
// line on stdin is answered with one that holds the counts so far. When stdin has ended, or at
// SIGTERM, what is still under way is counted, and the counts are printed for the last time.
//
// --source sends so many messages to each subscriber. Their topic is the first filter of the
// subscriber, wildcards replaced, or --topic. With --run they have the stamps of that load test, as
// if --publishers had sent them in turn. --freeze reads and sends nothing for so long, once
// --freeze-after messages have come.
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include <tests/bench/arguments.hpp>
#include <tests/bench/cpu_time.hpp>
#include <tests/bench/descriptors.hpp>
#include <tests/bench/sink_peer.hpp>
#include <tests/bench/stream.hpp>

namespace {

using namespace mqrig::bench;
namespace wire = mqrig::wire;
using Clock = std::chrono::steady_clock;

struct Freeze {
  std::uint64_t after = 0;           // messages
  std::chrono::milliseconds time{};  // 0: never
};

double seconds(Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

void print(const SinkCounts& counts) {
  const auto count = [](const char* name, std::uint64_t value) {
    std::printf("\"%s\":%llu,", name, static_cast<unsigned long long>(value));
  };
  std::putchar('{');
  count("received", counts.received());
  count("qos0", counts.published[0]);
  count("qos1", counts.published[1]);
  count("qos2", counts.published[2]);
  count("repeated", counts.repeated);
  count("released", counts.released);
  count("bytes", counts.bytes);
  count("connects", counts.connects);
  count("disconnects", counts.disconnects);
  count("dropped", counts.dropped);
  count("invalid", counts.invalid);
  count("subscribed", counts.subscribed);
  count("pings", counts.pings);
  count("sent", counts.sent);
  count("acknowledged", counts.acknowledged);
  std::printf("\"seconds\":%.6f,\"connect_seconds\":%.6f,\"cpu\":%.6f}\n",
              seconds(counts.last_message - counts.first_message),
              seconds(counts.last_connect - counts.first_connection), cpu_time(0));
  std::fflush(stdout);
}

class Sink {
 public:
  Sink(const SinkSettings& settings, const Freeze& freeze)
      : settings_(settings),
        freeze_(freeze),
        poller_(::epoll_create1(EPOLL_CLOEXEC)),
        listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_in address = loopback(INADDR_LOOPBACK, 0);
    socklen_t length = sizeof address;
    auto* name = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, name, length) != 0 || ::listen(listener_, 65'535) != 0) fail("listen");
    ::getsockname(listener_, name, &length);
    watch(EPOLL_CTL_ADD, listener_, EPOLLIN);
    watch_for_the_end();
    std::printf("{\"port\":%u}\n", static_cast<unsigned>(ntohs(address.sin_port)));
    std::fflush(stdout);
  }

  // Until it is told to end, and then until nothing more comes: what the clients have sent before
  // may still be in the sockets.
  void run() {
    while (!ended_) turn(-1);
    const auto deadline = Clock::now() + std::chrono::seconds(2);
    while (turn(open_ != 0 ? 100 : 0) && Clock::now() < deadline) {
    }
  }

  const SinkCounts& counts() const { return counts_; }

 private:
  struct Entry {
    std::unique_ptr<SinkPeer> peer;
    std::uint32_t watched = EPOLLIN;
  };

  void watch(int action, int descriptor, std::uint32_t what) {
    epoll_event event{};
    event.events = what;
    event.data.fd = descriptor;
    if (::epoll_ctl(poller_, action, descriptor, &event) != 0) fail("epoll_ctl");
  }

  void watch_for_the_end() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    signals_ = ::signalfd(-1, &signals, SFD_CLOEXEC);
    watch(EPOLL_CTL_ADD, signals_, EPOLLIN);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = STDIN_FILENO;
    // What epoll refuses is a file or /dev/null, which says nothing: a signal ends the program.
    ::epoll_ctl(poller_, EPOLL_CTL_ADD, STDIN_FILENO, &event);
  }

  // False when nothing happened in that time.
  bool turn(int milliseconds) {
    epoll_event events[256];
    const int count = ::epoll_wait(poller_, events, 256, milliseconds);
    counts_.now = Clock::now();
    for (int i = 0; i < count; ++i) handle(events[i].data.fd, events[i].events);
    return count > 0;
  }

  void handle(int descriptor, std::uint32_t events) {
    if (descriptor == listener_) return accept();
    if (descriptor == signals_) return end(signals_);
    if (descriptor == STDIN_FILENO) return take_command();
    Entry& entry = peers_[static_cast<std::size_t>(descriptor)];
    if (!entry.peer) return;
    const bool alive =
        (events & ~std::uint32_t{EPOLLOUT}) != 0 ? entry.peer->readable() : entry.peer->writable();
    if (!alive) {
      entry.peer.reset();
      --open_;
      return;
    }
    const std::uint32_t wanted = entry.peer->wants_to_write() ? EPOLLIN | EPOLLOUT : EPOLLIN;
    if (wanted != entry.watched) watch(EPOLL_CTL_MOD, descriptor, wanted);
    entry.watched = wanted;
    if (freeze_.time.count() != 0 && counts_.received() >= freeze_.after) freeze();
  }

  void accept() {
    for (;;) {
      const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (descriptor < 0 && (errno == EAGAIN || errno == ECONNABORTED)) return;
      if (descriptor < 0) fail("accept");
      if (counts_.first_connection == Clock::time_point()) counts_.first_connection = counts_.now;
      const int on = 1;
      ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      const auto index = static_cast<std::size_t>(descriptor);
      if (peers_.size() <= index) peers_.resize(index + 1);
      peers_[index] = {std::make_unique<SinkPeer>(descriptor, settings_, counts_, scratch_)};
      ++open_;
      watch(EPOLL_CTL_ADD, descriptor, EPOLLIN);
    }
  }

  void take_command() {
    char bytes[256];
    const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
    if (count <= 0) return end(STDIN_FILENO);
    for (ssize_t i = 0; i < count; ++i) {
      if (bytes[i] == '\n') print(counts_);
    }
  }

  void end(int descriptor) {
    ended_ = true;
    ::epoll_ctl(poller_, EPOLL_CTL_DEL, descriptor, nullptr);
  }

  void freeze() {
    std::this_thread::sleep_for(freeze_.time);
    freeze_.time = {};
  }

  const SinkSettings& settings_;
  Freeze freeze_;
  int poller_;
  int listener_;
  int signals_ = -1;
  std::vector<Entry> peers_;  // by descriptor
  std::size_t open_ = 0;
  SinkCounts counts_;
  wire::Buffer scratch_;
  bool ended_ = false;
};

SinkSettings read_settings(Arguments& arguments) {
  constexpr std::uint64_t many = 1'000'000'000;
  SinkSettings settings;
  settings.source.messages = arguments.number("--source", 0, 0, many);
  settings.source.run = arguments.number("--run", 0, 0, ~std::uint64_t{0});
  settings.source.size = arguments.number(
      "--size", 16, settings.source.run != 0 ? mqrig::load::Stamp::size : 1, 1'000'000);
  settings.source.publishers =
      arguments.number("--publishers", 1, 1, mqrig::load::Stamp::most_streams);
  settings.source.qos = static_cast<wire::QoS>(arguments.number("--qos", 2, 0, 2));
  settings.topic = arguments.text("--topic", "");
  settings.receive_maximum =
      static_cast<std::uint16_t>(arguments.number("--receive-maximum", 0, 0, 65'535));
  return settings;
}

}  // namespace

int main(int count, char** words) {
  Arguments arguments(count, words);
  const SinkSettings settings = read_settings(arguments);
  Freeze freeze;
  freeze.after = arguments.number("--freeze-after", 0, 0, 1'000'000'000);
  freeze.time = std::chrono::milliseconds(1000 * arguments.number("--freeze", 0, 0, 3600));
  arguments.finish();
  use_all_descriptors();
  Sink sink(settings, freeze);
  sink.run();
  print(sink.counts());
}
