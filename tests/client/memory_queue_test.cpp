#include <doctest/doctest.h>

#include <mqrig/client/memory_queue.hpp>

namespace mqrig::client::tests {
namespace {

std::uint64_t append(MemoryQueue& queue, std::string payload) {
  store::SpooledMessage message;
  message.publish.topic = "topic";
  message.publish.payload = wire::as_bytes(payload);
  return queue.append(message);  // a copy: the payload goes away
}

using Payloads = std::vector<std::string>;

Payloads after(MemoryQueue& queue, std::uint64_t sequence) {
  Payloads payloads;
  CHECK_FALSE(queue.read(sequence, [&](const store::SpooledMessage& message) {
    payloads.emplace_back(wire::as_text(message.publish.payload));
    return payloads.size() < 3;
  }));
  return payloads;
}

}  // namespace

TEST_CASE("a queue in memory keeps copies, in order") {
  MemoryQueue queue;
  for (const char* text : {"a", "b", "c", "d"}) append(queue, text);
  CHECK(queue.messages() == 4);
  CHECK(queue.bytes() == 24);
  CHECK(queue.last_sequence() == 4);
  CHECK(after(queue, 0) == Payloads{"a", "b", "c"});
  CHECK(after(queue, 2) == Payloads{"c", "d"});
  CHECK(after(queue, 4).empty());
}

TEST_CASE("properties are kept with a message") {
  MemoryQueue queue;
  wire::PropertyWriter properties;
  properties.add(wire::PropertyId::content_type, "text");
  store::SpooledMessage message;
  message.publish.topic = "t";
  message.publish.properties = properties.view();
  queue.append(message);
  properties.clear();
  properties.add(wire::PropertyId::content_type, "else");
  CHECK(queue.find(1, [](const store::SpooledMessage& found) {
    CHECK(found.publish.properties.text(wire::PropertyId::content_type) == "text");
    return true;
  }));
}

TEST_CASE("what the client has is not kept") {
  MemoryQueue queue;
  append(queue, "a");
  CHECK(queue.append_sent({}) == 2);
  append(queue, "c");
  queue.sent(2);
  CHECK(queue.messages() == 1);
  CHECK(queue.bytes() == 6);
  const auto visit = [](const store::SpooledMessage&) { return true; };
  CHECK_FALSE(queue.find(1, visit));
  CHECK_FALSE(queue.find(2, visit));
  CHECK(queue.find(3, visit));
  queue.remove(1, 6);  // it has gone already
  CHECK(queue.bytes() == 6);
}

TEST_CASE("a message may be taken out of the middle") {
  MemoryQueue queue;
  for (const char* text : {"a", "b", "c"}) append(queue, text);
  queue.remove(2, 6);
  queue.refuse(3, 6, "no");
  CHECK(after(queue, 0) == Payloads{"a"});
  CHECK(queue.bytes() == 6);
  CHECK(append(queue, "d") == 4);
}

}  // namespace mqrig::client::tests
