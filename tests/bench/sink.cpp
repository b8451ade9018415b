// The other end of a benchmark: a broker that costs almost nothing. It counts and acknowledges what
// is published to it, and floods whoever subscribes.
//
//   sink [--messages N] [--size BYTES] [--topic TOPIC] [--qos QOS] [--receive-maximum N]
//
// It listens on a loopback port that the kernel chooses, prints "port N" at once, and when the last
// connection has ended one line of JSON: what it received, sent, and what CPU time that took.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/encode.hpp>

namespace {

using namespace mqrig::wire;

constexpr std::size_t block_size = 64 * 1024;

struct Settings {
  std::uint64_t messages = 0;  // for each subscriber
  std::size_t size = 16;
  std::string topic = "bench/topic";
  QoS qos = QoS::at_most_once;
  std::uint16_t receive_maximum = 0;  // 0: not said
};

struct Counts {
  std::uint64_t received = 0;  // PUBLISH packets, repeated ones too
  std::uint64_t bytes = 0;     // of their payloads
  std::uint64_t sent = 0;
  std::uint64_t acknowledged = 0;  // of those, completed
};

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

// One connection.
class Peer {
 public:
  Peer(int descriptor, const Settings& settings, Counts& counts)
      : descriptor_(descriptor), settings_(settings), counts_(counts) {}
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() { ::close(descriptor_); }

  // False when the connection is over.
  bool readable() {
    for (bool full = true; full;) {
      const ssize_t count = ::recv(descriptor_, in_.prepare(block_size), block_size, MSG_DONTWAIT);
      if (count < 0 && errno == EAGAIN) break;
      if (count <= 0) return false;
      in_.commit(static_cast<std::size_t>(count));
      full = static_cast<std::size_t>(count) == block_size;
      if (!take_packets()) return false;
    }
    return writable();
  }

  // Sends what waits, and as much of the flood as the peer takes.
  bool writable() {
    for (int turn = 0; turn < 16; ++turn) {
      flood();
      if (out_.empty()) return true;
      const ssize_t count =
          ::send(descriptor_, out_.data(), out_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (count < 0) return errno == EAGAIN;
      out_.consume(static_cast<std::size_t>(count));
    }
    return true;
  }

  bool wants_to_write() const { return !out_.empty() || may_send(); }

 private:
  bool take_packets() {
    ByteView bytes = in_.view();
    Frame frame;
    FrameResult result;
    bool going = true;
    while (going) {
      result = split_frame(bytes, max_remaining_length + 5, frame, version_);
      if (result.status != FrameStatus::complete) break;
      going = handle(frame);
      bytes = bytes.subspan(frame.size);
    }
    in_.consume(in_.size() - bytes.size());
    return going && result.status != FrameStatus::invalid;
  }

  bool handle(const Frame& frame) {
    switch (frame.type()) {
      case PacketType::connect:
        return connect(frame);
      case PacketType::publish:
        return publish(frame);
      case PacketType::pubrel:
        return answer(frame, PacketType::pubcomp);
      case PacketType::pubrec:
        return answer(frame, PacketType::pubrel);
      case PacketType::puback:
      case PacketType::pubcomp:
        ++counts_.acknowledged;
        --in_flight_;
        return true;
      case PacketType::subscribe:
        return subscribe(frame);
      case PacketType::pingreq:
        encode_pingresp(out_);
        return true;
      default:
        return false;  // DISCONNECT, and what a broker need not understand
    }
  }

  bool connect(const Frame& frame) {
    Connect packet;
    if (decode(frame, packet) != Fault::none) return false;
    version_ = packet.version;
    window_ = packet.properties.integer(PropertyId::receive_maximum).value_or(65'535);
    PropertyWriter properties;
    if (settings_.receive_maximum != 0) {
      properties.add(PropertyId::receive_maximum, settings_.receive_maximum);
    }
    Connack connack;
    connack.properties = properties.view();
    return encode(out_, version_, connack);
  }

  bool publish(const Frame& frame) {
    Publish packet;
    if (decode(frame, version_, packet) != Fault::none) return false;
    ++counts_.received;
    counts_.bytes += packet.payload.size();
    if (packet.qos == QoS::at_most_once) return true;
    Ack ack;
    ack.type = packet.qos == QoS::at_least_once ? PacketType::puback : PacketType::pubrec;
    ack.packet_id = packet.packet_id;
    return encode(out_, version_, ack);
  }

  bool answer(const Frame& frame, PacketType type) {
    Ack ack;
    if (decode(frame, version_, ack) != Fault::none) return false;
    Ack reply;
    reply.type = type;
    reply.packet_id = ack.packet_id;
    return encode(out_, version_, reply);
  }

  bool subscribe(const Frame& frame) {
    Subscribe packet;
    if (decode(frame, version_, packet) != Fault::none) return false;
    std::string reasons;
    for (Subscription entry; next_subscription(packet.entries, version_, entry);) {
      reasons += static_cast<char>(entry.qos);
      qos_ = std::min(settings_.qos, entry.qos);
    }
    SubscriptionAck ack;
    ack.packet_id = packet.packet_id;
    ack.reasons = as_bytes(reasons);
    encode(out_, version_, ack);
    remaining_ = settings_.messages;
    make_block();
    return true;
  }

  Publish message() const {
    Publish publish;
    publish.topic = settings_.topic;
    publish.payload = as_bytes(payload_);
    publish.qos = qos_;
    return publish;
  }

  // At QoS 0 all messages are the same bytes.
  void make_block() {
    payload_.clear();
    while (payload_.size() < settings_.size) payload_ += "0123456789abcdef";
    payload_.resize(settings_.size);
    encode(block_, version_, message());
    message_size_ = block_.size();
    const std::string one(as_text(block_.view()));
    while (block_.size() + message_size_ <= block_size) block_.append(as_bytes(one));
  }

  bool may_send() const { return remaining_ != 0 && in_flight_ < window_; }

  void flood() {
    if (out_.size() >= block_size || !may_send()) return;
    std::uint64_t count = 0;
    if (qos_ == QoS::at_most_once) {
      count = std::min<std::uint64_t>(remaining_, block_.size() / message_size_);
      out_.append(block_.view().first(count * message_size_));
    } else {
      Publish publish = message();
      for (; count < remaining_ && in_flight_ < window_ && out_.size() < block_size; ++count) {
        packet_id_ = packet_id_ == 65'535 ? PacketId{1} : static_cast<PacketId>(packet_id_ + 1);
        publish.packet_id = packet_id_;
        encode(out_, version_, publish);
        ++in_flight_;
      }
    }
    remaining_ -= count;
    counts_.sent += count;
  }

  int descriptor_;
  const Settings& settings_;
  Counts& counts_;
  Buffer in_;
  Buffer out_;
  Buffer block_;
  std::string payload_;
  std::size_t message_size_ = 0;
  std::uint64_t remaining_ = 0;  // of the flood
  std::uint32_t window_ = 65'535;
  std::uint32_t in_flight_ = 0;
  PacketId packet_id_ = 0;
  Version version_ = Version::mqtt_5;
  QoS qos_ = QoS::at_most_once;
};

class Sink {
 public:
  explicit Sink(const Settings& settings)
      : settings_(settings),
        poller_(::epoll_create1(EPOLL_CLOEXEC)),
        listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* name = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, name, length) != 0 || ::listen(listener_, 128) != 0) fail("listen");
    ::getsockname(listener_, name, &length);
    watch(EPOLL_CTL_ADD, listener_, EPOLLIN);
    std::printf("port %u\n", static_cast<unsigned>(ntohs(address.sin_port)));
    std::fflush(stdout);
  }

  // Until the last connection has ended.
  void run() {
    do {
      epoll_event events[64];
      const int count = ::epoll_wait(poller_, events, 64, -1);
      for (int i = 0; i < count; ++i) handle(events[i]);
    } while (!peers_.empty());
  }

  const Counts& counts() const { return counts_; }

 private:
  void watch(int action, int descriptor, std::uint32_t what) {
    epoll_event event{};
    event.events = what;
    event.data.fd = descriptor;
    if (::epoll_ctl(poller_, action, descriptor, &event) != 0) fail("epoll_ctl");
  }

  void accept() {
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) fail("accept");
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    peers_[descriptor] = std::make_unique<Peer>(descriptor, settings_, counts_);
    watch(EPOLL_CTL_ADD, descriptor, EPOLLIN);
  }

  void handle(const epoll_event& event) {
    const int descriptor = event.data.fd;
    if (descriptor == listener_) return accept();
    Peer& peer = *peers_[descriptor];
    const bool alive = (event.events & ~EPOLLOUT) != 0 ? peer.readable() : peer.writable();
    if (!alive) {
      peers_.erase(descriptor);
      return;
    }
    watch(EPOLL_CTL_MOD, descriptor,
          peer.wants_to_write() ? EPOLLIN | EPOLLOUT : std::uint32_t{EPOLLIN});
  }

  const Settings& settings_;
  int poller_;
  int listener_;
  std::map<int, std::unique_ptr<Peer>> peers_;
  Counts counts_;
};

Settings read_settings(int count, char** words) {
  Settings settings;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = words[i];
    const char* value = words[i + 1];
    const std::uint64_t number = std::strtoull(value, nullptr, 10);
    if (name == "--messages") {
      settings.messages = number;
    } else if (name == "--size") {
      settings.size = number;
    } else if (name == "--topic") {
      settings.topic = value;
    } else if (name == "--qos") {
      settings.qos = static_cast<QoS>(std::min<std::uint64_t>(number, 2));
    } else if (name == "--receive-maximum") {
      settings.receive_maximum = static_cast<std::uint16_t>(number);
    } else {
      std::fprintf(stderr, "sink: unknown option %s\n", words[i]);
      std::exit(2);
    }
  }
  return settings;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

int main(int count, char** words) {
  const Settings settings = read_settings(count, words);
  Sink sink(settings);
  sink.run();
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const Counts& counts = sink.counts();
  std::printf(
      "{\"received\":%llu,\"bytes\":%llu,\"sent\":%llu,\"acknowledged\":%llu,\"cpu\":%.6f}\n",
      static_cast<unsigned long long>(counts.received),
      static_cast<unsigned long long>(counts.bytes), static_cast<unsigned long long>(counts.sent),
      static_cast<unsigned long long>(counts.acknowledged),
      seconds(usage.ru_utime) + seconds(usage.ru_stime));
}
