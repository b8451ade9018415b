// What a broker, a clock and a rate keep back.
#include <doctest/doctest.h>

#include "outbox_rig.hpp"

namespace mqrig::client::tests {

TEST_CASE_FIXTURE(OutboxFixture, "time in the queue is taken off the message expiry interval") {
  std::int64_t now = 1'000'000;
  Outbox::Settings settings;
  settings.clock = [&now] { return now; };
  Process process(context, broker.port(), spool.get(), settings);
  wire::PropertyWriter properties;
  properties.add(wire::PropertyId::message_expiry_interval, 60);
  SpooledMessage message;
  message.publish.topic = "t";
  message.publish.qos = QoS::at_least_once;
  message.publish.properties = properties.view();
  message.received_at = now;
  message.expires_at = now + 60'000;
  process.outbox->put(message);
  process.commit(*spool);

  SUBCASE("which it leaves with") {
    now += 45'500;
    run_until(process, [&] { return process.delivered == 1; });
    CHECK(expiry == 15);
  }
  SUBCASE("and one that has none left is given up") {
    now += 60'000;
    run_until(process, [&] { return process.expired == 1; });
    CHECK(packets.empty());
    process.commit(*spool);
    CHECK(stored() == 0);
  }
  SUBCASE("a clock that was set back keeps it longer and never too long to encode") {
    now -= 10'000'000'000'000;
    run_until(process, [&] { return process.delivered == 1; });
    CHECK(expiry == 0xFFFF'FFFF);
  }
}

TEST_CASE_FIXTURE(OutboxFixture,
                  "messages that are too old are given up while the broker is away") {
  std::int64_t now = 1'000'000;
  Outbox::Settings settings;
  settings.clock = [&now] { return now; };
  settings.age = std::chrono::milliseconds(1000);
  Process process(context, 1, spool.get(), settings);
  process.put("t", "old");
  process.commit(*spool);
  now += 2000;
  process.now = now;
  process.put("t", "new");
  process.commit(*spool);
  process.outbox->expire();
  CHECK(process.expired == 1);
  process.commit(*spool);
  CHECK(stored() == 1);
}

TEST_CASE_FIXTURE(OutboxFixture, "the oldest that is not on its way can be dropped") {
  Process process(context, 1, spool.get());
  process.put("t", "a");
  process.put("t", "b");
  CHECK(process.outbox->drop_oldest() == 0);  // none is committed
  process.commit(*spool);
  CHECK(process.outbox->drop_oldest() == 1);
  CHECK(stored() == 1);
}

TEST_CASE_FIXTURE(OutboxFixture,
                  "a broker of less QoS and without retained messages gets what it takes") {
  wire::PropertyWriter limits;
  limits.add(wire::PropertyId::maximum_qos, 1);
  limits.add(wire::PropertyId::retain_available, 0);
  broker.connack.properties = limits.view();
  silent = true;
  SpooledMessage message;
  message.publish.topic = "t";
  message.publish.payload = wire::as_bytes("a");
  message.publish.qos = QoS::exactly_once;
  message.publish.retain = true;
  {
    Process process(context, broker.port(), spool.get());
    connect(process);
    process.outbox->put(message);
    run_until(process, [&] { return packets.size() == 1; });
  }
  silent = false;
  broker.connack.session_present = true;
  Process process(context, broker.port(), spool.get());
  run_until(process, [&] { return process.delivered == 1; });
  CHECK(packets == Packets{"publish 1 a", "dup 1 a"});
}

TEST_CASE_FIXTURE(OutboxFixture, "a rate spreads messages over time") {
  flushing = false;
  Outbox::Settings settings;
  settings.rate = 200;
  Process process(context, broker.port(), nullptr, settings);
  connect(process);
  const auto start = std::chrono::steady_clock::now();
  for (int number = 0; number < 21; ++number) process.put("t", "x", QoS::at_least_once);
  run_until(process, [&] { return process.delivered == 21; });
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(75));
}

}  // namespace mqrig::client::tests
