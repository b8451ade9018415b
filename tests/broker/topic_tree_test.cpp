#include <mqrig/broker/topic_tree.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <mqrig/wire/topic.hpp>

#include <tests/wire/counting_new.hpp>

using namespace mqrig::broker;
using mqrig::wire::QoS;
using mqrig::wire::RetainHandling;

namespace {

struct Client : Subscriber {
  Client() = default;
};

SubscriptionOptions with_identifier(std::uint32_t identifier) {
  SubscriptionOptions options;
  options.identifier = identifier;
  return options;
}

// The identifiers of the subscriptions that match, in order.
std::vector<std::uint32_t> matching(const TopicTree& tree, std::string_view topic) {
  std::vector<std::uint32_t> found;
  tree.match(topic, [&](Subscriber&, const SubscriptionOptions& options) {
    found.push_back(options.identifier);
  });
  std::sort(found.begin(), found.end());
  return found;
}

bool matches(std::string_view filter, std::string_view topic) {
  TopicTree tree;
  Client client;
  tree.insert(filter, client, {});
  std::size_t found = 0;
  tree.match(topic, [&](Subscriber& subscriber, const SubscriptionOptions&) {
    CHECK(&subscriber == &client);
    ++found;
  });
  CHECK(found <= 1);
  return found == 1;
}

std::vector<std::string> filters(const TopicTree& tree, const Subscriber& subscriber) {
  std::vector<std::string> found;
  tree.for_each(subscriber, [&](std::string_view filter, const SubscriptionOptions&) {
    found.emplace_back(filter);
  });
  std::sort(found.begin(), found.end());
  return found;
}

std::string repeat(std::string_view text, std::size_t count) {
  std::string result;
  for (; count > 0; --count) result.append(text);
  return result;
}

}  // namespace

TEST_CASE("[MQTT-4.7.3-4] a filter without wildcards matches the topic of the same bytes only") {
  CHECK(matches("a/b", "a/b"));
  CHECK_FALSE(matches("a/b", "a/B"));
  CHECK_FALSE(matches("a/b", "a"));
  CHECK_FALSE(matches("a/b", "a/b/"));
  CHECK_FALSE(matches("a/b", "/a/b"));
  CHECK(matches("/", "/"));
  CHECK_FALSE(matches("/", "//"));
}

TEST_CASE("section 4.7.1.2: '#' matches its parent and everything below") {
  CHECK(matches("a/#", "a"));
  CHECK(matches("a/#", "a/"));
  CHECK(matches("a/#", "a/b/c"));
  CHECK_FALSE(matches("a/#", "ab"));
  CHECK(matches("#", "/"));
  CHECK(matches("#", "a/b"));
  CHECK(matches("+/#", "a"));
}

TEST_CASE("section 4.7.1.3: '+' matches one level, which may be empty") {
  CHECK(matches("a/+/c", "a/b/c"));
  CHECK(matches("a/+/c", "a//c"));
  CHECK(matches("+", "a"));
  CHECK(matches("+/+", "/a"));
  CHECK(matches("/+", "/a"));
  CHECK_FALSE(matches("+", "/a"));
  CHECK_FALSE(matches("a/+", "a"));
  CHECK_FALSE(matches("a/+", "a/b/c"));
}

TEST_CASE(
    "[MQTT-4.7.2-1] a filter that begins with a wildcard matches no topic that begins with '$'") {
  CHECK_FALSE(matches("#", "$SYS/uptime"));
  CHECK_FALSE(matches("+/uptime", "$SYS/uptime"));
  CHECK_FALSE(matches("+", "$SYS"));
  CHECK(matches("$SYS/#", "$SYS/uptime"));
  CHECK(matches("$SYS/+", "$SYS/uptime"));
  CHECK(matches("a/+", "a/$b"));
  CHECK(matches("+/+", "a/$b"));
}

TEST_CASE("[MQTT-3.3.4-2] each of a subscriber's overlapping subscriptions is found") {
  TopicTree tree;
  Client client;
  std::uint32_t identifier = 0;
  for (const std::string_view filter : {"a/b", "a/+", "a/#", "#", "+/b", "a/b/#", "a/c"}) {
    CHECK(tree.insert(filter, client, with_identifier(++identifier)));
  }
  CHECK(matching(tree, "a/b") == std::vector<std::uint32_t>{1, 2, 3, 4, 5, 6});
  CHECK(matching(tree, "a/b/c") == std::vector<std::uint32_t>{3, 4, 6});
  CHECK(matching(tree, "b") == std::vector<std::uint32_t>{4});
}

TEST_CASE("[MQTT-3.8.4-3] subscribing again replaces the options") {
  TopicTree tree;
  Client client;
  const SubscriptionOptions first{QoS::exactly_once, true, true, RetainHandling::do_not_send,
                                  268'435'455};
  const SubscriptionOptions second{QoS::at_least_once, false, false, RetainHandling::send_if_new,
                                   0};
  CHECK(tree.insert("a/b", client, first));
  CHECK(tree.find("a/b", client) == first);
  CHECK_FALSE(tree.insert("a/b", client, second));
  CHECK(tree.find("a/b", client) == second);
  CHECK(tree.size() == 1);
  tree.match("a/b",
             [&](Subscriber&, const SubscriptionOptions& options) { CHECK(options == second); });
}

TEST_CASE("[MQTT-3.10.4-1] unsubscribing takes out the very same filter only") {
  TopicTree tree;
  Client client;
  Client other;
  tree.insert("a/b/c", client, {});
  tree.insert("a/b/c", other, {});
  for (const std::string_view filter : {"a", "a/b", "a/b/", "a/b/c/d", "a/+/c", "a/b/#", "#"}) {
    CAPTURE(filter);
    CHECK_FALSE(tree.erase(filter, client));
    CHECK_FALSE(tree.find(filter, client));
  }
  CHECK(tree.erase("a/b/c", client));
  CHECK_FALSE(tree.erase("a/b/c", client));
  CHECK(client.subscription_count() == 0);
  CHECK(filters(tree, other) == std::vector<std::string>{"a/b/c"});
}

TEST_CASE("a subscriber's filters are listed as they were given") {
  TopicTree tree;
  Client client;
  const std::vector<std::string> expected{"#",   "+/b/#",     "/",      "//",
                                          "a",   "a/",        "a/+/+/", "a/a-rather-long-level/+/b",
                                          "a/b", "küche/日本"};
  for (const std::string& filter : expected) tree.insert(filter, client, {});
  CHECK(filters(tree, client) == expected);
  CHECK(client.subscription_count() == expected.size());
}

TEST_CASE("a subscriber that leaves takes all of its subscriptions along, and nobody else's") {
  TopicTree tree;
  std::deque<Client> clients(3);
  for (Client& client : clients) {
    for (int i = 0; i < 100; ++i) tree.insert("a/" + std::to_string(i), client, {});
  }
  tree.erase_all(clients[1]);
  CHECK(clients[1].subscription_count() == 0);
  CHECK(tree.size() == 200);
  for (int i = 0; i < 100; ++i) {
    CHECK(matching(tree, "a/" + std::to_string(i)).size() == 2);
  }
}

TEST_CASE("topics of as many levels as a topic can have are matched") {
  const std::size_t deepest = 32'767;
  TopicTree tree;
  Client client;
  tree.insert(repeat("+/", deepest) + "a", client, with_identifier(1));
  tree.insert(repeat("a/", deepest) + "a", client, with_identifier(2));
  tree.insert(repeat("a/", deepest) + "#", client, with_identifier(3));
  // A node a level, and a '+' to come back to at each.
  std::string filter;
  for (int level = 0; level < 2000; ++level) {
    tree.insert(filter + "+", client, with_identifier(4));
    filter += "a/";
  }
  const std::string topic = repeat("a/", deepest) + "a";
  CHECK(matching(tree, topic) == std::vector<std::uint32_t>{1, 2, 3});
  CHECK(matching(tree, repeat("a/", 999) + "a") == std::vector<std::uint32_t>{4});
  tree.erase_all(client);
  CHECK(matching(tree, topic).empty());
}

TEST_CASE("matching allocates nothing") {
  TopicTree tree;
  Client client;
  for (const std::string_view filter : {"a/+/c/#", "a/b/c/d", "+/+/+/+", "#", "a/b/+/d"}) {
    tree.insert(filter, client, {});
  }
  std::size_t found = 0;
  const std::size_t before = mqrig::wire::test::allocation_count();
  tree.match("a/b/c/d", [&](Subscriber&, const SubscriptionOptions&) { ++found; });
  CHECK(mqrig::wire::test::allocation_count() == before);
  CHECK(found == 5);
}

namespace {

// Texts of few different levels, so that filters share beginnings, match and are met again.
class RandomTopics {
 public:
  explicit RandomTopics(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return random_() % limit; }

  std::string topic() { return levels({"a", "b", "", "$x", "abcdefghijklmn"}); }
  std::string filter() {
    std::string text = levels({"a", "b", "", "$x", "abcdefghijklmn", "+", "+"});
    if (below(4) == 0) text = below(8) == 0 ? "#" : text + "/#";
    return text;
  }

 private:
  std::string levels(const std::vector<std::string>& choices) {
    std::string text = choices[below(choices.size())];
    for (std::size_t more = below(5); more > 0; --more)
      text += "/" + choices[below(choices.size())];
    return text.empty() ? "/" : text;
  }

  std::mt19937 random_;
};

// The same subscriptions as a list, matched one by one.
class Model {
 public:
  using Key = std::pair<std::size_t, std::string>;  // subscriber and filter

  std::map<Key, std::uint32_t> identifiers;

  std::vector<std::uint32_t> matching(std::string_view topic) const {
    std::vector<std::uint32_t> found;
    for (const auto& [key, identifier] : identifiers) {
      if (mqrig::wire::matches(key.second, topic)) found.push_back(identifier);
    }
    std::sort(found.begin(), found.end());
    return found;
  }
  std::vector<std::string> filters(std::size_t subscriber) const {
    std::vector<std::string> found;
    for (const auto& [key, identifier] : identifiers) {
      if (key.first == subscriber) found.push_back(key.second);
    }
    return found;
  }
};

// Random changes, most of them insertions when `growing`.
void change(TopicTree& tree, std::deque<Client>& clients, Model& model, RandomTopics& random,
            bool growing, std::uint32_t identifier) {
  const std::size_t who = random.below(clients.size());
  if (random.below(200) == 0) {
    tree.erase_all(clients[who]);
    std::erase_if(model.identifiers, [&](const auto& one) { return one.first.first == who; });
  } else if (random.below(4) != 0 ? growing : !growing) {
    const std::string filter = random.filter();
    const bool is_new = model.identifiers.count({who, filter}) == 0;
    REQUIRE(tree.insert(filter, clients[who], with_identifier(identifier)) == is_new);
    model.identifiers[{who, filter}] = identifier;
  } else {
    const std::string filter = random.filter();
    REQUIRE(tree.erase(filter, clients[who]) == (model.identifiers.erase({who, filter}) != 0));
  }
}

void compare(const TopicTree& tree, const std::deque<Client>& clients, const Model& model) {
  REQUIRE(tree.size() == model.identifiers.size());
  for (std::size_t who = 0; who < clients.size(); ++who) {
    REQUIRE(filters(tree, clients[who]) == model.filters(who));
    REQUIRE(clients[who].subscription_count() == model.filters(who).size());
  }
  for (const auto& [key, identifier] : model.identifiers) {
    REQUIRE(tree.find(key.second, clients[key.first]) == with_identifier(identifier));
  }
}

}  // namespace

TEST_CASE("the tree finds what comparing with every filter finds, whatever came and went") {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    RandomTopics random(seed);
    TopicTree tree;
    const std::size_t empty = tree.memory();
    std::deque<Client> clients(seed % 7 + 1);
    Model model;
    for (std::uint32_t step = 1; step <= 1500; ++step) {
      change(tree, clients, model, random, step % 600 < 300, step);
      const std::string topic = random.topic();
      CAPTURE(topic);
      REQUIRE(matching(tree, topic) == model.matching(topic));
      if (step % 250 == 0) compare(tree, clients, model);
    }
    for (Client& client : clients) tree.erase_all(client);
    CHECK(tree.size() == 0);
    CHECK(tree.memory() < empty + 4096);
  }
}

TEST_CASE("a subscription takes at most 150 bytes and its text, alone at its filter or not") {
  constexpr std::size_t count = 100'000;
  constexpr std::size_t list_size = 16;  // of the places, in the subscriber itself
  const auto number = [](std::size_t i) { return std::to_string(i + 100'000); };
  const auto bytes_each = [&](std::size_t clients_count, auto filter) {
    TopicTree tree;
    std::deque<Client> clients(clients_count);
    std::size_t text = 0;
    for (std::size_t i = 0; i < count; ++i) {
      text += filter(i).size();
      tree.insert(filter(i), clients[i % clients_count], {});
    }
    const std::size_t bytes = tree.memory() + clients_count * list_size - text;
    for (Client& client : clients) tree.erase_all(client);
    CHECK(tree.memory() < 100'000);
    return bytes / count;
  };
  for (const std::size_t clients : {std::size_t{1}, count}) {
    CAPTURE(clients);
    CHECK(bytes_each(clients, [&](std::size_t i) { return "site/" + number(i); }) <= 150);
    CHECK(bytes_each(clients, [&](std::size_t i) { return number(i) + "/+/status/#"; }) <= 150);
    CHECK(bytes_each(clients,
                     [&](std::size_t i) { return number(i / 2) + (i % 2 ? "/a" : "/b"); }) <= 150);
    // Nearly two nodes each.
    CHECK(bytes_each(clients, [&](std::size_t i) {
            return number(i / 8) + (i & 4 ? "/a" : "/b") + (i & 2 ? "/a" : "/b") +
                   (i & 1 ? "/a" : "/b");
          }) <= 150);
  }
  CHECK(bytes_each(count, [](std::size_t) { return std::string("a/b"); }) <= 60);
}
