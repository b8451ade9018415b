#include <doctest/doctest.h>

#include <asio/awaitable.hpp>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>
#include <mqrig/client/async_client.hpp>
#include <mqrig/wire/encode.hpp>

#include "stub_broker.hpp"

namespace mqrig::client::tests {
namespace {

using asio::use_awaitable;
using wire::QoS;
using wire::ReasonCode;

struct Loop {
  asio::io_context context;
  StubBroker broker{context};

  Options options() {
    Options result;
    result.brokers.emplace_back("127.0.0.1", broker.port());
    return result;
  }

  template <typename Condition>
  void run_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      REQUIRE(std::chrono::steady_clock::now() < deadline);
      context.run_one_for(std::chrono::seconds(1));
    }
  }
};

asio::awaitable<std::string> converse(AsyncClient& client) {
  co_await client.async_connect(use_awaitable);
  co_await client.async_subscribe("a/#", QoS::exactly_once, use_awaitable);
  Message message("a/b", "hello", QoS::at_least_once);
  message.properties.add(wire::PropertyId::content_type, "text");
  co_await client.async_publish(std::move(message), use_awaitable);
  const Message received = co_await client.async_receive(use_awaitable);
  co_await client.async_unsubscribe("never/subscribed", use_awaitable);
  co_await client.async_disconnect(use_awaitable);
  co_return received.topic + " " + received.payload;
}

}  // namespace

TEST_CASE_FIXTURE(Loop, "a coroutine connects, subscribes, publishes, receives and disconnects") {
  broker.echo = true;
  broker.script = [](StubBroker::Peer& peer, const wire::Frame& frame) {
    if (frame.type() != wire::PacketType::unsubscribe) return false;
    const std::uint8_t id[] = {frame.body[0], frame.body[1]};
    const std::uint8_t unsuback[] = {0xB0, 0x04, id[0], id[1], 0x00, 0x11};
    peer.send(unsuback);
    return true;
  };
  AsyncClient client(context, options());
  std::optional<std::string> result;
  asio::co_spawn(context, converse(client), [&](std::exception_ptr failure, std::string text) {
    CHECK_FALSE(failure);
    result = std::move(text);
  });
  run_until([&] { return result.has_value(); });
  CHECK(*result == "a/b hello");
}

TEST_CASE_FIXTURE(Loop, "callbacks hear why a connection failed") {
  broker.connack.reason = ReasonCode::not_authorized;
  AsyncClient client(context, options());
  std::optional<std::error_code> result;
  client.async_connect([&](std::error_code error) { result = error; });
  run_until([&] { return result.has_value(); });
  CHECK(*result == Error::not_authorised);
  CHECK(client.last_failure().reason == ReasonCode::not_authorized);
}

TEST_CASE_FIXTURE(Loop,
                  "publishing before connecting is an error, and so is what the broker refuses") {
  AsyncClient client(context, options());
  std::vector<std::error_code> results;
  const auto note = [&](std::error_code error, ReasonCode) { results.push_back(error); };
  client.async_publish(Message("t", "x"), note);
  run_until([&] { return results.size() == 1; });
  CHECK(results[0] == session::Error::not_connected);

  broker.script = [](StubBroker::Peer& peer, const wire::Frame& frame) {
    if (frame.type() != wire::PacketType::publish) return false;
    wire::Buffer out;
    wire::Ack ack;
    ack.packet_id = 1;
    ack.reason = ReasonCode::quota_exceeded;
    wire::encode(out, peer.version, ack);
    peer.send(out);
    return true;
  };
  client.async_connect([](std::error_code) {});
  client.async_publish(Message("t", "x", QoS::at_least_once), note);
  run_until([&] { return results.size() == 2; });
  CHECK(results[1] == Error::not_taken);
}

TEST_CASE_FIXTURE(Loop, "a cancelled receive loses no message") {
  broker.echo = true;
  AsyncClient client(context, options());
  asio::cancellation_signal cancel;
  std::optional<std::error_code> cancelled;
  std::string received;
  client.async_connect([](std::error_code) {});
  client.async_subscribe("t", QoS::at_most_once, [](std::error_code, ReasonCode) {});
  client.async_receive(asio::bind_cancellation_slot(
      cancel.slot(), [&](std::error_code error, const Message&) { cancelled = error; }));
  cancel.emit(asio::cancellation_type::all);
  run_until([&] { return cancelled.has_value(); });
  CHECK(*cancelled == Error::aborted);
  run_until([&] { return !broker.subscriptions.empty(); });
  client.async_publish(Message("t", "kept"), [](std::error_code, ReasonCode) {});
  client.async_receive(
      [&](std::error_code, const Message& message) { received = message.payload; });
  run_until([&] { return !received.empty(); });
  CHECK(received == "kept");
}

TEST_CASE_FIXTURE(Loop, "messages that nobody receives stop the reading, and all arrive later") {
  constexpr int count = 50;
  broker.script = [](StubBroker::Peer& peer, const wire::Frame& frame) {
    if (frame.type() != wire::PacketType::connect) return false;
    wire::Buffer out;
    wire::encode(out, wire::Version::mqtt_5, wire::Connack{});
    for (int index = 0; index < count; ++index) {
      wire::encode(out, wire::Version::mqtt_5,
                   wire::Publish{.topic = "t", .payload = {}, .properties = {}});
    }
    peer.send(out);
    return true;
  };
  AsyncClient client(context, options(), 5);
  bool connected = false;
  client.async_connect([&](std::error_code) { connected = true; });
  run_until([&] { return connected; });
  int received = 0;
  for (int index = 0; index < count; ++index) {
    client.async_receive([&](std::error_code error, const Message&) { received += !error; });
  }
  run_until([&] { return received == count; });
}

TEST_CASE_FIXTURE(Loop, "what is asked for after the end completes with the reason of the end") {
  AsyncClient client(context, options());
  bool ended = false;
  client.async_connect([](std::error_code) {});
  run_until([&] { return client.client().connected(); });
  client.async_disconnect([&](std::error_code) { ended = true; });
  run_until([&] { return ended; });
  std::vector<std::error_code> results;
  client.async_receive([&](std::error_code error, const Message&) { results.push_back(error); });
  client.async_subscribe("t", QoS::at_most_once,
                         [&](std::error_code error, ReasonCode) { results.push_back(error); });
  run_until([&] { return results.size() == 2; });
  CHECK(results[0] == Error::aborted);
  CHECK(results[1] == Error::aborted);
}

TEST_CASE_FIXTURE(Loop, "cancelling a receive of a client that is gone does nothing") {
  asio::cancellation_signal cancel;
  {
    AsyncClient client(context, options());
    client.async_receive(asio::bind_cancellation_slot(
        cancel.slot(), [](std::error_code, const Message&) { FAIL("called"); }));
  }
  cancel.emit(asio::cancellation_type::all);
}

}  // namespace mqrig::client::tests
