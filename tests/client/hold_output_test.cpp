// Output that leaves only when the owner says so, and the state of a session as bytes.
#include <doctest/doctest.h>

#include <asio/io_context.hpp>
#include <mqrig/client/client.hpp>
#include <optional>

#include "stub_broker.hpp"

namespace mqrig::client::tests {
namespace {

using wire::PacketType;
using wire::QoS;

class Fixture : public Handler {
 public:
  Fixture() {
    broker.script = [this](StubBroker::Peer&, const wire::Frame& frame) {
      ++packets;
      types.push_back(frame.type());
      return silent && frame.type() == PacketType::publish;
    };
    begin();
  }

  void begin() {
    Options options;
    options.brokers.emplace_back("127.0.0.1", broker.port());
    options.client_id = "held";
    options.clean_start = false;
    options.session_expiry = 1000;
    options.flush_by_owner = true;
    Handler& handler = *this;
    client.emplace(context, std::move(options), handler);
  }
  void run_until_connected() {
    client->start();
    run_until([&] { return connected; });
  }
  template <typename Condition>
  void run_until(Condition condition, bool flushing = true) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      REQUIRE(std::chrono::steady_clock::now() < deadline);
      context.run_one_for(std::chrono::milliseconds(100));
      if (flushing) client->flush();
    }
  }
  void idle() {
    for (int turns = 0; turns < 10; ++turns) context.run_for(std::chrono::milliseconds(1));
  }
  std::error_code publish(std::string_view payload, std::uint64_t token, QoS qos) {
    return client->publish(
        {.topic = "t", .payload = wire::as_bytes(payload), .qos = qos, .properties = {}}, token);
  }

  void on_connected(bool, wire::Properties) override { connected = true; }
  void on_published(std::uint64_t token, wire::ReasonCode, wire::Properties) override {
    published.push_back(token);
  }
  void on_output() override { ++outputs; }
  void on_ready() override { ++ready; }
  void on_disconnected() override { ended = true; }

  asio::io_context context;
  StubBroker broker{context};
  std::optional<Client> client;
  int packets = 0, outputs = 0, ready = 0;
  bool connected = false, ended = false, silent = false;
  std::vector<std::uint64_t> published;
  std::vector<PacketType> types;  // that came to the broker
};

}  // namespace

TEST_CASE_FIXTURE(Fixture,
                  "nothing leaves before flush(), CONNECT neither, and that is asked for") {
  client->start();
  run_until([&] { return outputs == 1; }, false);
  idle();
  CHECK(packets == 0);
  CHECK(outputs == 1);
  client->flush();
  run_until([&] { return connected; }, false);
  CHECK(packets == 1);
}

TEST_CASE_FIXTURE(Fixture, "what is appended after flush() waits for the next one") {
  run_until_connected();
  outputs = 0;
  CHECK_FALSE(publish("a", 1, QoS::at_most_once));
  CHECK_FALSE(publish("b", 2, QoS::at_most_once));
  idle();
  CHECK(outputs == 1);  // not for each of them
  client->flush();
  CHECK_FALSE(publish("c", 3, QoS::at_most_once));
  run_until([&] { return outputs == 2; }, false);
  idle();
  CHECK(broker.topics.size() == 2);
  client->flush();
  run_until([&] { return broker.topics.size() == 3; }, false);
}

TEST_CASE_FIXTURE(Fixture, "when much is held no more is taken, until it was flushed") {
  run_until_connected();
  const std::string payload(10'000, 'x');
  std::size_t taken = 0;
  while (!publish(payload, 0, QoS::at_most_once)) ++taken;
  CHECK(taken < 200);
  idle();
  CHECK(broker.topics.empty());
  ready = 0;
  client->flush();
  CHECK(ready == 1);
  CHECK_FALSE(publish(payload, 0, QoS::at_most_once));
  run_until([&] { return broker.topics.size() == taken + 1; });
}

TEST_CASE_FIXTURE(Fixture, "requests leave ahead of what is about messages, if only they may") {
  client->start();
  run_until([&] { return client->flush_requests(), connected; }, false);
  CHECK_FALSE(publish("held", 1, QoS::at_most_once));
  const wire::Subscription subscription{.filter = "t", .qos = QoS::at_least_once};
  CHECK_FALSE(client->subscribe({&subscription, 1}, {}, 0));
  client->disconnect();
  outputs = 0;
  run_until([&] { return client->flush_requests(), types.size() == 2; }, false);
  idle();
  CHECK(types == std::vector{PacketType::connect, PacketType::subscribe});
  CHECK(outputs > 0);  // what is held is asked for again
  run_until([&] { return ended; });
  CHECK(types == std::vector{PacketType::connect, PacketType::subscribe, PacketType::publish,
                             PacketType::disconnect});
}

TEST_CASE_FIXTURE(Fixture, "DISCONNECT leaves with the flush that follows") {
  run_until_connected();
  CHECK_FALSE(publish("a", 1, QoS::at_most_once));
  client->disconnect();
  idle();
  CHECK_FALSE(ended);
  run_until([&] { return ended; });
  CHECK(client->ended_cleanly());
  CHECK(broker.topics.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a session as bytes has its identifiers, tokens and stages") {
  run_until_connected();
  silent = true;
  CHECK_FALSE(publish("a", 7, QoS::exactly_once));
  CHECK_FALSE(publish("b", 8, QoS::at_least_once));
  wire::Buffer state;
  client->save_session(state);
  std::vector<std::uint64_t> asked;
  const auto find = [&](std::uint64_t token, const Client::UsePublish& use) {
    asked.push_back(token);
    use({.topic = "t",
         .payload = {},
         .qos = token == 7 ? QoS::exactly_once : QoS::at_least_once,
         .properties = {}});
    return true;
  };

  SUBCASE("which go on after a restart") {
    begin();
    REQUIRE(client->restore_session(state.view(), find));
    CHECK(asked == std::vector<std::uint64_t>{7, 8});
    wire::Buffer again;
    client->save_session(again);
    CHECK(std::ranges::equal(again.view(), state.view()));
    silent = connected = false;
    broker.connack.session_present = true;
    run_until_connected();
    run_until([&] { return published.size() == 2; });
  }
  SUBCASE("and are refused when a part is missing, or too much") {
    for (std::size_t size = 0; size < state.size(); ++size) {
      begin();
      CHECK_FALSE(client->restore_session(state.view().first(size), find));
    }
    state.append(wire::as_bytes("x"));
    begin();
    CHECK_FALSE(client->restore_session(state.view(), find));
  }
  SUBCASE("or when a message is not there") {
    begin();
    CHECK_FALSE(client->restore_session(
        state.view(), [](std::uint64_t, const Client::UsePublish&) { return false; }));
  }
}

}  // namespace mqrig::client::tests
