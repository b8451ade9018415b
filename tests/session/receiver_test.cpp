// The receiving half on its own, as both roles use it.
#include <doctest/doctest.h>

#include <algorithm>

#include <mqrig/session/receiver.hpp>

#include <tests/support/packet_text.hpp>

using namespace mqrig;
using session::Receiver;
using test::Lines;
using wire::PacketId;
using wire::QoS;
using wire::ReasonCode;
using wire::Version;
using Verdict = Receiver::Verdict;

namespace {

struct Receiving {
  Receiver receiver;
  wire::Buffer out;
  std::uint64_t receipt = 0;

  Verdict receive(QoS qos, PacketId id, std::uint16_t maximum = 65'535) {
    wire::Publish publish;
    publish.qos = qos;
    publish.packet_id = id;
    return receiver.received(publish, maximum, receipt);
  }
  void acknowledge(std::uint64_t wanted, ReasonCode reason = ReasonCode::success) {
    receiver.acknowledge(wanted, reason, Version::mqtt_5, out);
  }
  void release(PacketId id) {
    receiver.released({.type = wire::PacketType::pubrel,
                       .packet_id = id,
                       .reason = ReasonCode::success,
                       .properties = {}},
                      Version::mqtt_5, out);
  }
  Lines sent() {
    const Lines lines = test::packet_texts(out.view(), Version::mqtt_5);
    out.clear();
    return lines;
  }
};

}  // namespace

TEST_CASE("receipts count up from 1, and unacknowledged messages are counted") {
  Receiving receiving;
  for (std::uint64_t receipt = 1; receipt <= 20; ++receipt) {
    CHECK(receiving.receive(QoS::at_least_once, 7) == Verdict::deliver);
    CHECK(receiving.receipt == receipt);
    CHECK(receiving.receiver.unacknowledged() == receipt);
  }
  receiving.acknowledge(20);
  CHECK(receiving.receiver.unacknowledged() == 20);
  receiving.receiver.acknowledge_through(19, Version::mqtt_5, receiving.out);
  CHECK(receiving.receiver.unacknowledged() == 0);
  CHECK(receiving.sent().size() == 20);
}

TEST_CASE("the quota counts messages until PUBACK, PUBCOMP or a refusal [MQTT-3.3.4-9]") {
  Receiving receiving;
  CHECK(receiving.receive(QoS::at_least_once, 1, 2) == Verdict::deliver);
  CHECK(receiving.receive(QoS::exactly_once, 2, 2) == Verdict::deliver);
  CHECK(receiving.receive(QoS::at_least_once, 3, 2) == Verdict::quota_exceeded);
  receiving.acknowledge(1);
  CHECK(receiving.receive(QoS::exactly_once, 4, 2) == Verdict::deliver);
  receiving.acknowledge(2);
  CHECK(receiving.receive(QoS::exactly_once, 5, 2) == Verdict::quota_exceeded);
  receiving.release(2);
  CHECK(receiving.receive(QoS::exactly_once, 5, 2) == Verdict::deliver);
  receiving.acknowledge(3, ReasonCode::quota_exceeded);
  CHECK(receiving.receive(QoS::exactly_once, 6, 2) == Verdict::deliver);
}

TEST_CASE("the largest maximum is no bound that identifiers could exceed") {
  Receiving receiving;
  for (unsigned i = 0; i < 70'000; ++i) {
    REQUIRE(receiving.receive(QoS::exactly_once, static_cast<PacketId>(i % 65'535 + 1)) !=
            Verdict::quota_exceeded);
  }
  CHECK(receiving.receiver.unreleased() == 65'535);
}

TEST_CASE("QoS 1 and QoS 2 use identifiers independently of each other") {
  Receiving receiving;
  CHECK(receiving.receive(QoS::exactly_once, 1) == Verdict::deliver);
  CHECK(receiving.receive(QoS::at_least_once, 1) == Verdict::deliver);
  CHECK(receiving.receive(QoS::exactly_once, 1) == Verdict::duplicate);
  receiving.receiver.acknowledge_through(2, Version::mqtt_5, receiving.out);
  CHECK(receiving.sent() == Lines{"PUBREC 1", "PUBACK 1", "PUBREC 1"});
}

TEST_CASE("only what was taken over is saved") {
  Receiving receiving;
  for (const PacketId id : {PacketId{10}, PacketId{11}, PacketId{12}, PacketId{13}}) {
    receiving.receive(QoS::exactly_once, id);
  }
  receiving.acknowledge(1);
  receiving.acknowledge(3);
  receiving.acknowledge(4, ReasonCode::quota_exceeded);
  wire::Buffer state;
  receiving.receiver.dump(state);
  Receiving heir;
  wire::ByteView bytes = state.view();
  REQUIRE(heir.receiver.restore(bytes));
  CHECK(bytes.empty());
  CHECK(heir.receiver.unreleased() == 2);
  CHECK(heir.receive(QoS::exactly_once, 10) == Verdict::duplicate);
  CHECK(heir.receive(QoS::exactly_once, 11) == Verdict::deliver);
  CHECK(heir.receive(QoS::exactly_once, 12) == Verdict::duplicate);
  CHECK(heir.receive(QoS::exactly_once, 13) == Verdict::deliver);
}

TEST_CASE("damaged lists of identifiers are refused") {
  const std::vector<std::uint8_t> cases[] = {{},
                                             {0, 0, 0, 1},
                                             {0, 0, 0, 1, 0, 0},
                                             {0, 0, 0, 2, 0, 1, 0, 1},
                                             {0xFF, 0xFF, 0xFF, 0xFF, 0, 1}};
  for (const auto& damaged : cases) {
    Receiver receiver;
    wire::ByteView bytes(damaged);
    CHECK_FALSE(receiver.restore(bytes));
  }
}

TEST_CASE("a resumed session awaits the PUBRELs of the old one, a new session does not") {
  for (const bool present : {true, false}) {
    Receiving receiving;
    receiving.receive(QoS::exactly_once, 1);
    receiving.acknowledge(1);
    receiving.receiver.connection_lost();
    receiving.receiver.resume(present);
    receiving.sent();
    receiving.release(1);
    CHECK(receiving.sent() == (present ? Lines{"PUBCOMP 1"} : Lines{"PUBCOMP 1 0x92"}));
  }
}
