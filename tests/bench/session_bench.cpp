// Nanoseconds per message in the session, both directions, without a network: requests in, packets
// out, and what an ideal server sends in batches of one read. And the memory of an idle session.
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include <mqrig/session/client_session.hpp>
#include <mqrig/wire/encode.hpp>

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

struct Connected {
  session::ClientSettings settings;
  ClientSession session{settings};

  explicit Connected(wire::Buffer& out) {
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
  Connected client(out);
  client.publish(publish, in_flight, out);

  std::size_t at = 0;
  const std::size_t repetitions = std::max<std::size_t>(1, 20'000 / in_flight) * batches;
  const auto round = [&] {
    for (std::size_t i = 0; i < repetitions; ++i) {
      out.clear();
      client.read(first.view().subspan(at * batch * 4, batch * 4), out);
      if (qos_2) client.read(second.view().subspan(at * batch * 4, batch * 4), out);
      client.publish(publish, batch, out);
      at = (at + 1) % batches;
    }
  };
  const double ns = best_of_rounds(repetitions * batch, round, 15);
  if (client.session.pending() != in_flight) std::abort();
  return ns;
}

double publish_qos_0() {
  constexpr std::size_t count = 1000;
  const wire::Publish publish = message(QoS::at_most_once);
  wire::Buffer out;
  Connected client(out);
  return best_of_rounds(
      count,
      [&] {
        out.clear();
        client.publish(publish, count, out);
      },
      200);
}

// One read of messages, and of the PUBRELs of the QoS 2 messages before them.
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
  Connected client(out);
  return best_of_rounds(
      count,
      [&] {
        out.clear();
        client.read(bytes.view(), out);
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

}  // namespace

int main() {
  std::printf("%-50s %8s\n", "MQTT 5.0, 20 bytes of topic, 16 of payload", "ns/msg");
  std::printf("%-50s %8.1f\n", "publish QoS 0", publish_qos_0());
  for (const QoS qos : {QoS::at_least_once, QoS::exactly_once}) {
    for (const std::size_t in_flight : {1U, 20U, 100U, 1000U, 65'535U}) {
      std::printf("publish and complete QoS %d, %5zu in flight %9s %8.1f\n", static_cast<int>(qos),
                  in_flight, "", publish_with_window(qos, in_flight));
    }
  }
  std::printf("%-50s %8.1f\n", "receive QoS 0", receive(QoS::at_most_once));
  std::printf("%-50s %8.1f\n", "receive and acknowledge QoS 1", receive(QoS::at_least_once));
  std::printf("%-50s %8.1f\n", "receive and complete QoS 2", receive(QoS::exactly_once));
  std::printf("%-50s %8zu bytes\n", "idle session", sizeof(ClientSession));
  std::printf("%-50s %8.1f bytes\n", "heap of an idle QoS 0 session", heap_of_idle_session());
}
