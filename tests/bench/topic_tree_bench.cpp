// Nanoseconds to match a topic with few and many subscriptions that have nothing to do with it, and
// to subscribe and leave; bytes of heap per subscription.
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <mqrig/broker/topic_tree.hpp>

#include <tests/bench/rounds.hpp>

namespace {

using namespace mqrig;
using bench::best_of_rounds;
using broker::Subscriber;
using broker::SubscriptionOptions;
using broker::TopicTree;

struct Client : Subscriber {
  Client() = default;
};

using Filter = std::function<std::string(std::size_t)>;

struct Shape {
  const char* name;
  Filter filter;  // of the subscription with this number
};

std::string number(std::size_t value) {
  std::string digits = std::to_string(value);
  return std::string(7 - digits.size(), '0') + digits;
}

const std::vector<Shape>& shapes() {
  static const std::vector<Shape> all{
      {"site/N/state", [](std::size_t n) { return "site/" + number(n) + "/state"; }},
      {"N/+/status/#", [](std::size_t n) { return number(n) + "/+/status/#"; }},
      {"+/room/N", [](std::size_t n) { return "+/room/" + number(n); }},
      {"a/N/8/levels, N/2 twice",
       [](std::size_t n) {
         return "a/" + number(n / 2) + "/c/d/e/f/g" + (n % 2 == 0 ? "/h" : "/i");
       }},
      {"binary tree of 20 levels",
       [](std::size_t n) {
         std::string text;
         for (int bit = 0; bit < 20; ++bit) text += (n >> bit & 1U) == 0 ? "0/" : "1/";
         return text + "x";
       }},
      {"one filter for all", [](std::size_t) { return std::string("a/b/c"); }},
  };
  return all;
}

std::size_t heap() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// Subscriptions to topics that are matched, among `unrelated` others: 100 plain ones, and some with
// wildcards that match them all.
double match(const Shape& shape, std::size_t unrelated) {
  constexpr std::size_t topics_count = 100;
  TopicTree tree;
  Client client;
  for (std::size_t n = 0; n < unrelated; ++n) tree.insert(shape.filter(n), client, {});
  std::vector<std::string> topics;
  for (std::size_t n = 0; n < topics_count; ++n) {
    topics.push_back("plant/4/sensor/" + number(n) + "/temperature");
    tree.insert(topics.back(), client, {});
  }
  for (const char* filter : {"plant/#", "plant/+/sensor/+/temperature", "plant/4/+/+/+"}) {
    tree.insert(filter, client, {});
  }
  std::size_t found = 0;
  const double ns = best_of_rounds(
      topics_count,
      [&] {
        for (const std::string& topic : topics) {
          tree.match(topic, [&](Subscriber&, const SubscriptionOptions&) { ++found; });
        }
      },
      1000);
  if (found != 1000 * topics_count * 4) std::abort();
  tree.erase_all(client);
  return ns;
}

// Each subscription's own topic, at random: with many of them, nothing is in a cache.
double match_any(std::size_t count) {
  TopicTree tree;
  Client client;
  const auto topic = [](std::size_t n) { return "site/" + number(n) + "/state"; };
  for (std::size_t n = 0; n < count; ++n) tree.insert(topic(n), client, {});
  std::mt19937 random(1);
  std::vector<std::string> topics;
  for (std::size_t n = 0; n < 100'000; ++n) topics.push_back(topic(random() % count));
  std::size_t found = 0;
  return best_of_rounds(
      topics.size(),
      [&] {
        for (const std::string& one : topics) {
          tree.match(one, [&](Subscriber&, const SubscriptionOptions&) { ++found; });
        }
      },
      5);
}

struct Costs {
  double bytes;  // a subscription, without its text
  double insert;
  double erase;
};

Costs fill(const Shape& shape, std::size_t count, std::size_t clients_count) {
  std::vector<std::string> filters;
  std::size_t text = 0;
  for (std::size_t n = 0; n < count; ++n) text += filters.emplace_back(shape.filter(n)).size();
  const std::size_t before = heap();
  TopicTree tree;
  std::deque<Client> clients(clients_count);
  Costs costs{};
  costs.insert = best_of_rounds(
      count,
      [&] {
        for (std::size_t n = 0; n < count; ++n) {
          tree.insert(filters[n], clients[n % clients_count], {});
        }
      },
      1);
  costs.bytes = static_cast<double>(heap() - before - text) / static_cast<double>(count);
  costs.erase = best_of_rounds(
      count,
      [&] {
        for (Client& client : clients) tree.erase_all(client);
      },
      1);
  if (tree.size() != 0) std::abort();
  return costs;
}

// 100,000 subscribers of one filter, one of whom has 100,000 others: it comes and goes.
void crowd() {
  constexpr std::size_t count = 100'000;
  TopicTree tree;
  std::deque<Client> clients(count);
  for (Client& client : clients) tree.insert("news/#", client, {});
  std::size_t found = 0;
  const double visit = best_of_rounds(
      count, [&] { tree.match("news/today", [&](Subscriber&, const auto&) { ++found; }); }, 20);
  const double toggle = best_of_rounds(
      count,
      [&] {
        for (Client& client : clients) {
          tree.erase("news/#", client);
          tree.insert("news/#", client, {});
        }
      },
      3);
  std::printf("%-44s %8.1f ns\n", "match, a subscriber of 100,000 of one filter", visit);
  std::printf("%-44s %8.1f ns\n", "one of them leaves and comes back", toggle);
  for (Client& client : clients) tree.erase_all(client);
}

}  // namespace

int main() {
  constexpr std::size_t few = 1000;
  constexpr std::size_t many = 1'000'000;
  std::printf("%-32s %10s %10s\n", "match, unrelated subscriptions:", "1,000", "1,000,000");
  for (const Shape& shape : shapes()) {
    std::printf("%-32s %7.1f ns %7.1f ns\n", shape.name, match(shape, few), match(shape, many));
  }
  std::printf("%-32s %7.1f ns %7.1f ns\n", "each its own topic, at random", match_any(few),
              match_any(many));
  std::printf("\n%-32s %10s %10s %10s %10s\n", "1,000,000 subscriptions", "clients", "bytes",
              "insert ns", "leave ns");
  for (const Shape& shape : shapes()) {
    for (const std::size_t clients : {std::size_t{1}, many}) {
      if (clients == 1 && &shape == &shapes().back()) continue;
      const Costs costs = fill(shape, many, clients);
      std::printf("%-32s %10zu %10.1f %10.1f %10.1f\n", shape.name, clients, costs.bytes,
                  costs.insert, costs.erase);
    }
  }
  std::printf("\n");
  crowd();
}
