// What a message costs in allocations, and an idle connection in bytes.
#include <malloc.h>

#include <doctest/doctest.h>

#include <mqrig/net/memory_stream.hpp>
#include <mqrig/wire/encode.hpp>
#include <tests/support/broker_rig.hpp>
#include <tests/wire/counting_new.hpp>

using namespace mqrig;
using test::BrokerRig;
using test::MqttPeer;
using wire::QoS;
using wire::test::allocation_count;

namespace {

constexpr int batch = 500;

wire::Buffer messages(QoS qos) {
  wire::Buffer bytes;
  wire::Publish packet;
  packet.topic = "site/4/sensor/17";
  packet.payload = wire::as_bytes("0123456789abcdef");
  packet.qos = qos;
  for (wire::PacketId id = 1; id <= batch; ++id) {
    if (qos != QoS::at_most_once) packet.packet_id = id;
    wire::encode(bytes, wire::Version::mqtt_5, packet);
  }
  return bytes;
}

}  // namespace

TEST_CASE("a message at QoS 0 costs no allocation, whatever the number of its subscribers") {
  for (const int subscribers : {1, 10}) {
    BrokerRig rig;
    std::vector<MqttPeer*> peers;
    for (int i = 0; i < subscribers; ++i) {
      peers.push_back(&rig.subscriber("s" + std::to_string(i), "site/+/sensor/#"));
      peers.back()->keep = false;
    }
    MqttPeer& publisher = rig.connect("p");
    const wire::Buffer bytes = messages(QoS::at_most_once);
    const auto allocations = [&] {
      const std::size_t before = allocation_count();
      publisher.send(bytes);
      rig.settle();
      return allocation_count() - before;
    };
    for (int i = 0; i < 5; ++i) allocations();
    // A turn has its own: output buffers, and what the event loop of memory streams posts.
    const std::size_t of_turn = 20 + 20 * static_cast<std::size_t>(subscribers);
    std::size_t most = 0;
    const std::size_t before_messages = peers[0]->messages();
    for (int i = 0; i < 50; ++i) most = std::max(most, allocations());
    CHECK(most < of_turn);
    CHECK(of_turn < static_cast<std::size_t>(batch * subscribers));
    CHECK(peers[0]->messages() == before_messages + 50 * batch);
  }
}

TEST_CASE("an idle connection with its session costs a kilobyte at most") {
  BrokerRig rig;
  constexpr std::size_t count = 1000;
  // The stream's own buffers are not the broker's.
  std::vector<std::unique_ptr<net::Stream>> ours;
  std::vector<std::unique_ptr<net::Stream>> theirs;
  for (std::size_t i = 0; i < count; ++i) {
    auto [here, there] = net::memory_stream_pair(rig.context, 256);
    wire::Connect connect;
    const std::string id = "client-" + std::to_string(i);
    connect.client_id = id;
    wire::Buffer bytes;
    wire::encode(bytes, connect);
    here->write_some(bytes.view());
    ours.push_back(std::move(here));
    theirs.push_back(std::move(there));
  }
  MqttPeer& warm = rig.connect("warm");
  const std::size_t before = ::mallinfo2().uordblks;
  for (auto& stream : theirs) rig.broker->attach(std::move(stream));
  rig.settle();
  const std::size_t after = ::mallinfo2().uordblks;
  CHECK(rig.broker->statistics().clients_now == count + 1);
  CHECK((after - before) / count <= 1024);
  warm.ping();
  rig.settle();
}
