// Nanoseconds to find, replace and scan 1,000,000 retained messages, and the bytes that each takes
// beside itself.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <mqrig/broker/retained_cursor.hpp>

#include <tests/bench/rounds.hpp>

namespace {

using namespace mqrig;
using bench::best_of_rounds;
using broker::Message;
using broker::MessagePtr;
using broker::RetainedCursor;
using broker::RetainedStore;

constexpr std::size_t count = 1'000'000;
constexpr std::size_t values = 10;  // of each device

std::string topic(std::size_t n) {
  return "site/" + std::to_string(n / values) + "/value" + std::to_string(n % values);
}

MessagePtr message(const std::string& topic) {
  wire::Publish publish;
  publish.topic = topic;
  publish.payload = wire::as_bytes("0123456789abcdef");
  return Message::make(publish, session::never);
}

// Nanoseconds for each topic found, `expected` of them.
double scan(const RetainedStore& store, const char* filter, std::size_t expected) {
  const auto round = [&] {
    std::size_t found = 0;
    RetainedCursor cursor(filter);
    while (cursor.next(store, {}, 1000, [&](const MessagePtr&) { return ++found > 0; })) {
    }
    if (found != expected) std::abort();
  };
  return best_of_rounds(expected, round, 3);
}

}  // namespace

int main() {
  RetainedStore store;
  std::vector<MessagePtr> messages;
  for (std::size_t n = 0; n < count; ++n) messages.push_back(message(topic(n)));
  std::shuffle(messages.begin(), messages.end(), std::mt19937(1));
  const std::size_t empty = store.bytes();
  const auto print = [](const char* what, double value, const char* unit) {
    std::printf("%-44s %8.1f %s\n", what, value, unit);
  };

  const auto set_all = [&] {
    for (const MessagePtr& one : messages) store.set(one);
  };
  print("set a new topic, at random", best_of_rounds(count, set_all, 1), "ns");
  print("replace one, at random", best_of_rounds(count, set_all, 2), "ns");
  std::size_t message_bytes = 0;
  for (const MessagePtr& one : messages) message_bytes += broker::heap_size(one->size());
  print("beside a message of its own",
        static_cast<double>(store.bytes() - empty - message_bytes) / count, "bytes");

  const auto find_all = [&] {
    for (const MessagePtr& one : messages) bench::keep(store.find(one->topic(), {}));
  };
  print("find one, at random", best_of_rounds(count, find_all, 3), "ns");
  print("scan #, a topic found", scan(store, "#", count), "ns");
  print("scan site/+/value4, a topic found", scan(store, "site/+/value4", count / values), "ns");
  print("scan site/4711/#, a topic found", scan(store, "site/4711/#", values), "ns");
}
