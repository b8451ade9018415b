// What a load generator cannot beat: packets that were encoded beforehand, on a blocking socket,
// and acknowledgements that are counted and not looked at. For the sink, which acknowledges in
// order.
//
//   bare_generator publish --port N --count N [--size BYTES] [--qos QOS] [--inflight N]
//   bare_generator pace --port N --count N --rate N [--size BYTES] [--clients N]
//   bare_generator receive --port N --count N [--size BYTES]
//
// `publish` sends QoS 0 in large blocks, and QoS 1 and 2 with --inflight exchanges open. `pace`
// sends
// --rate a second in all, each at its time, over the --clients in turn: sleeping and waking are
// most of what that costs. `receive` subscribes at QoS 0 and takes messages until --count have
// come, all of the same --size: it counts bytes. Many connections at once are the `connections`
// program's.
//
// One line of JSON is the result: messages, and the time and the CPU time that they took.
#include <sys/prctl.h>

#include <array>
#include <chrono>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include <mqrig/wire/encode.hpp>

#include <tests/bench/arguments.hpp>
#include <tests/bench/cpu_time.hpp>
#include <tests/bench/stream.hpp>

namespace {

using namespace mqrig::bench;
namespace wire = mqrig::wire;
using wire::Buffer;
using wire::QoS;

constexpr wire::Version version = wire::Version::mqtt_3_1_1;
constexpr std::size_t block_size = 256 * 1024;
constexpr std::size_t ack_size = 4;  // of PUBACK to PUBCOMP, in 3.1.1 and of success in 5.0
constexpr const char* topic = "bench/topic";

struct Settings {
  std::uint16_t port = 0;
  std::uint64_t count = 0;
  std::uint64_t size = 0;
  QoS qos = QoS::at_most_once;
  std::uint64_t window = 0;
  std::uint64_t rate = 0;
  std::uint64_t clients = 0;
};

// Blocks, and ends the program when the connection ends before it should.
class Socket {
 public:
  explicit Socket(std::uint16_t port)
      : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), in_(block_size) {
    const sockaddr_in address = loopback(INADDR_LOOPBACK, port);
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      fail("connect");
    }
    const int on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Buffer out;
    wire::Connect packet;
    packet.version = version;
    packet.client_id = "bare";
    packet.keep_alive = 0;
    encode(out, packet);
    send(out.view());
    receive(4);  // CONNACK
  }
  ~Socket() { ::close(descriptor_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  void send(wire::ByteView bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) fail("send");
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
  }

  // What has come, at least one byte.
  wire::ByteView receive() {
    const ssize_t count = ::recv(descriptor_, in_.data(), in_.size(), 0);
    if (count <= 0) fail("recv");
    return {in_.data(), static_cast<std::size_t>(count)};
  }
  // The next `size` bytes, which are not looked at.
  void receive(std::size_t size) {
    if (::recv(descriptor_, in_.data(), size, MSG_WAITALL) != static_cast<ssize_t>(size)) {
      fail("recv");
    }
  }

  // DISCONNECT, and waits for the other side to have read all.
  void finish() {
    const std::array<std::uint8_t, 2> disconnect{0xE0, 0};
    send(disconnect);
    ::shutdown(descriptor_, SHUT_WR);
    while (::recv(descriptor_, in_.data(), in_.size(), 0) > 0) {
    }
  }

 private:
  int descriptor_;
  std::vector<std::uint8_t> in_;
};

// Packets that differ in their identifier alone, 1 to `count`, one behind the other in memory.
class Ring {
 public:
  template <class Encode>
  Ring(std::size_t count, Encode&& encode_one) : count_(count) {
    for (std::size_t i = 1; i <= count; ++i) {
      encode_one(packets_, static_cast<wire::PacketId>(i));
    }
    packet_size_ = packets_.size() / count;
  }

  std::size_t count() const { return count_; }

  // Calls send(bytes) for the next `count` packets, at most as many as there are, in one or two
  // pieces.
  template <class Send>
  void next(std::size_t count, Send&& send) {
    while (count != 0) {
      const std::size_t piece = std::min(count, count_ - next_);
      send(packets_.view().subspan(next_ * packet_size_, piece * packet_size_));
      next_ = (next_ + piece) % count_;
      count -= piece;
    }
  }

 private:
  Buffer packets_;
  std::size_t count_;
  std::size_t packet_size_ = 0;
  std::size_t next_ = 0;
};

wire::Publish message(const std::string& payload, QoS qos) {
  wire::Publish publish;
  publish.topic = topic;
  publish.payload = wire::as_bytes(payload);
  publish.qos = qos;
  return publish;
}

void publish_unacknowledged(Socket& socket, const Settings& settings) {
  const std::string payload(settings.size, 'x');
  const std::size_t size = wire::encoded_size(version, message(payload, QoS::at_most_once));
  Ring ring(std::max<std::size_t>(1, block_size / size), [&](Buffer& out, wire::PacketId) {
    encode(out, version, message(payload, QoS::at_most_once));
  });
  for (std::uint64_t left = settings.count; left != 0;) {
    const std::uint64_t count = std::min<std::uint64_t>(left, ring.count());
    ring.next(count, [&](wire::ByteView bytes) { socket.send(bytes); });
    left -= count;
  }
  socket.finish();
}

// The sink answers in order: the next identifier to send is always the one that got free first.
void publish_acknowledged(Socket& socket, const Settings& settings) {
  const std::string payload(settings.size, 'x');
  Ring publishes(settings.window, [&](Buffer& out, wire::PacketId packet_id) {
    wire::Publish packet = message(payload, settings.qos);
    packet.packet_id = packet_id;
    encode(out, version, packet);
  });
  Ring releases(settings.window, [](Buffer& out, wire::PacketId packet_id) {
    wire::Ack ack;
    ack.type = wire::PacketType::pubrel;
    ack.packet_id = packet_id;
    encode(out, version, ack);
  });
  const wire::PacketType last =
      settings.qos == QoS::at_least_once ? wire::PacketType::puback : wire::PacketType::pubcomp;
  std::uint64_t sent = 0;
  std::uint64_t completed = 0;
  std::size_t received = 0;  // in QoS 2: PUBRECs that PUBREL has to answer
  std::size_t offset = 0;    // within the acknowledgement that the last read has cut
  Buffer out;
  const auto append = [&](wire::ByteView bytes) { out.append(bytes); };
  while (completed != settings.count) {
    releases.next(received, append);
    received = 0;
    const std::uint64_t count =
        std::min(settings.count - sent, settings.window - (sent - completed));
    publishes.next(count, append);
    sent += count;
    socket.send(out.view());
    out.clear();
    const wire::ByteView acks = socket.receive();
    for (std::size_t i = (ack_size - offset) % ack_size; i < acks.size(); i += ack_size) {
      const bool completes = static_cast<wire::PacketType>(acks[i] >> 4U) == last;
      ++(completes ? completed : received);
    }
    offset = (offset + acks.size()) % ack_size;
  }
  socket.finish();
}

void publish_paced(const Settings& settings) {
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  const std::string payload(settings.size, 'x');
  Buffer packet;
  encode(packet, version, message(payload, QoS::at_most_once));
  std::deque<Socket> sockets;
  while (sockets.size() < settings.clients) sockets.emplace_back(settings.port);
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < settings.count; ++i) {
    const auto due = start + std::chrono::nanoseconds(i * 1'000'000'000 / settings.rate);
    if (due > std::chrono::steady_clock::now()) std::this_thread::sleep_until(due);
    sockets[i % sockets.size()].send(packet.view());
  }
  for (Socket& socket : sockets) socket.finish();
}

void receive(Socket& socket, const Settings& settings) {
  const std::string payload(settings.size, 'x');
  const std::size_t size = wire::encoded_size(version, message(payload, QoS::at_most_once));
  wire::Subscription subscription;
  subscription.filter = topic;
  Buffer out;
  encode_subscribe(out, version, 1, {&subscription, 1}, {});
  socket.send(out.view());
  socket.receive(5);  // SUBACK
  for (std::uint64_t bytes = 0; bytes < settings.count * size;) bytes += socket.receive().size();
  socket.finish();
}

}  // namespace

int main(int count, char** words) {
  const std::string what = count > 1 ? words[1] : "";
  if (what != "publish" && what != "pace" && what != "receive") {
    std::fputs("bare_generator publish|pace|receive --port N --count N\n", stderr);
    return 2;
  }
  Arguments arguments(count - 1, words + 1);
  Settings settings;
  settings.port = static_cast<std::uint16_t>(arguments.number("--port", 1883, 1, 65'535));
  settings.count = arguments.number("--count", 1'000'000, 1, 1'000'000'000);
  settings.size = arguments.number("--size", 16, 1, 1'000'000);
  settings.qos = static_cast<QoS>(arguments.number("--qos", 0, 0, 2));
  settings.window = arguments.number("--inflight", 1000, 1, 65'535);
  settings.rate = arguments.number("--rate", 1000, 1, 10'000'000);
  settings.clients = arguments.number("--clients", 100, 1, 10'000);
  arguments.finish();
  const double cpu = cpu_time(0);
  const auto start = std::chrono::steady_clock::now();
  if (what == "pace") {
    publish_paced(settings);
  } else {
    Socket socket(settings.port);
    if (what == "receive") {
      receive(socket, settings);
    } else if (settings.qos == QoS::at_most_once) {
      publish_unacknowledged(socket, settings);
    } else {
      publish_acknowledged(socket, settings);
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("{\"messages\":%llu,\"seconds\":%.6f,\"cpu\":%.6f}\n",
              static_cast<unsigned long long>(settings.count), took.count(), cpu_time(0) - cpu);
}
