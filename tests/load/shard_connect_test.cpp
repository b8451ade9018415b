#include <doctest/doctest.h>

#include <asio/post.hpp>
#include <mqrig/client/credentials.hpp>

#include "tests/load/shard_rig.hpp"

using namespace mqrig;
using namespace mqrig::load;
using namespace mqrig::load::tests;
using namespace std::chrono_literals;

namespace {

// Gives a token that is soon to be renewed, and then another one.
class Tokens final : public client::CredentialSource {
 public:
  Tokens(asio::io_context& context, bool by_auth) : context_(context), by_auth_(by_auth) {}

  void get(Callback callback) override {
    client::Credentials credentials;
    const std::string token = "token-" + std::to_string(++given_);
    if (by_auth_) {
      credentials.authentication_method = "TOKEN";
      credentials.authentication_data = token;
    } else {
      credentials.user_name = token;
    }
    if (given_ == 1) credentials.renew_at = std::chrono::steady_clock::now() + 50ms;
    asio::post(context_, [callback = std::move(callback), credentials = std::move(credentials)] {
      callback(credentials, {});
    });
  }
  void cancel() override {}

 private:
  asio::io_context& context_;
  bool by_auth_;
  int given_ = 0;
};

auto tokens(bool by_auth) {
  return [by_auth](client::Options& options) {
    options.make_credentials = [by_auth](asio::io_context& context) {
      return std::make_shared<Tokens>(context, by_auth);
    };
  };
}

}  // namespace

TEST_CASE("a connection that stands gets a newer token by AUTH") {
  Scripted bench(scenario_of(idlers(50)), tokens(true));
  bench.rig.connect();
  bench.rig.until([&] { return bench.broker.auths == 50; });
  bench.rig.leave();
  CHECK(bench.rig.totals.connected == 50);
  CHECK(bench.rig.totals.lost == 0);
  CHECK(bench.rig.totals.errors == 0);
}

TEST_CASE("where AUTH can't bring it, another connection does") {
  Scripted bench(scenario_of(idlers(50)), tokens(false));
  bench.rig.connect();
  bench.rig.until([&] { return bench.rig.totals.connected == 100; });
  CHECK(bench.rig.totals.left == 50);
  bench.rig.leave();
  CHECK(bench.rig.totals.lost == 0);
  CHECK(bench.rig.totals.errors == 0);
}

TEST_CASE("a connection leaves when its time is over, and comes again") {
  Group group = idlers(5);
  group.lifetime = 20ms;
  Bench bench(scenario_of(group));
  bench.rig.connect();
  bench.rig.until([&] { return bench.rig.totals.connected >= 25; });
  CHECK(bench.rig.totals.left >= 20);
  CHECK(bench.rig.totals.lost == 0);
  bench.rig.leave();
  CHECK(bench.rig.totals.left == bench.rig.totals.connected);
  CHECK(bench.rig.totals.errors == 0);
}

TEST_CASE("all are connected once each has been, though some have left again by then") {
  Group group = idlers(200);
  group.lifetime = 1ns;
  group.ramp = 100ms;
  group.leave = Leave::unclean;
  Bench bench(scenario_of(group));
  bench.rig.connect();
  CHECK(bench.rig.totals.connected >= 200);
  bench.rig.leave();
}

TEST_CASE("a storm comes when all have been connected for its interval, again and again") {
  for (const Leave how : {Leave::clean, Leave::unclean}) {
    Group group = idlers(20);
    group.storm = {1ns, how};
    Bench bench(scenario_of(group));
    bench.rig.connect();
    bench.rig.until([&] { return bench.rig.totals.connected >= 100; });
    // Never again before all have come back.
    CHECK(bench.rig.totals.left % 20 == 0);
    bench.rig.leave();
    CHECK(bench.rig.totals.lost == 0);
    CHECK(bench.rig.totals.errors == 0);
  }
}

TEST_CASE("clients connect over the time of their ramp") {
  Group group = idlers(10);
  group.ramp = 100ms;
  Bench bench(scenario_of(group));
  const auto begin = std::chrono::steady_clock::now();
  bench.rig.connect();
  CHECK(std::chrono::steady_clock::now() - begin >= 90ms);
  bench.rig.leave();
}

TEST_CASE("nobody connects before the time of the order") {
  Bench bench(scenario_of(idlers(3)));
  Order order;
  order.at = std::chrono::steady_clock::now() + 100ms;
  bench.rig.shard->order(order);
  bench.rig.until([&] { return bench.rig.totals.attempts > 0; });
  CHECK(std::chrono::steady_clock::now() >= order.at);
  bench.rig.until(Stage::connected);
  bench.rig.leave();
}

TEST_CASE("where all attempts fail the others are not made") {
  asio::io_context context(1);
  Scenario scenario = scenario_of(idlers(100));
  scenario.connects_at_once = 10;
  std::uint16_t port = 0;
  {
    const FakeBroker gone(context);
    port = gone.port();
  }
  ShardRig rig(context, port, scenario);
  rig.connect();
  CHECK(rig.totals.attempts == 10);
  CHECK(rig.totals.connect_failed == 10);
  CHECK(rig.gauges.given_up == 100);
  CHECK(rig.totals.errors == 10);
  rig.leave();
}

TEST_CASE("leaving is a DISCONNECT or none, as the group says") {
  for (const Leave how : {Leave::clean, Leave::unclean}) {
    Group group = idlers(5);
    group.leave = how;
    Scripted bench(scenario_of(group));
    bench.rig.connect();
    bench.rig.leave();
    bench.rig.until([&] { return bench.broker.connections() == 0; });
    CHECK(bench.broker.disconnects == (how == Leave::clean ? 5 : 0));
    CHECK(bench.rig.totals.left == 5);
    CHECK(bench.rig.totals.lost == 0);
  }
}

TEST_CASE("a broker that does not end a connection after DISCONNECT is not waited for long") {
  Scripted bench(scenario_of(idlers(2)));
  bench.broker.closes_on_disconnect = false;
  bench.rig.connect();
  bench.rig.leave();
  CHECK(bench.rig.stage == Stage::done);
}

TEST_CASE("clients that are still on their way leave at once") {
  Scenario scenario = scenario_of(idlers(200));
  scenario.connects_at_once = 5;
  Scripted bench(scenario);
  bench.broker.connack.reset();
  bench.rig.order(Order::Kind::connect);
  bench.rig.until([&] { return !bench.broker.clients.empty(); });
  bench.rig.leave();
  CHECK(bench.rig.totals.attempts == 5);
  CHECK(bench.rig.gauges.given_up == 200);
}

TEST_CASE("a broker that is silent after CONNECT is given up after the time to connect") {
  Scenario scenario = scenario_of(idlers(3));
  scenario.connect_timeout = 200ms;
  Scripted bench(scenario);
  bench.broker.connack.reset();
  bench.rig.order(Order::Kind::connect);
  bench.rig.until([&] { return bench.rig.totals.connect_failed >= 3; });
  CHECK(bench.rig.totals.connected == 0);
  bench.rig.leave();
}

TEST_CASE("a refusal for good is not tried again") {
  Scripted bench(scenario_of(idlers(3)));
  bench.broker.connack = wire::ReasonCode::not_authorized;
  bench.rig.connect();
  CHECK(bench.rig.gauges.given_up == 3);
  CHECK(bench.rig.totals.attempts == 3);
  CHECK(bench.rig.totals.connect_failed == 3);
  bench.rig.leave();
}

TEST_CASE("a broker that is busy is asked again") {
  Scripted bench(scenario_of(idlers(1), publishers(1, "a")));
  bench.broker.connack = wire::ReasonCode::success;
  bench.rig.connect();
  bench.broker.connack = wire::ReasonCode::server_busy;
  bench.broker.cut();
  bench.rig.until([&] { return bench.rig.totals.connect_failed >= 3; });
  CHECK(bench.rig.totals.lost == 2);
  bench.broker.connack = wire::ReasonCode::success;
  bench.rig.until([&] { return bench.rig.gauges.ready == 2; });
  CHECK(bench.rig.gauges.given_up == 0);
  bench.rig.leave();
}

TEST_CASE("DISCONNECT for good ends a client, another reason only its connection") {
  Scripted bench(scenario_of(idlers(2)));
  bench.rig.connect();
  bench.broker.disconnect(wire::ReasonCode::server_shutting_down);
  bench.rig.until([&] { return bench.rig.totals.connected == 4; });
  CHECK(bench.rig.totals.lost == 2);
  bench.broker.disconnect(wire::ReasonCode::session_taken_over);
  bench.rig.until([&] { return bench.rig.gauges.given_up == 2; });
  CHECK(bench.rig.totals.lost == 4);
  CHECK(bench.rig.totals.connected == 4);
  bench.rig.leave();
}

TEST_CASE("a broker without 5.0 is spoken to in 3.1.1, where nobody has said which version") {
  for (const bool closes : {false, true}) {
    Scripted bench(scenario_of(idlers(5)));
    bench.broker.refuses = wire::Version::mqtt_5;
    bench.broker.closes_on_connect = closes;
    bench.rig.order(Order::Kind::connect);
    bench.rig.until([&] { return bench.broker.versions.size() >= 5; });
    bench.broker.closes_on_connect = false;
    bench.rig.until(Stage::connected);
    CHECK(bench.broker.versions.back() == wire::Version::mqtt_3_1_1);
    CHECK(bench.rig.totals.connected == 5);
    CHECK(bench.rig.totals.errors == 0);
    bench.rig.leave();
  }
}

TEST_CASE("who asks for a version gets that or none") {
  Scripted bench(scenario_of(idlers(2)),
                 [](client::Options& options) { options.version = wire::Version::mqtt_5; });
  bench.broker.refuses = wire::Version::mqtt_5;
  bench.rig.connect();
  CHECK(bench.rig.gauges.given_up == 2);
  bench.rig.leave();
}

TEST_CASE("garbage is a fault of the protocol, and costs that connection only") {
  Scripted bench(scenario_of(idlers(2)));
  bench.rig.connect();
  const std::uint8_t garbage[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  bench.broker.send(garbage);
  bench.rig.until([&] { return bench.rig.totals.connected == 4; });
  CHECK(bench.rig.totals.lost == 2);
  CHECK(bench.rig.totals.errors == 2);
  bench.rig.leave();
}

TEST_CASE("a refused subscription is counted") {
  Scripted bench(scenario_of(subscribers(3, "a")));
  bench.broker.suback = wire::ReasonCode::not_authorized;
  bench.rig.connect();
  CHECK(bench.rig.totals.subscribe_refused == 3);
  CHECK(bench.rig.totals.subscribed == 0);
  CHECK(bench.rig.totals.errors == 3);
  bench.rig.leave();
}
