// Any order of changes, commits and failures, against a model that is a few maps.
#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>
#include <tuple>

#include <tests/store/full_disk.hpp>
#include <tests/store/state_file.hpp>

using namespace mqrig;
using store::BrokerStore;
using test::Rows;
using test::StateFile;

namespace {

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

// What the store should hold, and the changes that it accepts next.
class Model {
 public:
  explicit Model(std::uint32_t seed) : random_(seed) {}

  void change(BrokerStore& store) {
    switch (random_() % 8) {
      case 0:
        return random_() % 2 == 0 ? put_session(store) : remove_session(store);
      case 1:
        return change_subscription(store);
      case 2:
      case 3:
        return put_message(store);
      case 4:
        return random_() % 3 == 0 ? remove_message(store) : remove_delivery(store);
      case 5:
        return change_retained(store);
      case 6:
        return change_received(store);
      default:
        return change_delivery(store);
    }
  }

  // As test::rows() reports them.
  Rows rows() const {
    Rows rows;
    for (const std::uint64_t id : sessions_) {
      rows.push_back("session " + number(id) + " \"c\" nobody 0 5 0 no will");
    }
    for (const auto& [key, identifier] : subscriptions_) {
      rows.push_back("subscription " + number(key.first) + " \"" + key.second + "\" 0 0 0 0 " +
                     number(identifier));
    }
    for (const std::uint64_t id : messages_) {
      rows.push_back("message " + number(id) +
                     " \"site/4/sensor\" \"0123456789abcdef\" \"\" 1 0 0 0");
    }
    for (const auto& [topic, message] : retained_) {
      if (messages_.contains(message)) {
        rows.push_back("retained \"" + topic + "\" " + number(message));
      }
    }
    for (const auto& [session, packet_id] : received_) {
      rows.push_back("received " + number(session) + " " + number(packet_id));
    }
    for (const auto& [key, state] : deliveries_) {
      const auto& [session, sequence, message] = key;
      rows.push_back("delivery " + number(session) + " " + number(sequence) + " " +
                     number(message) + " " + number(state.packet_id) + " 1 0 " +
                     number(state.released ? 1 : 0) + " \"\"");
    }
    return rows;
  }

  std::uint32_t roll(std::uint32_t sides) { return static_cast<std::uint32_t>(random_() % sides); }

 private:
  struct State {
    wire::PacketId packet_id = 0;
    bool released = false;
  };
  using Key = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>;

  template <typename Set>
  auto any(Set& set) {
    return std::next(set.begin(), static_cast<std::ptrdiff_t>(random_() % set.size()));
  }
  static store::DeliveryKey delivery_key(const Key& key) {
    return {std::get<0>(key), std::get<1>(key), std::get<2>(key)};
  }

  void put_session(BrokerStore& store) {
    store::SessionRecord record;
    record.id = !sessions_.empty() && random_() % 2 == 0 ? *any(sessions_) : next_session_++;
    record.client_id = "c";
    store.put_session(record);
    sessions_.insert(record.id);
  }

  void remove_session(BrokerStore& store) {
    if (sessions_.empty()) return;
    const std::uint64_t id = *any(sessions_);
    store.remove_session(id);
    sessions_.erase(id);
    std::erase_if(subscriptions_, [&](const auto& entry) { return entry.first.first == id; });
    std::erase_if(received_, [&](const auto& entry) { return entry.first == id; });
    std::erase_if(deliveries_, [&](const auto& entry) { return std::get<0>(entry.first) == id; });
  }

  void change_subscription(BrokerStore& store) {
    if (sessions_.empty()) return;
    const std::pair key(*any(sessions_), std::string(1, static_cast<char>('a' + random_() % 3)));
    if (random_() % 3 == 0) {
      store.remove_subscription(key.first, key.second);
      subscriptions_.erase(key);
      return;
    }
    store::SubscriptionRecord record;
    record.session = key.first;
    record.subscription.filter = key.second;
    record.identifier = roll(9);
    store.put_subscription(record);
    subscriptions_[key] = record.identifier;
  }

  void put_message(BrokerStore& store) {
    const std::uint64_t id = next_message_++;
    store.put_message(test::message(id));
    messages_.insert(id);
    for (const std::uint64_t session : sessions_) {
      if (random_() % 2 == 0) continue;
      const store::DeliveryKey key{session, next_sequence_++, id};
      store.put_delivery({.key = key, .identifiers = {}});
      deliveries_[{key.session, key.sequence, key.message}] = {};
    }
  }

  void remove_message(BrokerStore& store) {
    if (messages_.empty()) return;
    const std::uint64_t id = *any(messages_);
    store.remove_message(id);
    messages_.erase(id);
    std::erase_if(deliveries_, [&](const auto& entry) { return std::get<2>(entry.first) == id; });
  }

  void change_delivery(BrokerStore& store) {
    if (deliveries_.empty()) return;
    auto& [key, state] = *any(deliveries_);
    if (random_() % 2 == 0) {
      state.packet_id = static_cast<wire::PacketId>(random_() % 65'536);
      store.set_sent(delivery_key(key), state.packet_id);
    } else {
      state.released = true;
      store.set_released(delivery_key(key));
    }
  }

  void remove_delivery(BrokerStore& store) {
    if (deliveries_.empty()) return;
    const auto delivery = any(deliveries_);
    store.remove_delivery(delivery_key(delivery->first));
    deliveries_.erase(delivery);
  }

  void change_retained(BrokerStore& store) {
    const std::string topic(1, static_cast<char>('a' + random_() % 4));
    if (messages_.empty() || random_() % 3 == 0) {
      store.remove_retained(topic);
      retained_.erase(topic);
    } else {
      retained_[topic] = *any(messages_);
      store.put_retained(topic, retained_[topic]);
    }
  }

  void change_received(BrokerStore& store) {
    if (sessions_.empty()) return;
    const std::uint64_t session = *any(sessions_);
    const auto packet_id = static_cast<wire::PacketId>(random_() % 4 + 1);
    if (random_() % 2 == 0) {
      store.put_received(session, packet_id);
      received_.insert({session, packet_id});
    } else {
      store.remove_received(session, packet_id);
      received_.erase({session, packet_id});
    }
  }

  std::mt19937 random_;
  std::set<std::uint64_t> sessions_;
  std::map<std::pair<std::uint64_t, std::string>, std::uint32_t> subscriptions_;
  std::set<std::uint64_t> messages_;
  std::map<std::string, std::uint64_t> retained_;
  std::set<std::pair<std::uint64_t, wire::PacketId>> received_;
  std::map<Key, State> deliveries_;  // in the order of load()
  std::uint64_t next_session_ = 1;
  std::uint64_t next_message_ = 1;
  std::uint64_t next_sequence_ = 1;
};

}  // namespace

TEST_CASE("what is committed is what a model holds, whatever came before and whatever failed") {
  for (std::uint32_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    const StateFile file;
    Model model(seed);
    auto store = file.open();
    for (int round = 0; round < 60; ++round) {
      for (std::uint32_t count = model.roll(40); count > 0; --count) model.change(*store);
      if (model.roll(3) == 0 && store->dirty()) {
        const Rows before = test::rows(*store);
        const test::FullDisk disk(1);
        const std::error_code error = store->commit();
        if (error) {
          REQUIRE(error == store::Error::no_space);
          REQUIRE(test::rows(*store) == before);
          continue;  // later changes join those that failed
        }
      }
      REQUIRE_FALSE(store->commit());
      REQUIRE(test::rows(*store) == model.rows());
      if (model.roll(10) == 0) {
        store.reset();
        store = file.open();
        REQUIRE(test::rows(*store) == model.rows());
      }
    }
  }
}
