#include <doctest/doctest.h>

#include <mqrig/client/open_batches.hpp>

namespace mqrig::client::tests {
namespace {

using store::Batch;

store::SpooledMessage message(std::string_view topic, std::string_view payload,
                              Batch batch = {Batch::Format::lines, 3, 100}) {
  store::SpooledMessage message;
  message.publish.topic = topic;
  message.publish.payload = wire::as_bytes(payload);
  message.batch = batch;
  return message;
}

constexpr OpenBatches::Time start{std::chrono::hours(1)};

}  // namespace

TEST_CASE("messages of a topic are joined until their number is reached") {
  OpenBatches batches;
  for (const char* text : {"a", "", "c"}) {
    CHECK(batches.in_the_way(message("t", text), 1'000) == nullptr);
    OpenBatches::Entry& entry = batches.add(message("t", text), start);
    CHECK(batches.full(entry) == (entry.count == 3));
  }
  CHECK(batches.messages() == 3);
  OpenBatches::Entry& entry = *batches.next_due();
  OpenBatches::finish(entry);
  CHECK(entry.payload == "a\n\nc\n");
  CHECK(entry.messages.others.size() == 2);
  batches.remove(entry);
  CHECK(batches.empty());
  CHECK(batches.messages() == 0);
}

TEST_CASE("elements of an array stand between brackets") {
  OpenBatches batches;
  const Batch array{Batch::Format::json_array, 2, 0};
  batches.add(message("t", "1", array), start);
  OpenBatches::Entry& entry = batches.add(message("t", "{}", array), start);
  OpenBatches::finish(entry);
  CHECK(entry.payload == "[1,{}]");
}

TEST_CASE("the batch whose first message has waited longest is due first") {
  OpenBatches batches;
  using std::chrono::milliseconds;
  batches.add(message("a", "x", {Batch::Format::lines, 9, 100}), start);
  batches.add(message("b", "x", {Batch::Format::lines, 9, 20}), start + milliseconds(50));
  batches.add(message("b", "x", {Batch::Format::lines, 9, 20}), start + milliseconds(60));
  CHECK(batches.next_due()->topic == "b");
  CHECK(batches.next_due()->due == start + milliseconds(70));
  batches.remove(*batches.next_due());
  CHECK(batches.next_due()->topic == "a");
}

TEST_CASE("a batch expires with the first of its messages that does") {
  OpenBatches batches;
  store::SpooledMessage one = message("t", "a");
  batches.add(one, start);
  one.expires_at = 2000;
  batches.add(one, start);
  one.expires_at = 1000;
  CHECK(batches.add(one, start).expires_at == 1000);
}

TEST_CASE("what does not fit into the batch of its topic has to wait for it") {
  OpenBatches batches;
  batches.add(message("t", "a"), start);
  store::SpooledMessage other = message("t", "b");
  CHECK(batches.in_the_way(other, 1'000) == nullptr);
  SUBCASE("another QoS") {
    other.publish.qos = wire::QoS::at_least_once;
  }
  SUBCASE("another retain flag") {
    other.publish.retain = true;
  }
  SUBCASE("another kind of batch, or none") {
    other.batch = {};
  }
  SUBCASE("too many") {
    batches.add(other, start);
    batches.add(other, start);
  }
  CHECK(batches.in_the_way(other, 1'000) != nullptr);
  other.publish.topic = "u";
  CHECK(batches.in_the_way(other, 1'000) == nullptr);
}

}  // namespace mqrig::client::tests
