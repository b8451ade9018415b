#include <doctest/doctest.h>

#include "outbox_rig.hpp"

namespace mqrig::client::tests {

TEST_CASE_FIXTURE(OutboxFixture, "messages in memory go in their order, each is delivered once") {
  flushing = false;
  Process process(context, broker.port(), nullptr);
  for (const char* text : {"a", "b", "c"}) process.put("t", text);
  CHECK(process.outbox->waiting() == 3);
  run_until(process, [&] { return process.delivered == 3; });
  CHECK(packets ==
        Packets{"publish 1 a", "publish 2 b", "publish 3 c", "pubrel 1", "pubrel 2", "pubrel 3"});
  CHECK(process.outbox->queued() == 0);
}

TEST_CASE_FIXTURE(OutboxFixture,
                  "a message is on the disk before it leaves, and gone when it is taken") {
  Process process(context, broker.port(), spool.get());
  connect(process);
  flushing = false;
  process.put("t", "a");
  for (int turns = 0; turns < 20; ++turns) context.poll();
  CHECK(packets.empty());
  CHECK(stored() == 1);
  flushing = true;
  run_until(process, [&] { return process.delivered == 1; });
  process.commit(*spool);
  CHECK(stored() == 0);
}

TEST_CASE_FIXTURE(OutboxFixture, "after a crash a message goes out again under its identifier") {
  silent = true;
  {
    Process process(context, broker.port(), spool.get());
    connect(process);
    process.put("t", "a");
    run_until(process, [&] { return packets.size() == 1; });
  }
  broker.connack.session_present = true;
  silent = false;
  Process process(context, broker.port(), spool.get());
  run_until(process, [&] { return process.delivered == 1; });
  CHECK(packets == Packets{"publish 1 a", "dup 1 a", "pubrel 1"});
}

TEST_CASE_FIXTURE(OutboxFixture, "after a crash behind PUBREC only PUBREL is repeated") {
  silent_to_pubrel = true;
  {
    Process process(context, broker.port(), spool.get());
    connect(process);
    process.put("t", "a");
    run_until(process, [&] { return packets.size() == 2; });
  }
  broker.connack.session_present = true;
  silent_to_pubrel = false;
  Process process(context, broker.port(), spool.get());
  process.put("t", "b");
  run_until(process, [&] { return process.delivered == 2; });
  CHECK(packets == Packets{"publish 1 a", "pubrel 1", "pubrel 1", "publish 2 b", "pubrel 2"});
}

TEST_CASE_FIXTURE(OutboxFixture, "what a broker has forgotten is sent as new") {
  silent = true;
  {
    Process process(context, broker.port(), spool.get());
    connect(process);
    process.put("t", "a");
    run_until(process, [&] { return packets.size() == 1; });
  }
  silent = false;
  Process process(context, broker.port(), spool.get());
  run_until(process, [&] { return process.delivered == 1; });
  CHECK(packets == Packets{"publish 1 a", "publish 1 a", "pubrel 1"});
}

TEST_CASE_FIXTURE(OutboxFixture, "what waits in a spool goes when the broker is there") {
  {
    Process process(context, broker.port(), spool.get());
    for (int number = 0; number < 100; ++number) process.put("t", std::to_string(number));
    process.commit(*spool);
  }
  CHECK(stored() == 100);
  Process process(context, broker.port(), spool.get());
  run_until(process, [&] { return process.delivered == 100; });
  CHECK(packets[99].starts_with("publish"));
  CHECK(packets[99].ends_with(" 99"));
}

TEST_CASE_FIXTURE(OutboxFixture, "a message that the broker does not take is kept as refused") {
  broker.script = [](StubBroker::Peer& peer, const wire::Frame& frame) {
    if (frame.type() != PacketType::publish) return false;
    constexpr std::uint8_t not_authorized[] = {0x40, 0x03, 0x00, 0x01, 0x87};
    peer.send(wire::ByteView(not_authorized));
    return true;
  };
  Process process(context, broker.port(), spool.get());
  connect(process);
  process.put("t", "a", QoS::at_least_once);
  run_until(process, [&] { return process.refused == 1; });
  process.commit(*spool);
  CHECK(spool->totals(spool->queue("q")).refused == 1);
  CHECK(stored() == 0);
}

TEST_CASE_FIXTURE(OutboxFixture, "a batch leaves when it is full, and is the same after a crash") {
  const Batch batch{Batch::Format::json_array, 3, 60'000};
  silent = true;
  {
    Process process(context, broker.port(), spool.get());
    connect(process);
    for (const char* text : {"1", "2", "3", "4"}) {
      process.put("t", text, QoS::exactly_once, batch);
    }
    run_until(process, [&] { return packets.size() == 1; });
  }
  CHECK(packets == Packets{"publish 1 [1,2,3]"});
  CHECK(stored() == 4);
  silent = false;
  broker.connack.session_present = true;
  Process process(context, broker.port(), spool.get());
  run_until(process, [&] { return process.delivered == 3; });
  CHECK(packets[1] == "dup 1 [1,2,3]");
  process.commit(*spool);
  CHECK(stored() == 1);
}

TEST_CASE_FIXTURE(OutboxFixture,
                  "a batch that is not full leaves when its first message has waited") {
  Process process(context, broker.port(), spool.get());
  connect(process);
  process.put("t", "a", QoS::at_least_once, {Batch::Format::lines, 100, 5});
  process.put("t", "", QoS::at_least_once, {Batch::Format::lines, 100, 5});
  run_until(process, [&] { return process.delivered == 2; });
  CHECK(packets == Packets{"publish 1 a\n\n"});
}

TEST_CASE_FIXTURE(OutboxFixture, "a message of another kind closes the batch of its topic first") {
  Process process(context, broker.port(), spool.get());
  connect(process);
  const Batch batch{Batch::Format::lines, 100, 60'000};
  process.put("t", "a", QoS::at_least_once, batch);
  process.put("u", "x", QoS::at_least_once, batch);
  process.put("t", "b", QoS::exactly_once);
  run_until(process, [&] { return process.delivered == 2; });
  CHECK(packets == Packets{"publish 1 a\n", "publish 2 b", "pubrel 2"});
}

TEST_CASE_FIXTURE(OutboxFixture, "a batch leaves before it is too long for the broker") {
  wire::PropertyWriter connack;
  connack.add(wire::PropertyId::maximum_packet_size, 100);
  broker.connack.properties = connack.view();
  Process process(context, broker.port(), spool.get());
  connect(process);
  const Batch batch{Batch::Format::lines, 100, 60'000};
  for (const char letter : {'a', 'b', 'c'}) {
    process.put("t", std::string(30, letter), QoS::at_least_once, batch);
  }
  run_until(process, [&] { return process.delivered == 2; });
  CHECK(packets ==
        Packets{"publish 1 " + std::string(30, 'a') + '\n' + std::string(30, 'b') + '\n'});
}

TEST_CASE_FIXTURE(OutboxFixture, "of more topics than can wait the first leave early") {
  Process process(context, broker.port(), spool.get());
  connect(process);
  for (int i = 0; i < 5000; ++i) {
    process.put(std::to_string(i), "x", QoS::at_most_once, {Batch::Format::lines, 100, 3'600'000});
  }
  CHECK(process.delivered == 5000 - 4096);
}

}  // namespace mqrig::client::tests
