// Nanoseconds per message in the session, both roles and directions, without a network: requests
// in, packets out, and what an ideal peer sends in batches of one read. And the memory of an idle
// session.
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <vector>

#include <mqrig/session/client_session.hpp>
#include <mqrig/session/server_session.hpp>
#include <mqrig/wire/encode.hpp>
#include <mqrig/wire/publish_layout.hpp>

#include <tests/bench/rounds.hpp>

namespace {

using namespace mqrig;
using bench::best_of_rounds;
using session::ClientSession;
using wire::PacketId;
using wire::PacketType;
using wire::QoS;

constexpr wire::Version version = wire::Version::mqtt_5;

wire::Publish message(QoS qos, PacketId id = 0) {
  wire::Publish publish;
  publish.topic = "site/4/sensor/17/tem";  // 20 bytes
  publish.payload = wire::as_bytes("0123456789abcdef");
  publish.qos = qos;
  publish.packet_id = id;
  return publish;
}

struct Client {
  session::ClientSettings settings;
  ClientSession session{settings};

  explicit Client(wire::Buffer& out) {
    session.open({}, {}, out);
    wire::Buffer connack;
    wire::encode(connack, version, wire::Connack{});
    read(connack.view(), out);
    out.clear();
  }

  void read(wire::ByteView bytes, wire::Buffer& out) {
    session::Event event;
    while (session.read(bytes, {}, event, out)) bench::keep(event);
  }

  void publish(const wire::Publish& publish, std::size_t count, wire::Buffer& out) {
    for (; count > 0; --count) {
      if (session.publish(publish, count, {}, out)) std::abort();
    }
  }

  std::size_t pending() const { return session.pending(); }
};

// The server role with an owner that acknowledges what it receives, as a broker does.
struct Server {
  static session::ExchangeSettings manual() {
    session::ExchangeSettings settings;
    settings.ack_mode = session::AckMode::manual;
    return settings;
  }

  session::ServerSettings settings;
  session::Engine engine{session::Role::server, manual()};
  session::ServerSession session{settings};
  session::ServerEvent event;

  explicit Server(wire::Buffer& out) {
    wire::Buffer connect;
    wire::encode(connect, wire::Connect{});
    session.open({});
    read(connect.view(), out);
    if (session.accept(engine, {}, {}, out)) std::abort();
    out.clear();
  }

  void read(wire::ByteView bytes, wire::Buffer& out) {
    while (session.read(bytes, {}, event, out)) {
      bench::keep(&event);  // by value it would be copied
      if (event.kind != session::EventKind::message || event.receipt == 0) continue;
      engine.receiver().acknowledge(event.receipt, wire::ReasonCode::success, version, out);
    }
  }

  void publish(const wire::Publish& publish, std::size_t count, wire::Buffer& out) {
    wire::Buffer packet;
    wire::encode(packet, version, publish);
    const std::size_t offset = wire::packet_id_offset(packet.view());
    for (; count > 0; --count) {
      if (engine.forward(packet.view(), publish.qos, offset, count, out)) std::abort();
    }
  }

  std::size_t pending() const { return engine.sender().pending(); }
};

// Acknowledgements of the identifiers 1 to `count`, four bytes each.
wire::Buffer acknowledgements(PacketType type, std::size_t count) {
  wire::Buffer bytes;
  for (std::size_t id = 1; id <= count; ++id) {
    wire::Ack ack;
    ack.type = type;
    ack.packet_id = static_cast<PacketId>(id);
    wire::encode(bytes, version, ack);
  }
  return bytes;
}

// The window is kept full: the oldest messages are acknowledged, as many new ones published.
// Identifiers are reused first in, first out, so they come round in order.
template <class Role>
double publish_with_window(QoS qos, std::size_t in_flight) {
  constexpr std::size_t divisor_of_65535 = 771;
  const std::size_t batch = in_flight > 1000 ? divisor_of_65535 : in_flight;
  const std::size_t batches = in_flight / batch;
  const bool qos_2 = qos == QoS::exactly_once;
  const wire::Buffer first =
      acknowledgements(qos_2 ? PacketType::pubrec : PacketType::puback, in_flight);
  const wire::Buffer second = acknowledgements(PacketType::pubcomp, qos_2 ? in_flight : 0);
  const wire::Publish publish = message(qos);
  wire::Buffer out;
  Role role(out);
  role.publish(publish, in_flight, out);

  std::size_t at = 0;
  const std::size_t repetitions = std::max<std::size_t>(1, 20'000 / in_flight) * batches;
  const auto round = [&] {
    for (std::size_t i = 0; i < repetitions; ++i) {
      out.clear();
      role.read(first.view().subspan(at * batch * 4, batch * 4), out);
      if (qos_2) role.read(second.view().subspan(at * batch * 4, batch * 4), out);
      role.publish(publish, batch, out);
      at = (at + 1) % batches;
    }
  };
  const double ns = best_of_rounds(repetitions * batch, round, 15);
  if (role.pending() != in_flight) std::abort();
  return ns;
}

template <class Role>
double publish_qos_0() {
  constexpr std::size_t count = 1000;
  const wire::Publish publish = message(QoS::at_most_once);
  wire::Buffer out;
  Role role(out);
  return best_of_rounds(
      count,
      [&] {
        out.clear();
        role.publish(publish, count, out);
      },
      200);
}

// One read of messages, and of the PUBRELs of the QoS 2 messages before them.
template <class Role>
double receive(QoS qos) {
  constexpr std::size_t count = 1000;
  wire::Buffer bytes;
  for (std::size_t id = 1; id <= count; ++id) {
    const bool acknowledged = qos != QoS::at_most_once;
    const auto packet_id = static_cast<PacketId>(acknowledged ? id : 0);
    wire::encode(bytes, version, message(qos, packet_id));
  }
  if (qos == QoS::exactly_once) {
    bytes.append(acknowledgements(PacketType::pubrel, count).view());
  }
  wire::Buffer out;
  Role role(out);
  return best_of_rounds(
      count,
      [&] {
        out.clear();
        role.read(bytes.view(), out);
      },
      200);
}

// Heap that connected sessions own after a QoS 0 message in each direction.
double heap_of_idle_session() {
  constexpr std::size_t count = 10'000;
  const session::ClientSettings settings;
  wire::Buffer out;
  wire::Buffer in;
  wire::encode(in, version, wire::Connack{});
  wire::encode(in, version, message(QoS::at_most_once));
  std::vector<ClientSession> sessions;
  sessions.reserve(count);
  const auto run = [&] {
    sessions.emplace_back(settings);
    sessions.back().open({}, {}, out);
    wire::ByteView bytes = in.view();
    session::Event event;
    while (sessions.back().read(bytes, {}, event, out)) bench::keep(event);
    if (sessions.back().publish(message(QoS::at_most_once), 0, {}, out)) std::abort();
    out.clear();
  };
  run();
  const std::size_t before = mallinfo2().uordblks;
  while (sessions.size() < count) run();
  return static_cast<double>(mallinfo2().uordblks - before) / static_cast<double>(count - 1);
}

// The same of the engines that server sessions are bound to.
double heap_of_idle_engine() {
  constexpr std::size_t count = 10'000;
  wire::Buffer out;
  wire::Buffer in;
  wire::encode(in, version, message(QoS::at_most_once));
  std::vector<std::unique_ptr<Server>> servers;
  servers.reserve(count);
  const auto run = [&] {
    servers.push_back(std::make_unique<Server>(out));
    servers.back()->read(in.view(), out);
    servers.back()->publish(message(QoS::at_most_once), 1, out);
    out.clear();
  };
  run();
  const std::size_t before = mallinfo2().uordblks;
  while (servers.size() < count) run();
  const double all = static_cast<double>(mallinfo2().uordblks - before) / (count - 1);
  return all - static_cast<double>(malloc_usable_size(servers.back().get())) - sizeof(std::size_t);
}

template <class Role>
void measure_publish(const char* verb, std::initializer_list<std::size_t> windows) {
  std::printf("%s QoS 0 %*s %8.1f\n", verb, 43 - static_cast<int>(std::strlen(verb)), "",
              publish_qos_0<Role>());
  for (const QoS qos : {QoS::at_least_once, QoS::exactly_once}) {
    for (const std::size_t in_flight : windows) {
      std::printf("%s and complete QoS %d, %5zu in flight %*s %8.1f\n", verb, static_cast<int>(qos),
                  in_flight, 16 - static_cast<int>(std::strlen(verb)), "",
                  publish_with_window<Role>(qos, in_flight));
    }
  }
}

template <class Role>
void measure_receive() {
  std::printf("%-50s %8.1f\n", "receive QoS 0", receive<Role>(QoS::at_most_once));
  std::printf("%-50s %8.1f\n", "receive and acknowledge QoS 1", receive<Role>(QoS::at_least_once));
  std::printf("%-50s %8.1f\n", "receive and complete QoS 2", receive<Role>(QoS::exactly_once));
}

}  // namespace

int main() {
  std::printf("%-50s %8s\n", "MQTT 5.0, 20 bytes of topic, 16 of payload", "ns/msg");
  std::printf("client role\n");
  measure_publish<Client>("publish", {1, 20, 100, 1000, 65'535});
  measure_receive<Client>();
  std::printf("%-50s %8zu bytes\n", "idle session", sizeof(ClientSession));
  std::printf("%-50s %8.1f bytes\n", "heap of an idle QoS 0 session", heap_of_idle_session());
  std::printf("server role\n");
  measure_publish<Server>("forward", {1, 20, 100, 1000, 65'535});
  measure_receive<Server>();
  std::printf("%-50s %8zu bytes\n", "idle session", sizeof(session::ServerSession));
  std::printf("%-50s %8zu bytes\n", "idle engine", sizeof(session::Engine));
  std::printf("%-50s %8.1f bytes\n", "heap of an idle QoS 0 engine", heap_of_idle_engine());
}
