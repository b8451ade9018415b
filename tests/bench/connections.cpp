// Opens many connections to a broker and holds them: for the memory that an idle client costs, for
// keep alive at scale, and for floods of connections.
//
//   connections --port N --count N [--parallel N] [--per-address N] [--first-address N]
//               [--keep-alive SECONDS] [--silent] [--pid N]
//
// With --silent nothing is sent: the broker waits for a CONNECT that never comes. Otherwise each
// connection sends CONNECT and waits for CONNACK, and with --keep-alive one PINGREQ in that time,
// all of them spread evenly. What else arrives is counted and not answered. A source address takes
// --per-address connections (connect(2) gets slow above), the first being 127.0.0.1 plus
// --first-address.
//
// One line of JSON says how the opening went; a second one, when stdin has ended, what happened
// since. Then all connections are dropped without DISCONNECT.
#include <sys/epoll.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/encode.hpp>

#include <tests/bench/arguments.hpp>
#include <tests/bench/cpu_time.hpp>
#include <tests/bench/descriptors.hpp>
#include <tests/bench/stream.hpp>

namespace {

using namespace mqrig::bench;
namespace wire = mqrig::wire;
using Clock = std::chrono::steady_clock;
using unsigned_long = unsigned long long;

struct Settings {
  std::uint16_t port = 0;
  std::size_t count = 0;
  std::size_t parallel = 0;  // connections that are being opened at a time
  std::size_t per_address = 0;
  std::uint32_t first_address = 0;
  std::uint16_t keep_alive = 0;  // seconds, 0: off
  bool silent = false;
};

struct Counts {
  std::size_t opened = 0;
  std::size_t refused = 0;  // by TCP or by CONNACK, or ended before it came
  std::size_t closed = 0;   // after it was open
  std::uint64_t pings = 0;
  std::uint64_t answers = 0;
  std::uint64_t others = 0;  // packets that are no PINGRESP
};

class Connections {
 public:
  explicit Connections(const Settings& settings)
      : settings_(settings), poller_(::epoll_create1(EPOLL_CLOEXEC)) {
    connections_.reserve(settings.count);
  }

  const Counts& counts() const { return counts_; }

  // Until each one is open or refused.
  void open() {
    while (counts_.opened + counts_.refused < settings_.count) {
      while (connections_.size() < settings_.count &&
             connections_.size() - counts_.opened - counts_.refused < settings_.parallel) {
        start();
      }
      turn(-1);
    }
  }

  // Until stdin ends.
  void hold() {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = from_stdin;
    // What epoll refuses is a file, which has nothing to wait for.
    if (::epoll_ctl(poller_, EPOLL_CTL_ADD, STDIN_FILENO, &event) != 0) return;
    const auto start = Clock::now();
    while (!ended_) turn(ping(start));
  }

 private:
  static constexpr std::uint64_t from_stdin = ~std::uint64_t{0};
  enum class State : std::uint8_t { connecting, waiting, open, over };
  struct Connection {
    std::unique_ptr<Stream> stream;
    State state = State::connecting;
  };

  void start() {
    const std::size_t index = connections_.size();
    const auto source = static_cast<std::uint32_t>(INADDR_LOOPBACK + settings_.first_address +
                                                   index / settings_.per_address);
    constexpr std::size_t block = 256;
    connections_.push_back({std::make_unique<Stream>(settings_.port, block, source)});
    watch(EPOLL_CTL_ADD, index, EPOLLOUT);
  }

  void watch(int action, std::size_t index, std::uint32_t what) {
    epoll_event event{};
    event.events = what;
    event.data.u64 = index;
    if (::epoll_ctl(poller_, action, connections_[index].stream->descriptor(), &event) != 0) {
      fail("epoll_ctl");
    }
  }

  void turn(int milliseconds) {
    epoll_event events[256];
    const int count = ::epoll_wait(poller_, events, 256, milliseconds);
    for (int i = 0; i < count; ++i) {
      if (events[i].data.u64 == from_stdin) {
        char bytes[256];
        ended_ = ::read(STDIN_FILENO, bytes, sizeof bytes) <= 0;
      } else {
        handle(events[i].data.u64);
      }
    }
  }

  void handle(std::size_t index) {
    Connection& connection = connections_[index];
    if (connection.state == State::connecting) {
      if (!connection.stream->connected() || !greet(index)) return end(connection);
      watch(EPOLL_CTL_MOD, index, EPOLLIN);
      return;
    }
    const bool alive = connection.stream->receive(
        wire::Version::mqtt_5, [&](const wire::Frame& frame) { return take(connection, frame); });
    if (!alive) end(connection);
  }

  bool greet(std::size_t index) {
    Connection& connection = connections_[index];
    if (settings_.silent) {
      connection.state = State::open;
      ++counts_.opened;
      return true;
    }
    connection.state = State::waiting;
    const std::string client_id =
        "bench-" + std::to_string(settings_.first_address) + "-" + std::to_string(index);
    wire::Connect packet;
    packet.client_id = client_id;
    packet.keep_alive = settings_.keep_alive;
    encode(connection.stream->out(), packet);
    return flush(connection);
  }

  // Idle connections own no memory for what they send.
  static bool flush(Connection& connection) {
    const bool alive = connection.stream->flush();
    if (connection.stream->drained()) connection.stream->out().release();
    return alive;
  }

  bool take(Connection& connection, const wire::Frame& frame) {
    if (frame.type() == wire::PacketType::connack && connection.state == State::waiting) {
      wire::Connack packet;
      if (decode(frame, wire::Version::mqtt_5, packet) != wire::Fault::none) return false;
      if (packet.reason != wire::ReasonCode::success) return false;
      connection.state = State::open;
      ++counts_.opened;
    } else {
      ++(frame.type() == wire::PacketType::pingresp ? counts_.answers : counts_.others);
    }
    return true;
  }

  void end(Connection& connection) {
    ++(connection.state == State::open ? counts_.closed : counts_.refused);
    connection.state = State::over;
    connection.stream.reset();
  }

  // Sends the pings that are due; the milliseconds until the next one is, -1 for never.
  int ping(Clock::time_point start) {
    if (settings_.keep_alive == 0 || counts_.opened == counts_.closed) return -1;
    const std::chrono::duration<double> passed = Clock::now() - start;
    const double interval =
        static_cast<double>(settings_.keep_alive) / static_cast<double>(connections_.size());
    for (; static_cast<double>(next_) * interval <= passed.count(); ++next_) {
      Connection& connection = connections_[next_ % connections_.size()];
      if (connection.state != State::open) continue;
      ++counts_.pings;
      encode_pingreq(connection.stream->out());
      if (!flush(connection)) end(connection);
    }
    const double wait = static_cast<double>(next_) * interval - passed.count();
    return static_cast<int>(wait * 1000) + 1;
  }

  const Settings& settings_;
  int poller_;
  std::vector<Connection> connections_;
  Counts counts_;
  std::size_t next_ = 0;  // to send a ping
  bool ended_ = false;
};

Settings read_settings(Arguments& arguments) {
  Settings settings;
  settings.port = static_cast<std::uint16_t>(arguments.number("--port", 1883, 1, 65'535));
  settings.count = arguments.number("--count", 1000, 1, 1'000'000);
  settings.parallel = arguments.number("--parallel", 64, 1, 1'000'000);
  settings.per_address = arguments.number("--per-address", 9'500, 1, 50'000);
  settings.first_address =
      static_cast<std::uint32_t>(arguments.number("--first-address", 0, 0, 16'000'000));
  settings.keep_alive = static_cast<std::uint16_t>(arguments.number("--keep-alive", 0, 0, 65'535));
  settings.silent = arguments.flag("--silent");
  return settings;
}

}  // namespace

int main(int count, char** words) {
  Arguments arguments(count, words);
  const Settings settings = read_settings(arguments);
  const auto broker = static_cast<pid_t>(arguments.number("--pid", 0, 0, 1U << 30U));
  arguments.finish();
  use_all_descriptors();
  Connections connections(settings);
  const double before = broker != 0 ? cpu_time(broker) : 0;
  const auto start = Clock::now();
  connections.open();
  const std::chrono::duration<double> took = Clock::now() - start;
  const Counts& counts = connections.counts();
  std::printf(
      "{\"opened\":%zu,\"refused\":%zu,\"seconds\":%.6f,\"cpu\":%.6f,\"broker_cpu\":%.6f}\n",
      counts.opened, counts.refused, took.count(), cpu_time(0),
      broker != 0 ? cpu_time(broker) - before : 0);
  std::fflush(stdout);
  connections.hold();
  std::printf("{\"pings\":%llu,\"answers\":%llu,\"others\":%llu,\"closed\":%zu}\n",
              static_cast<unsigned_long>(counts.pings), static_cast<unsigned_long>(counts.answers),
              static_cast<unsigned_long>(counts.others), counts.closed);
}
