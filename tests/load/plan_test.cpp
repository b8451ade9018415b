#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "tests/load/plans.hpp"

using namespace mqrig;
using namespace mqrig::load;
using namespace mqrig::load::tests;

namespace {

std::string made_error(Scenario scenario) {
  std::string error;
  CHECK(make_plan(std::move(scenario), {}, {}, error) == nullptr);
  return error;
}

}  // namespace

TEST_CASE("a mix has its exact shares, in the shortest round") {
  const auto round = mixed({70, 20, 10});
  CHECK(round.size() == 10);
  CHECK(std::count(round.begin(), round.end(), wire::QoS::at_most_once) == 7);
  CHECK(std::count(round.begin(), round.end(), wire::QoS::at_least_once) == 2);
  CHECK(std::count(round.begin(), round.end(), wire::QoS::exactly_once) == 1);
  CHECK(mixed({0, 5, 0}) == std::vector{wire::QoS::at_least_once});
}

TEST_CASE("a mix is well spread: at each place its shares are as near as they can be") {
  for (const QosMix& mix : {QosMix{70, 20, 10}, QosMix{1, 1, 1}, QosMix{97, 2, 1}, QosMix{3, 5, 7},
                            QosMix{0, 499, 501}}) {
    const auto round = mixed(mix);
    const double sum = mix[0] + mix[1] + mix[2];
    std::array<double, 3> count{};
    for (std::size_t i = 0; i < round.size(); ++i) {
      ++count[static_cast<std::size_t>(round[i])];
      for (std::size_t qos = 0; qos < 3; ++qos) {
        const double share = static_cast<double>(i + 1) * mix[qos] / sum;
        REQUIRE(std::abs(count[qos] - share) < 1.01);
      }
    }
  }
}

TEST_CASE("streams are numbered through all groups that publish, a client's topics together") {
  const auto plan = plan_of(scenario_of(publishers(3, "a"), subscribers(10, "#"),
                                        publishers(2, "b/{client}/{n:5}"), publishers(1, "{n}")));
  CHECK(plan->groups[0].publish->first_stream == 0);
  CHECK(plan->groups[2].publish->first_stream == 3);
  CHECK(plan->groups[2].publish->topics == 5);
  CHECK(plan->groups[3].publish->first_stream == 13);
  CHECK(plan->groups[3].publish->topics == 1);
  CHECK_FALSE(plan->groups[3].publish->ordered);
  CHECK(plan->groups[2].first_client == 13);
  CHECK(plan->groups[3].first_client == 15);
}

TEST_CASE("a stream is known by the group that publishes it") {
  const auto plan =
      plan_of(scenario_of(publishers(3, "a"), subscribers(10, "#"), publishers(2, "b/{n:5}")));
  CHECK(plan->publisher_of(0) == &plan->groups[0]);
  CHECK(plan->publisher_of(2) == &plan->groups[0]);
  CHECK(plan->publisher_of(3) == &plan->groups[2]);
  CHECK(plan->publisher_of(12) == &plan->groups[2]);
  CHECK(plan->publisher_of(13) == nullptr);
  CHECK(plan->publisher_of(0xFFFF'FFFF) == nullptr);
  CHECK(plan_of(scenario_of(subscribers(1, "#")))->publisher_of(0) == nullptr);
}

TEST_CASE("more streams than stamps can number are refused") {
  CHECK(plan_of(scenario_of(publishers(256, "{n:65536}"))) != nullptr);
  CHECK(made_error(scenario_of(publishers(257, "{n:65536}"))).find("use fewer") !=
        std::string::npos);
}

TEST_CASE("a client that goes round very many topics has one stream, whose order is not judged") {
  const auto plan = plan_of(scenario_of(publishers(2, "a/{n:70000}")));
  CHECK(plan->groups[0].publish->topics == 1);
  CHECK_FALSE(plan->groups[0].publish->ordered);
}

TEST_CASE("a payload file that is not there is an error") {
  Group group = publishers(1, "a");
  group.publish->payload.kind = PayloadSettings::Kind::file;
  group.publish->payload.path = "/no/such/file";
  CHECK(made_error(scenario_of(group)) == "could not read /no/such/file");
}

TEST_CASE("a property of messages that can't be encoded is an error") {
  Group group = publishers(1, "a");
  group.publish->properties.push_back({"content-type", "", std::string(70'000, 'x')});
  CHECK_FALSE(made_error(scenario_of(group)).empty());
}

TEST_CASE("the window is what was asked for, or what suits the loop") {
  Group group = publishers(1, "a");
  CHECK(plan_of(scenario_of(group))->groups[0].session.exchange.window == 100);
  group.publish->rate = 10;
  CHECK(plan_of(scenario_of(group))->groups[0].session.exchange.window == 65'535);
  CHECK(plan_of(scenario_of(group))->groups[0].open_loop());
  group.publish->inflight = 7;
  CHECK(plan_of(scenario_of(group))->groups[0].session.exchange.window == 7);
  group.publish->request = true;
  CHECK(plan_of(scenario_of(group))->groups[0].session.exchange.window == 65'535);
}

TEST_CASE("sessions are kept for five minutes where they are not clean and nothing else is said") {
  Group group = subscribers(1, "a");
  CHECK(plan_of(scenario_of(group))->groups[0].session_expiry == 0);
  group.clean_start = false;
  CHECK(plan_of(scenario_of(group))->groups[0].session_expiry == 300);
  group.session_expiry = 7;
  CHECK(plan_of(scenario_of(group))->groups[0].session_expiry == 7);
}

TEST_CASE("what the group says goes before what the connection options say") {
  const auto connection = [] {
    client::Options options;
    options.keep_alive = 5;
    options.clean_start = false;
    options.version = wire::Version::mqtt_3_1_1;
    return options;
  };
  Group group = subscribers(1, "a");
  auto plan = plan_of(scenario_of(group), {}, connection());
  CHECK(plan->groups[0].keep_alive == 5);
  CHECK_FALSE(plan->groups[0].clean_start);
  CHECK(plan->groups[0].version == wire::Version::mqtt_3_1_1);
  group.keep_alive = 6;
  group.clean_start = true;
  group.version = wire::Version::mqtt_5;
  plan = plan_of(scenario_of(group), {}, connection());
  CHECK(plan->groups[0].keep_alive == 6);
  CHECK(plan->groups[0].clean_start);
  CHECK(plan->groups[0].version == wire::Version::mqtt_5);
}

TEST_CASE("values are those of the client in its group") {
  Group group = subscribers(3, "a");
  group.client_id = "{group}-{client}-{user}";
  group.user_name = "u{client}";
  const auto plan = plan_of(scenario_of(group));
  SmallRandom random(1);
  std::string id;
  std::string user;
  const TextValues values = plan->values(plan->groups[0], 2, random, id, user);
  CHECK(values.id == "subscribers-2-u2");
  CHECK(values.user == "u2");
}
