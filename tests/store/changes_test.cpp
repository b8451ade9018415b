// What is left of changes when those that cancel each other out are gone.
#include <doctest/doctest.h>

#include <mqrig/store/changes.hpp>

#include <tests/store/state_file.hpp>

using namespace mqrig;
using store::Changes;
using store::DeliveryKey;

namespace {

Changes::DeliveryChange sent(const DeliveryKey& key, wire::PacketId packet_id) {
  return {key, packet_id, false, false};
}
Changes::DeliveryChange released(const DeliveryKey& key) {
  return {key, std::nullopt, true, false};
}
Changes::DeliveryChange removed(const DeliveryKey& key) {
  return {key, std::nullopt, false, true};
}

}  // namespace

TEST_CASE("a message that comes and goes leaves nothing") {
  Changes changes;
  for (const std::uint64_t id : {3U, 1U, 2U}) {
    changes.put(test::message(id));
    changes.put(test::delivery(id));
  }
  changes.change(sent(test::delivery(2).key, 7));
  changes.remove_message(2);
  changes.remove_message(3);
  changes.remove_message(1);
  CHECK_FALSE(changes.empty());
  changes.settle();
  CHECK(changes.empty());
}

TEST_CASE("only what has left is not urgent") {
  Changes changes;
  changes.change(removed(test::delivery(1).key));
  changes.remove_message(1);
  CHECK_FALSE(changes.empty());
  CHECK_FALSE(changes.urgent());
  SUBCASE("a message") {
    changes.put(test::message(2));
  }
  SUBCASE("a delivery that is sent") {
    changes.change(sent(test::delivery(2).key, 7));
  }
  SUBCASE("a delivery that is released") {
    changes.change(released(test::delivery(2).key));
  }
  SUBCASE("a packet identifier that may be used again") {
    changes.set_received(1, 7, false);
  }
  SUBCASE("a topic without a retained message") {
    changes.remove_retained("a");
  }
  CHECK(changes.urgent());
  changes.settle();
  CHECK(changes.urgent());
  changes.clear();
  CHECK_FALSE(changes.urgent());
}

TEST_CASE("an older message that goes is removed, with all that was said of it") {
  Changes changes;
  changes.put(test::delivery(2));
  changes.change(released(test::delivery(2).key));
  changes.change(removed({1, 1, 2}));
  changes.remove_message(2);
  changes.remove_message(2);
  changes.put(test::message(4));
  changes.settle();
  CHECK(changes.removed_messages == std::vector<std::uint64_t>{2});
  CHECK(changes.deliveries.empty());
  CHECK(changes.delivery_changes.empty());
  REQUIRE(changes.messages.size() == 1);
  CHECK(changes.messages[0].record.id == 4);
}

TEST_CASE("what happens to a new delivery is written with it") {
  Changes changes;
  const DeliveryKey key = test::delivery(5).key;
  changes.change(released({1, 4, 4}));  // of an older one
  changes.put(test::delivery(6));
  changes.put(test::delivery(5));
  changes.change(sent(key, 7));
  changes.change(sent(key, 8));
  changes.change(released(key));
  changes.change(removed(test::delivery(6).key));
  changes.settle();
  REQUIRE(changes.deliveries.size() == 1);
  CHECK(changes.deliveries[0].record.key == key);
  CHECK(changes.deliveries[0].record.packet_id == 8);
  CHECK(changes.deliveries[0].record.released);
  REQUIRE(changes.delivery_changes.size() == 1);
  CHECK(changes.delivery_changes[0].key == DeliveryKey{1, 4, 4});
}

TEST_CASE("changes of an older delivery become one") {
  Changes changes;
  const DeliveryKey key{1, 1, 1};
  changes.change(sent(key, 7));
  changes.change(released({1, 1, 2}));
  changes.change(released(key));
  changes.settle();
  REQUIRE(changes.delivery_changes.size() == 2);
  CHECK(changes.delivery_changes[0].key == key);
  CHECK(changes.delivery_changes[0].packet_id == wire::PacketId{7});
  CHECK(changes.delivery_changes[0].released);
  CHECK_FALSE(changes.delivery_changes[1].packet_id.has_value());
}

TEST_CASE("settling again changes nothing, and takes later changes in") {
  Changes changes;
  changes.put(test::message(1));
  changes.put(test::delivery(1));
  changes.change(released({1, 9, 9}));
  changes.remove_message(8);
  changes.settle();
  changes.settle();
  CHECK(changes.messages.size() == 1);
  CHECK(changes.deliveries.size() == 1);
  CHECK(changes.delivery_changes.size() == 1);
  CHECK(changes.removed_messages.size() == 1);
  changes.change(removed({1, 9, 9}));
  changes.remove_message(1);
  changes.settle();
  CHECK(changes.messages.empty());
  CHECK(changes.deliveries.empty());
  REQUIRE(changes.delivery_changes.size() == 1);
  CHECK(changes.delivery_changes[0].removed);
  CHECK(changes.removed_messages == std::vector<std::uint64_t>{8});
}

TEST_CASE("of an identifier the last word counts") {
  Changes changes;
  changes.set_received(1, 7, true);
  changes.set_received(1, 6, true);
  changes.set_received(1, 7, false);
  changes.set_received(2, 7, true);
  changes.settle();
  REQUIRE(changes.received.size() == 3);
  CHECK(changes.received[0].present);
  CHECK(changes.received[1].packet_id == 7);
  CHECK_FALSE(changes.received[1].present);
  CHECK(changes.received[2].session == 2);
}

TEST_CASE("bytes are copied") {
  Changes changes;
  std::string topic = "a/b";
  std::string payload = "payload";
  std::string properties = "properties";
  store::MessageRecord record;
  record.topic = topic;
  record.payload = wire::as_bytes(payload);
  record.properties = wire::as_bytes(properties);
  changes.put(record);
  topic = payload = properties = "something else";
  CHECK(changes.messages[0].record.topic == "a/b");
  CHECK(wire::as_text(changes.messages[0].record.payload) == "payload");
  CHECK(wire::as_text(changes.messages[0].record.properties) == "properties");
}
