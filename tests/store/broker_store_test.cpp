// What the store is asked to keep is what it reads after a restart.
#include <doctest/doctest.h>

#include <limits>

#include <tests/store/state_file.hpp>

using namespace mqrig;
using store::BrokerStore;
using store::SessionRecord;
using test::Rows;
using test::StateFile;
using wire::QoS;

namespace {

// Applies the changes, commits them, and reads the file as the next process does.
template <typename Changes>
Rows after(const StateFile& file, Changes changes) {
  {
    const auto store = file.open();
    changes(*store);
    CHECK_FALSE(store->commit());
  }
  return test::rows(*file.open());
}

SessionRecord session(std::uint64_t id, const std::string& client_id) {
  SessionRecord record;
  record.id = id;
  record.client_id = client_id;
  record.expiry = 60;
  return record;
}

std::vector<std::uint8_t> bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

void put_subscription(BrokerStore& store, std::uint64_t session, std::string_view filter,
                      QoS qos = QoS::at_least_once) {
  store::SubscriptionRecord record;
  record.session = session;
  record.subscription.filter = filter;
  record.subscription.qos = qos;
  store.put_subscription(record);
}

}  // namespace

TEST_CASE("a new file holds nothing") {
  const StateFile file;
  CHECK(test::rows(*file.open()).empty());
}

TEST_CASE("a session comes back with user name and will [MQTT-3.1.2-8]") {
  const StateFile file;
  SessionRecord record = session(std::numeric_limits<std::int64_t>::max(), "pump 7");
  record.user_name = "";
  record.expiry = 0xFFFFFFFF;
  record.version = wire::Version::mqtt_3_1_1;
  record.ended_at = 1'790'000'000'123;
  record.will = store::WillRecord{.topic = "gone/pump 7",
                                  .payload = bytes("why?"),
                                  .properties = bytes("\x01\x01"),
                                  .qos = QoS::exactly_once,
                                  .retain = true,
                                  .delay = 0xFFFFFFFF};
  const Rows rows = after(file, [&](BrokerStore& store) {
    store.put_session(session(1, ""));
    store.put_session(record);
  });
  CHECK(rows == Rows{"session 1 \"\" nobody 60 5 0 no will",
                     "session 9223372036854775807 \"pump 7\" \"\" 4294967295 4 1790000000123 "
                     "will \"gone/pump 7\" \"why?\" \"\x01\x01\" 2 1 4294967295"});
}

TEST_CASE("the last word on a session counts") {
  const StateFile file;
  after(file, [](BrokerStore& store) { store.put_session(session(1, "a")); });
  const Rows rows = after(file, [](BrokerStore& store) {
    SessionRecord record = session(1, "a");
    record.ended_at = 5;
    store.put_session(record);
    record.ended_at = 6;
    store.put_session(record);
  });
  CHECK(rows == Rows{"session 1 \"a\" nobody 60 5 6 no will"});
}

TEST_CASE(
    "a subscription comes back with all its options, and is replaced by a new one [MQTT-3.8.4-3]") {
  const StateFile file;
  Rows rows = after(file, [](BrokerStore& store) {
    store.put_session(session(1, "a"));
    put_subscription(store, 1, "#");
    store::SubscriptionRecord record;
    record.session = 1;
    record.subscription = {.filter = "$share/g/+/x",
                           .qos = QoS::exactly_once,
                           .no_local = true,
                           .retain_as_published = true,
                           .retain_handling = wire::RetainHandling::do_not_send};
    record.identifier = 268'435'455;
    store.put_subscription(record);
  });
  CHECK(rows == Rows{"session 1 \"a\" nobody 60 5 0 no will", "subscription 1 \"#\" 1 0 0 0 0",
                     "subscription 1 \"$share/g/+/x\" 2 1 1 2 268435455"});
  rows = after(file, [](BrokerStore& store) {
    put_subscription(store, 1, "#", QoS::exactly_once);
    store.remove_subscription(1, "$share/g/+/x");
    store.remove_subscription(1, "never/made");
  });
  CHECK(rows == Rows{"session 1 \"a\" nobody 60 5 0 no will", "subscription 1 \"#\" 2 0 0 0 0"});
}

TEST_CASE("messages and deliveries come back in the order of delivery [MQTT-4.6.0-6]") {
  const StateFile file;
  const Rows rows = after(file, [](BrokerStore& store) {
    store.put_session(session(2, "b"));
    store.put_session(session(1, "a"));
    store::MessageRecord message = test::message(11);
    message.properties = wire::as_bytes("\x01\x01");
    message.qos = QoS::exactly_once;
    message.retain = true;
    message.expires_at = 1'790'000'000'000;
    message.source = 77;
    store.put_message(message);
    store.put_message({.id = 10, .topic = "t", .payload = {}, .properties = {}});
    store::DeliveryRecord delivery;
    delivery.key = {2, 1, 11};
    store.put_delivery(delivery);
    delivery.key = {1, 8, 10};
    store.put_delivery(delivery);
    delivery.key = {1, 7, 11};
    delivery.packet_id = 65'535;
    delivery.qos = QoS::exactly_once;
    delivery.retain = true;
    delivery.released = true;
    delivery.identifiers = wire::as_bytes("\x0B\x05");
    store.put_delivery(delivery);
  });
  CHECK(rows == Rows{"session 1 \"a\" nobody 60 5 0 no will",
                     "session 2 \"b\" nobody 60 5 0 no will", "message 10 \"t\" \"\" \"\" 0 0 0 0",
                     "message 11 \"site/4/sensor\" \"0123456789abcdef\" \"\x01\x01\" 2 1 "
                     "1790000000000 77",
                     "delivery 1 7 11 65535 2 1 1 \"\x0B\x05\"", "delivery 1 8 10 0 1 0 0 \"\"",
                     "delivery 2 1 11 0 1 0 0 \"\""});
}

TEST_CASE("a delivery goes its way: queued, sent, released, done") {
  const StateFile file;
  after(file, [](BrokerStore& store) {
    store.put_session(session(1, "a"));
    store.put_message(test::message(1));
    store.put_delivery(test::delivery(1));
    store.put_delivery({.key = {1, 2, 1}, .packet_id = 0, .identifiers = {}});
  });
  const store::DeliveryKey key{1, 1, 1};
  Rows rows = after(file, [&](BrokerStore& store) { store.set_sent(key, 300); });
  CHECK(rows[2] == "delivery 1 1 1 300 1 0 0 \"\"");
  rows = after(file, [&](BrokerStore& store) { store.set_released(key); });
  CHECK(rows[2] == "delivery 1 1 1 300 1 0 1 \"\"");
  CHECK(rows[3] == "delivery 1 2 1 0 1 0 0 \"\"");
  rows = after(file, [&](BrokerStore& store) { store.remove_delivery(key); });
  REQUIRE(rows.size() == 3);
  CHECK(rows[2] == "delivery 1 2 1 0 1 0 0 \"\"");
  rows = after(file, [&](BrokerStore& store) { store.remove_message(1); });
  CHECK(rows == Rows{"session 1 \"a\" nobody 60 5 0 no will"});
}

TEST_CASE("a topic has one retained message, the last [MQTT-3.3.1-5]") {
  const StateFile file;
  Rows rows = after(file, [](BrokerStore& store) {
    store.put_message(test::message(1));
    store.put_message(test::message(2));
    store.put_retained("b", 2);
    store.put_retained("a", 1);
  });
  CHECK(Rows(rows.begin() + 2, rows.end()) == Rows{"retained \"a\" 1", "retained \"b\" 2"});
  rows = after(file, [](BrokerStore& store) {
    store.put_message(test::message(3));
    store.put_retained("a", 3);
    store.remove_message(1);
    store.remove_retained("b");
    store.remove_message(2);
  });
  CHECK(rows ==
        Rows{"message 3 \"site/4/sensor\" \"0123456789abcdef\" \"\" 1 0 0 0", "retained \"a\" 3"});
}

TEST_CASE("identifiers of received QoS 2 messages come back until they are released") {
  const StateFile file;
  Rows rows = after(file, [](BrokerStore& store) {
    store.put_session(session(1, "a"));
    store.put_received(1, 65'535);
    store.put_received(1, 1);
  });
  CHECK(Rows(rows.begin() + 1, rows.end()) == Rows{"received 1 1", "received 1 65535"});
  rows = after(file, [](BrokerStore& store) {
    store.remove_received(1, 1);
    store.put_received(1, 1);  // used again at once
    store.put_received(1, 2);
    store.remove_received(1, 65'535);
  });
  CHECK(Rows(rows.begin() + 1, rows.end()) == Rows{"received 1 1", "received 1 2"});
}

TEST_CASE("a session goes with its subscriptions and identifiers, and leaves others alone") {
  const StateFile file;
  const auto fill = [](BrokerStore& store) {
    for (const std::uint64_t id : {1U, 2U}) {
      store.put_session(session(id, id == 1 ? "a" : "b"));
      put_subscription(store, id, "t");
      store.put_received(id, 9);
      store.put_message(test::message(id));
      store.put_delivery({.key = {id, 1, id}, .identifiers = {}});
    }
  };
  const Rows expected{"session 2 \"b\" nobody 60 5 0 no will",
                      "subscription 2 \"t\" 1 0 0 0 0",
                      "message 1 \"site/4/sensor\" \"0123456789abcdef\" \"\" 1 0 0 0",
                      "message 2 \"site/4/sensor\" \"0123456789abcdef\" \"\" 1 0 0 0",
                      "received 2 9",
                      "delivery 2 1 2 0 1 0 0 \"\""};
  SUBCASE("when all of it was committed") {
    after(file, fill);
    CHECK(after(file, [](BrokerStore& store) { store.remove_session(1); }) == expected);
  }
  SUBCASE("when nothing was committed") {
    CHECK(after(file, [&](BrokerStore& store) {
            fill(store);
            store.remove_session(1);
          }) == expected);
  }
  for (const char* table : {"session", "subscription", "received_packet_identifier"}) {
    CHECK(file.count(table) == 1);
  }
}

TEST_CASE("a retained topic or a delivery without its message is left out") {
  const StateFile file;
  const Rows rows = after(file, [](BrokerStore& store) {
    store.put_session(session(1, "a"));
    store.put_retained("a", 7);
    store.put_delivery(test::delivery(8));
  });
  CHECK(rows == Rows{"session 1 \"a\" nobody 60 5 0 no will"});
}

TEST_CASE("what was not committed is not there") {
  const StateFile file;
  {
    const auto store = file.open();
    CHECK_FALSE(store->dirty());
    store->put_session(session(1, "a"));
    CHECK(store->dirty());
  }
  CHECK(test::rows(*file.open()).empty());
}
