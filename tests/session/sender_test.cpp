// The sending half on its own, as both roles use it.
#include <doctest/doctest.h>

#include <algorithm>

#include <mqrig/session/sender.hpp>
#include <mqrig/wire/encode.hpp>

#include <tests/support/packet_text.hpp>

using namespace mqrig;
using session::Sender;
using test::Lines;
using wire::PacketId;
using wire::PacketType;
using wire::QoS;
using wire::ReasonCode;
using wire::Version;

namespace {

struct Sending {
  Sender sender;
  wire::Buffer out;
  session::Limits limits;

  Sending() {
    sender.set_window(65'535, 65'535);
    sender.resume(false, Version::mqtt_5);
  }

  PacketId publish(QoS qos, std::uint64_t token = 0, std::size_t payload = 0) {
    const PacketId id = sender.allocate(token);
    const std::vector<std::uint8_t> bytes(payload, 'x');
    wire::Publish publish;
    publish.topic = "t";
    publish.qos = qos;
    publish.packet_id = id;
    publish.payload = bytes;
    wire::Buffer packet;
    wire::encode(packet, Version::mqtt_5, publish);
    sender.keep(id, qos, packet.view());
    return id;
  }

  Sender::Outcome acknowledge(PacketType type, PacketId id,
                              ReasonCode reason = ReasonCode::success) {
    return sender.acknowledged({.type = type, .packet_id = id, .reason = reason, .properties = {}},
                               Version::mqtt_5, out);
  }

  Lines resent(std::size_t enough = static_cast<std::size_t>(-1)) {
    sender.resend(limits, out, enough);
    return sent();
  }
  Lines sent() {
    const Lines lines = test::packet_texts(out.view(), Version::mqtt_5);
    out.clear();
    return lines;
  }
};

}  // namespace

TEST_CASE("identifiers begin at 1 and are reused in the order in which they became free") {
  Sending sending;
  for (PacketId id = 1; id <= 4; ++id) CHECK(sending.publish(QoS::at_least_once) == id);
  sending.acknowledge(PacketType::puback, 3);
  sending.acknowledge(PacketType::puback, 1);
  CHECK(sending.publish(QoS::at_least_once) == 3);
  CHECK(sending.publish(QoS::at_least_once) == 1);
  CHECK(sending.publish(QoS::at_least_once) == 5);
}

TEST_CASE("an identifier that was given back is used again") {
  Sending sending;
  const PacketId id = sending.sender.allocate(1);
  sending.sender.release(id);
  CHECK(sending.sender.allocate(2) == id);
  CHECK(sending.sender.pending() == 0);
}

TEST_CASE("messages complete in any order, and those that are left keep theirs [MQTT-4.6.0-1]") {
  // Every order in which the first, a middle and the last one may leave.
  const PacketId orders[][3] = {{1, 3, 5}, {5, 3, 1}, {3, 1, 5}, {2, 3, 4}, {4, 3, 2}};
  for (const auto& order : orders) {
    Sending sending;
    for (int i = 0; i < 5; ++i) sending.publish(QoS::at_least_once);
    Lines left{"PUBLISH q1 dup id=1 t=t", "PUBLISH q1 dup id=2 t=t", "PUBLISH q1 dup id=3 t=t",
               "PUBLISH q1 dup id=4 t=t", "PUBLISH q1 dup id=5 t=t"};
    for (const PacketId id : order) {
      CHECK(sending.acknowledge(PacketType::puback, id).completed);
      left[id - 1U].clear();
    }
    left.erase(std::remove(left.begin(), left.end(), std::string()), left.end());
    sending.sender.resume(true, Version::mqtt_5);
    CHECK(sending.resent() == left);
  }
}

TEST_CASE("reused identifiers do not change the order of resending [MQTT-4.6.0-1]") {
  Sending sending;
  for (int i = 0; i < 3; ++i) sending.publish(QoS::at_least_once);
  sending.acknowledge(PacketType::puback, 1);
  sending.publish(QoS::exactly_once);
  sending.sender.resume(true, Version::mqtt_5);
  CHECK(sending.resent() ==
        Lines{"PUBLISH q1 dup id=2 t=t", "PUBLISH q1 dup id=3 t=t", "PUBLISH q2 dup id=1 t=t"});
}

TEST_CASE("the window counts each message until it is completed") {
  Sending sending;
  sending.sender.set_window(3, 2);
  CHECK(sending.sender.ready(QoS::exactly_once));
  sending.publish(QoS::exactly_once);
  sending.publish(QoS::exactly_once);
  CHECK_FALSE(sending.sender.ready(QoS::exactly_once));
  CHECK(sending.sender.ready(QoS::at_least_once));
  sending.publish(QoS::at_least_once);
  CHECK_FALSE(sending.sender.ready(QoS::at_least_once));
  sending.acknowledge(PacketType::pubrec, 1);
  CHECK_FALSE(sending.sender.ready(QoS::at_least_once));
  sending.acknowledge(PacketType::pubcomp, 1);
  CHECK(sending.sender.ready(QoS::at_least_once));
  CHECK(sending.sender.ready(QoS::exactly_once));
}

TEST_CASE("large packets give their memory back, small ones leave it to the next message") {
  Sending sending;
  for (const std::size_t size : {std::size_t{10}, std::size_t{100'000}, std::size_t{10}}) {
    const PacketId id = sending.publish(QoS::at_least_once, 7, size);
    CHECK(id == 1);
    sending.sender.resume(true, Version::mqtt_5);
    sending.sender.resend(sending.limits, sending.out, static_cast<std::size_t>(-1));
    CHECK(sending.out.size() > size);
    sending.out.clear();
    CHECK(sending.acknowledge(PacketType::puback, id).token == 7);
  }
}

TEST_CASE("requests complete by kind, identifier and number of codes") {
  Sending sending;
  const PacketId id = sending.sender.allocate(9);
  sending.sender.keep_request(id, PacketType::subscribe, 2);
  CHECK_FALSE(sending.sender.answered(id, PacketType::unsubscribe, 2).completed);
  CHECK_FALSE(sending.sender.answered(id, PacketType::subscribe, 1).completed);
  CHECK_FALSE(sending.sender.answered(id + 1, PacketType::subscribe, 2).completed);
  CHECK_FALSE(sending.sender.answered(0, PacketType::subscribe, 2).completed);
  CHECK(sending.sender.answered(id, PacketType::subscribe, 2).token == 9);
  CHECK_FALSE(sending.sender.answered(id, PacketType::subscribe, 2).completed);
}

TEST_CASE("a request is no message: neither acknowledged, nor resent, nor saved") {
  Sending sending;
  const PacketId id = sending.sender.allocate(9);
  sending.sender.keep_request(id, PacketType::unsubscribe, 1);
  CHECK_FALSE(sending.acknowledge(PacketType::puback, id).completed);
  CHECK_FALSE(sending.acknowledge(PacketType::pubcomp, id).completed);
  CHECK(sending.sender.pending() == 0);
  wire::Buffer state;
  sending.sender.dump(state);
  Sender other;
  wire::ByteView bytes = state.view();
  CHECK(other.restore(bytes));
  CHECK(other.pending() == 0);
  sending.sender.connection_lost();
  sending.sender.resume(true, Version::mqtt_5);
  CHECK(sending.resent() == Lines{});
  CHECK(sending.sender.allocate(1) == id);
}

TEST_CASE("a message that was completed can be restored from no later state") {
  Sending sending;
  sending.publish(QoS::at_least_once, 1);
  sending.publish(QoS::exactly_once, 2);
  sending.acknowledge(PacketType::puback, 1);
  wire::Buffer state;
  sending.sender.dump(state);
  Sending heir;
  wire::ByteView bytes = state.view();
  REQUIRE(heir.sender.restore(bytes));
  CHECK(bytes.empty());
  heir.sender.resume(true, Version::mqtt_5);
  CHECK(heir.resent() == Lines{"PUBLISH q2 dup id=2 t=t"});
  // The free identifiers below are used first.
  CHECK(heir.publish(QoS::at_least_once) == 1);
  CHECK(heir.publish(QoS::at_least_once) == 3);
}

TEST_CASE("all 65,535 messages may be in flight, and resume") {
  Sending sending;
  for (unsigned i = 0; i < 65'535; ++i) {
    REQUIRE(sending.publish(i % 2 == 0 ? QoS::at_least_once : QoS::exactly_once) == i + 1);
  }
  CHECK(sending.sender.allocate(0) == 0);
  CHECK_FALSE(sending.sender.ready(QoS::at_least_once));
  sending.sender.resume(true, Version::mqtt_5);
  const Lines again = sending.resent();
  REQUIRE(again.size() == 65'535);
  CHECK(again.front() == "PUBLISH q1 dup id=1 t=t");
  CHECK(again.back() == "PUBLISH q1 dup id=65535 t=t");
}
