#include <mqrig/broker/retained_store.hpp>

#include <chrono>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <mqrig/broker/retained_cursor.hpp>
#include <mqrig/wire/topic.hpp>

using namespace mqrig::broker;
using namespace std::chrono_literals;
using mqrig::session::never;
using mqrig::session::Time;
namespace wire = mqrig::wire;

namespace {

constexpr Time now{1000s};

MessagePtr message(std::string_view topic, std::string_view payload = "x", Time expires = never) {
  wire::Publish publish;
  publish.topic = topic;
  publish.payload = wire::as_bytes(payload);
  publish.retain = true;
  return Message::make(publish, expires);
}

std::string payload(const MessagePtr& message) {
  return message ? std::string(wire::as_text(message->payload())) : "(null)";
}

std::vector<std::string> topics(const RetainedStore& store, std::string_view filter,
                                std::size_t budget = 1000) {
  std::vector<std::string> found;
  RetainedCursor cursor(filter);
  while (cursor.next(store, now, budget, [&](const MessagePtr& one) {
    found.emplace_back(one->topic());
    return true;
  })) {
  }
  return found;
}

using Topics = std::vector<std::string>;

}  // namespace

TEST_CASE("[MQTT-3.3.1-5] a retained message replaces the one of its topic") {
  RetainedStore store;
  CHECK_FALSE(store.set(message("a/b", "old")));
  CHECK(payload(store.set(message("a/b", "new"))) == "old");
  CHECK(store.size() == 1);
  REQUIRE(store.find("a/b", now));
  CHECK(payload(*store.find("a/b", now)) == "new");
  CHECK_FALSE(store.find("a", now));
  CHECK_FALSE(store.find("a/b/", now));
}

TEST_CASE("[MQTT-3.3.1-6] an erased message is gone, and comes back to whoever erased it") {
  RetainedStore store;
  store.set(message("a/b", "kept"));
  CHECK_FALSE(store.erase("a"));
  CHECK(payload(store.erase("a/b")) == "kept");
  CHECK_FALSE(store.erase("a/b"));
  CHECK(store.size() == 0);
  CHECK(topics(store, "#").empty());
}

TEST_CASE("a filter finds the retained messages whose topics match") {
  RetainedStore store;
  for (const char* topic : {"a", "a/b", "a/b/c", "a!", "a/", "/", "b/b", "$SYS/uptime", "b/bb"}) {
    store.set(message(topic));
  }
  CHECK(topics(store, "a/b") == Topics{"a/b"});
  CHECK(topics(store, "a/c") == Topics{});
  CHECK(topics(store, "a/#") == Topics{"a", "a/", "a/b", "a/b/c"});
  CHECK(topics(store, "a/+") == Topics{"a/", "a/b"});
  CHECK(topics(store, "+/b") == Topics{"a/b", "b/b"});
  CHECK(topics(store, "+/b/#") == Topics{"a/b", "a/b/c", "b/b"});
  CHECK(topics(store, "+") == Topics{"a", "a!"});
  CHECK(topics(store, "+/+") == Topics{"/", "a/", "a/b", "b/b", "b/bb"});
}

TEST_CASE("[MQTT-4.7.2-1] topics that begin with '$' are found by filters that name the '$'") {
  RetainedStore store;
  for (const char* topic : {"!", "$SYS/a", "$SYS/b", "a"}) store.set(message(topic));
  CHECK(topics(store, "#") == Topics{"!", "a"});
  CHECK(topics(store, "+/a").empty());
  CHECK(topics(store, "$SYS/#") == Topics{"$SYS/a", "$SYS/b"});
}

TEST_CASE("[MQTT-3.3.2-5] an expired message is not found, and is taken out by the way") {
  RetainedStore store;
  store.set(message("a", "x", now));
  store.set(message("b", "x", now + 1s));
  store.set(message("c"));
  CHECK_FALSE(store.find("a", now));
  CHECK(store.find("b", now));
  CHECK(topics(store, "#") == Topics{"b", "c"});

  Topics expired;
  const auto note = [&](const MessagePtr& one) { expired.emplace_back(one->topic()); };
  CHECK(store.expire(now, 10, note) == 1);
  CHECK(store.expire(now + 1h, 10, note) == 1);
  CHECK(expired == Topics{"a", "b"});
  CHECK(store.size() == 1);
}

TEST_CASE("the search for expired messages goes on where it ended, round and round") {
  RetainedStore store;
  for (int i = 100; i < 200; ++i) store.set(message(std::to_string(i), "x", now + i * 1s));
  std::size_t expired = 0;
  const auto count = [&](const MessagePtr&) { ++expired; };
  for (int call = 0; call < 20; ++call) {
    store.expire(now + 149s, 5, count);
    store.erase(std::to_string(190 + call % 10));  // also what comes next
  }
  CHECK(expired == 50);
  CHECK(store.size() == 40);
}

TEST_CASE("a visitor that has had enough gets the next message in the next portion") {
  RetainedStore store;
  for (const char* topic : {"a/1", "a/2", "a/3"}) store.set(message(topic));
  RetainedCursor cursor("a/+");
  Topics found;
  const auto one = [&](const MessagePtr& message) {
    found.emplace_back(message->topic());
    return false;
  };
  CHECK(cursor.next(store, now, 100, one));
  CHECK(found == Topics{"a/1"});
  store.erase("a/2");
  CHECK_FALSE(cursor.next(store, now, 100, one));
  CHECK(found == Topics{"a/1", "a/3"});
  CHECK_FALSE(cursor.next(store, now, 100, one));
}

TEST_CASE("a cursor looks at the topics that may match, not at all") {
  RetainedStore store;
  for (int device = 100; device < 200; ++device) {
    for (int value = 100; value < 150; ++value) {
      store.set(message("site/" + std::to_string(device) + "/" + std::to_string(value)));
    }
  }
  const auto looked_at = [&](std::string_view filter) {
    RetainedCursor cursor(filter);
    std::size_t looks = 1;
    while (cursor.next(store, now, 1, [](const MessagePtr&) { return true; })) ++looks;
    return looks;
  };
  CHECK(looked_at("site/150/100") == 1);
  CHECK(looked_at("site/150/#") <= 52);
  CHECK(looked_at("site/+/120") <= 302);
  CHECK(looked_at("+/150/120") <= 4);
  CHECK(looked_at("other/#") <= 1);
}

TEST_CASE("the store holds messages by reference and reports what they cost") {
  RetainedStore store;
  const std::size_t empty = store.bytes();
  store.set(message("a", std::string(10'000, 'x')));
  CHECK(store.bytes() > empty + 10'000);
  store.set(message("a", "small"));
  CHECK(store.bytes() < empty + 1'000);
  constexpr std::size_t count = 50'000;
  std::size_t messages = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const MessagePtr one = message("site/" + std::to_string(i));
    messages += heap_size(one->size());
    store.set(one);
  }
  CHECK((store.bytes() - messages) / count <= 44);
}

namespace {

// Texts of few different levels, some of which sort before '/' and some after it.
class RandomTopics {
 public:
  explicit RandomTopics(std::uint32_t seed) : random_(seed) {}
  std::size_t below(std::size_t limit) { return random_() % limit; }
  std::string topic() { return levels({"a", "b", "", "$x", "a!", "a0", "c"}); }
  std::string filter() {
    std::string text = levels({"a", "b", "", "$x", "a!", "+", "+", "+"});
    if (below(4) == 0) text = below(4) == 0 ? "#" : text + "/#";
    return text;
  }

 private:
  std::string levels(const std::vector<std::string>& choices) {
    std::string text = choices[below(choices.size())];
    for (std::size_t more = below(4); more > 0; --more)
      text += "/" + choices[below(choices.size())];
    return text.empty() ? "/" : text;
  }

  std::mt19937 random_;
};

// The store and a standard map that gets the same changes.
struct Pair {
  RetainedStore store;
  std::map<std::string, Time> expected;

  void change(RandomTopics& random) {
    const std::string topic = random.topic();
    if (random.below(3) == 0) {
      REQUIRE(static_cast<bool>(store.erase(topic)) == (expected.erase(topic) != 0));
    } else {
      const Time expires = random.below(4) == 0 ? now - 1s : never;
      REQUIRE(static_cast<bool>(store.set(message(topic, "x", expires))) ==
              (expected.count(topic) != 0));
      expected[topic] = expires;
    }
  }

  std::set<std::string> matching(std::string_view filter) const {
    std::set<std::string> found;
    for (const auto& [topic, expires] : expected) {
      if (expires > now && wire::matches(filter, topic)) found.insert(topic);
    }
    return found;
  }
};

}  // namespace

TEST_CASE("the store finds what comparing with every topic finds") {
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    RandomTopics random(seed);
    Pair pair;
    for (int step = 0; step < 400; ++step) {
      pair.change(random);
      const std::string filter = random.filter();
      CAPTURE(filter);
      const Topics found = topics(pair.store, filter, random.below(20) + 1);
      const std::set<std::string> expected = pair.matching(filter);
      REQUIRE(found == Topics(expected.begin(), expected.end()));
      REQUIRE(pair.store.size() == pair.expected.size());
      const std::string topic = random.topic();
      const auto one = pair.expected.find(topic);
      const bool is_there = one != pair.expected.end() && one->second > now;
      REQUIRE((pair.store.find(topic, now) != nullptr) == is_there);
    }
  }
}

TEST_CASE("whatever changes between portions, what is there all the time is visited exactly once") {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    RandomTopics random(seed);
    Pair pair;
    for (int step = 0; step < 200; ++step) pair.change(random);
    const std::string filter = random.filter();
    CAPTURE(filter);
    RetainedCursor cursor(filter);
    std::set<std::string> always = pair.matching(filter);
    std::set<std::string> visited;
    const auto visit = [&](const MessagePtr& one) {
      const std::string topic(one->topic());
      CHECK(visited.insert(topic).second);
      CHECK(pair.matching(filter).count(topic) == 1);
      return random.below(3) != 0;
    };
    while (cursor.next(pair.store, now, random.below(6) + 1, visit)) {
      for (std::size_t changes = random.below(8); changes > 0; --changes) pair.change(random);
      const std::set<std::string> present = pair.matching(filter);
      std::erase_if(always, [&](const std::string& topic) { return present.count(topic) == 0; });
    }
    for (const std::string& topic : always) {
      CAPTURE(topic);
      CHECK(visited.count(topic) == 1);
    }
  }
}
