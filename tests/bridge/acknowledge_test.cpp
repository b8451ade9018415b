// When the source hears that its message was taken, without a spool and with one.
#include <doctest/doctest.h>

#include <tests/bridge/bridge_rig.hpp>
#include <tests/client/stub_broker.hpp>

#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/encode.hpp>

using namespace mqrig;
using bridge::Direction;
using client::tests::StubBroker;
using test::BridgeRig;
using test::rule_for;
using wire::PacketType;
using wire::QoS;
using wire::ReasonCode;

namespace {

using Lines = std::vector<std::string>;

// A link between two brokers that say what the test wants.
class Fixture : public BridgeRig {
 public:
  Fixture() {
    source.script = [this](StubBroker::Peer&, const wire::Frame& frame) { return answered(frame); };
    target.script = [this](StubBroker::Peer& peer, const wire::Frame& frame) {
      return published(peer, frame);
    };
  }

  bridge::LinkSettings between_stubs(std::vector<bridge::Rule> rules) {
    auto settings = link(std::move(rules));
    settings.local.client.dial = settings.remote.client.dial = nullptr;
    settings.local.client.brokers.emplace_back("127.0.0.1", source.port());
    settings.remote.client.brokers.emplace_back("127.0.0.1", target.port());
    return settings;
  }
  void begin(std::vector<bridge::Rule> rules, bool spooled = false) {
    start({between_stubs(std::move(rules))}, spooled);
    run_until([&] { return status().up() && !source.subscriptions.empty(); });
  }

  // The source has this message for the bridge, and the bridge has read it.
  void send(wire::PacketId id, std::string_view payload, QoS qos = QoS::at_least_once) {
    wire::Publish publish = test::message("t", payload);
    publish.qos = qos;
    publish.packet_id = id;
    wire::Buffer bytes;
    wire::encode(bytes, version, publish);
    const std::uint64_t before = status().out.received;
    source.peers.back()->send(bytes);
    run_until([&] { return status().out.received == before + 1; });
  }
  // The target takes, or does not take, the message that it has got as the `number`th.
  void answer(std::size_t number, ReasonCode reason = ReasonCode::success) {
    run_until([&] { return got.size() > number; });
    wire::Buffer bytes;
    wire::encode(bytes, wire::Version::mqtt_5,
                 {.type = PacketType::puback,
                  .packet_id = identifiers[number],
                  .reason = reason,
                  .properties = {}});
    target.peers.back()->send(bytes);
    const auto done = [&] { return status().out.forwarded + status().out.refused; };
    const std::uint64_t before = done();
    run_until([&] { return done() > before; });
    for (int turns = 0; turns < 5; ++turns) context.run_for(std::chrono::milliseconds(1));
  }

  StubBroker source{context};
  StubBroker target{context};
  Lines acknowledged;  // "puback 1 0": packet, identifier, reason
  Lines got;           // payloads of the target
  std::vector<wire::PacketId> identifiers;

 private:
  bool answered(const wire::Frame& frame) {
    if (frame.type() != PacketType::puback && frame.type() != PacketType::pubrec) return false;
    wire::Ack ack;
    REQUIRE(wire::decode(frame, version, ack) == wire::Fault::none);
    acknowledged.push_back(std::string(frame.type() == PacketType::puback ? "puback" : "pubrec") +
                           ' ' + std::to_string(ack.packet_id) + ' ' +
                           std::to_string(static_cast<int>(ack.reason)));
    return true;
  }
  bool published(StubBroker::Peer& peer, const wire::Frame& frame) {
    if (frame.type() != PacketType::publish) return false;
    wire::Publish publish;
    REQUIRE(wire::decode(frame, peer.version, publish) == wire::Fault::none);
    got.emplace_back(wire::as_text(publish.payload));
    identifiers.push_back(publish.packet_id);
    return true;
  }
};

bridge::Rule at_qos_1() {
  bridge::Rule rule = rule_for({"t"});
  rule.max_qos = QoS::at_least_once;
  return rule;
}

}  // namespace

TEST_CASE_FIXTURE(
    Fixture, "without a spool the source waits for the target, in its own order [MQTT-4.6.0-2]") {
  begin({at_qos_1()});
  send(1, "a");
  send(2, "b");
  answer(1);
  CHECK(acknowledged.empty());
  answer(0);
  run_until([&] { return acknowledged.size() == 2; });
  CHECK(acknowledged == Lines{"puback 1 0", "puback 2 0"});
}

TEST_CASE_FIXTURE(Fixture, "and hears what the target did not take") {
  begin({at_qos_1()});
  send(1, "a");
  send(2, "b", QoS::exactly_once);
  answer(0, ReasonCode::not_authorized);
  answer(1, ReasonCode::quota_exceeded);
  run_until([&] { return acknowledged.size() == 2; });
  CHECK(acknowledged == Lines{"puback 1 135", "pubrec 2 151"});
  CHECK(status().out.refused == 2);
  CHECK(warnings.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a message that is dropped is acknowledged at once") {
  auto rule = at_qos_1();
  rule.filter = "payload == 'a'";
  begin({rule});
  send(1, "b");
  run_until([&] { return acknowledged.size() == 1; });
  CHECK(status().out.filtered == 1);
}

TEST_CASE_FIXTURE(Fixture, "a message that was split is acknowledged with its last part") {
  auto rule = at_qos_1();
  rule.split = bridge::PayloadSplit::lines;
  begin({rule});
  send(1, "a\nb\nc");
  answer(2);
  answer(0);
  CHECK(acknowledged.empty());
  answer(1);
  run_until([&] { return acknowledged.size() == 1; });
  CHECK(got == Lines{"a", "b", "c"});
}

TEST_CASE_FIXTURE(Fixture, "messages of a batch are acknowledged with it") {
  auto rule = at_qos_1();
  rule.batch = {store::Batch::Format::json_array, 2, 60'000};
  begin({rule});
  send(1, "1");
  send(2, "2");
  CHECK(acknowledged.empty());
  answer(0);
  run_until([&] { return acknowledged.size() == 2; });
  CHECK(got == Lines{"[1,2]"});
  CHECK(acknowledged == Lines{"puback 1 0", "puback 2 0"});
}

TEST_CASE_FIXTURE(Fixture, "with a spool the source waits for the disk only") {
  begin({at_qos_1()}, true);
  send(1, "a");
  run_until([&] { return acknowledged.size() == 1; });
  CHECK(status().out.queued == 1);
  answer(0, ReasonCode::not_authorized);
  CHECK(spool->totals(*spool->find_queue("link/out")).refused == 1);
  CHECK(acknowledged == Lines{"puback 1 0"});
}

TEST_CASE_FIXTURE(Fixture, "a bridge that stops waits for what is in flight, and takes no more") {
  begin({at_qos_1()});
  send(1, "a");
  run_until([&] { return got.size() == 1; });
  SUBCASE("until it has arrived") {
    bridge->stop(std::chrono::seconds(20));
    answer(0);
    run_until([&] { return stopped; });
    CHECK(acknowledged == Lines{"puback 1 0"});
  }
  SUBCASE("but no longer than it may") {
    bridge->stop(std::chrono::milliseconds(1));
    run_until([&] { return stopped; });
    CHECK(acknowledged.empty());
  }
}

TEST_CASE_FIXTURE(Fixture, "a subscription that was not answered is made again after a crash") {
  version = wire::Version::mqtt_3_1_1;  // where one that is known is not repeated
  const auto answers = source.script;
  source.script = [&](StubBroker::Peer& peer, const wire::Frame& frame) {
    if (frame.type() != PacketType::subscribe) return answers(peer, frame);
    source.subscriptions.emplace_back("unanswered");
    return true;
  };
  begin({at_qos_1()}, true);
  settle();
  CHECK(source.subscriptions == Lines{"unanswered"});

  source.script = answers;
  source.connack.session_present = true;
  begin({at_qos_1()}, true);
  run_until([&] { return source.subscriptions.size() == 2; });
  settle();
  run_until([&] { return !spool->dirty(); });

  start({between_stubs({at_qos_1()})}, true);
  run_until([&] { return status().up(); });
  settle();
  CHECK(source.subscriptions == Lines{"unanswered", "t"});
}
