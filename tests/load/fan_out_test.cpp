#include <doctest/doctest.h>

#include "tests/load/plans.hpp"

using namespace mqrig;
using namespace mqrig::load;
using namespace mqrig::load::tests;

namespace {

// Of the first group, which publishes.
template <class... Groups>
std::shared_ptr<const PublishPlan> fan_out(Groups... groups) {
  const auto plan = plan_of(scenario_of(std::move(groups)...));
  return {plan, &*plan->groups[0].publish};
}

template <class... Groups>
bool is_known(Groups... groups) {
  return fan_out(std::move(groups)...)->fan_out_known;
}

Group shared(Group group, const std::string& share) {
  group.subscribe.back().share = share;
  return group;
}

Group cycling(Group group, std::uint32_t cycle) {
  group.subscribe.back().cycle = cycle;
  return group;
}

Group requesting(Group group) {
  group.publish->request = true;
  return group;
}

}  // namespace

TEST_CASE("a message that nobody subscribes to makes no delivery") {
  const auto plan = fan_out(publishers(3, "a/{client}"), subscribers(5, "b/{client}"));
  CHECK(plan->fan_out_known);
  CHECK(plan->fan_out == std::vector<FanOut>{{0, 0, 0}});
}

TEST_CASE("subscribers of one topic all get each message") {
  CHECK(fan_out(publishers(3, "a"), subscribers(7, "a"))->fan_out ==
        std::vector<FanOut>{{7, 0, 0}});
}

TEST_CASE("clients that are alike have one fan-out between them, others one each") {
  CHECK(fan_out(publishers(3, "a/{client}"), subscribers(3, "a/{client}"))->fan_out ==
        std::vector<FanOut>{{1, 0, 0}});
  const auto plan = fan_out(publishers(3, "a/{client}"), subscribers(2, "a/{client}"));
  CHECK(plan->fan_out == std::vector<FanOut>{{1, 0, 0}, {1, 0, 0}, {0, 0, 0}});
  CHECK(plan->fan_out_of(2) == FanOut{0, 0, 0});
}

TEST_CASE("wildcards match as the specification says") {
  CHECK(fan_out(publishers(1, "a/b"), subscribers(1, "a/+"))->fan_out[0] == FanOut{1, 0, 0});
  CHECK(fan_out(publishers(1, "a"), subscribers(2, "a/#"))->fan_out[0] == FanOut{2, 0, 0});
  CHECK(fan_out(publishers(1, "a/b/c"), subscribers(1, "a/+"))->fan_out[0] == FanOut{0, 0, 0});
  CHECK(fan_out(publishers(2, "{client}/x"), subscribers(4, "+/x"), subscribers(2, "{client}/#"))
            ->fan_out == std::vector<FanOut>{{5, 0, 0}});
}

TEST_CASE("deliveries are told apart by the subscription's QoS, in its exact shares") {
  CHECK(fan_out(publishers(1, "a"), subscribers(10, "a", {5, 3, 2}))->fan_out[0] ==
        FanOut{5, 3, 2});
  const auto plan = fan_out(publishers(2, "a/{client}"), subscribers(2, "a/{client}", {0, 1, 1}));
  CHECK(plan->fan_out.size() == 2);
  CHECK(plan->fan_out_of(0) != plan->fan_out_of(1));
}

TEST_CASE("a shared group gets each message once") {
  CHECK(fan_out(publishers(1, "a"), shared(subscribers(6, "a", {0, 1, 0}), "s"))->fan_out[0] ==
        FanOut{0, 1, 0});
  CHECK(fan_out(publishers(1, "a"), shared(subscribers(6, "a"), "s{client:3}"))->fan_out[0] ==
        FanOut{3, 0, 0});
  CHECK(fan_out(publishers(1, "a"), cycling(shared(subscribers(6, "a"), "s{client}"), 2))
            ->fan_out[0] == FanOut{2, 0, 0});
}

TEST_CASE("members of one shared group may be of several groups of clients") {
  Group others = shared(subscribers(3, "a"), "s");
  others.name = "others";
  CHECK(fan_out(publishers(1, "a"), shared(subscribers(6, "a"), "s"), others)->fan_out[0] ==
        FanOut{1, 0, 0});
}

TEST_CASE("which member of a shared group gets a message, and so its QoS, is not known") {
  CHECK_FALSE(is_known(publishers(1, "a"), shared(subscribers(6, "a", {1, 1, 0}), "s")));
}

TEST_CASE("topics that a client goes round count when each makes the same deliveries") {
  const auto plan = fan_out(publishers(2, "a/{n:4}"), subscribers(3, "a/{client:4}"));
  CHECK_FALSE(plan->fan_out_known);  // nobody has a/3
  CHECK(plan->fan_out == std::vector<FanOut>{{0, 0, 0}});
  CHECK(plan->topics == 4);
  const auto even = fan_out(publishers(2, "a/{n:4}"), subscribers(8, "a/{client:4}"));
  CHECK(even->fan_out_known);
  CHECK(even->fan_out[0] == FanOut{2, 0, 0});
}

TEST_CASE("topics or filters without an end are not known") {
  CHECK_FALSE(is_known(publishers(1, "a/{n}"), subscribers(1, "a/#")));
  CHECK_FALSE(is_known(publishers(1, "a/{rand}"), subscribers(1, "a/#")));
  CHECK_FALSE(is_known(publishers(1, "a/1"), subscribers(1, "a/{rand:3}")));
}

TEST_CASE("filters of one client that may match the same message make it unknown") {
  Group two = subscribers(3, "a/#");
  two.subscribe.push_back(two.subscribe[0]);
  two.subscribe[1].filter = "a/+";
  CHECK_FALSE(is_known(publishers(1, "a/b"), two));
  two.subscribe[1].filter = "a/#";
  CHECK_FALSE(is_known(publishers(1, "a/b"), two));
}

TEST_CASE("filters of one client that match different messages add up") {
  Group two = subscribers(3, "a/#");
  two.subscribe.push_back(two.subscribe[0]);
  two.subscribe[1].filter = "b/#";
  CHECK(fan_out(publishers(1, "a/b"), two)->fan_out[0] == FanOut{3, 0, 0});
  CHECK(fan_out(publishers(1, "c"), two)->fan_out[0] == FanOut{0, 0, 0});
}

TEST_CASE("publishers that do not get their own messages make it unknown") {
  Group both = publishers(2, "a");
  both.subscribe.emplace_back().filter = "a";
  CHECK(fan_out(both)->fan_out[0] == FanOut{2, 0, 0});
  both.subscribe[0].no_local = true;
  CHECK_FALSE(is_known(both));
}

TEST_CASE("a request makes one delivery, its response, as the responder got the request") {
  const Group requesters = requesting(publishers(2, "q/{client}"));
  CHECK(fan_out(requesters, responders(1, "q/#", {0, 1, 0}))->fan_out[0] == FanOut{0, 1, 0});
  CHECK(fan_out(requesters, shared(responders(5, "q/#", {0, 0, 1}), "s"))->fan_out[0] ==
        FanOut{0, 0, 1});
  CHECK(fan_out(requesters)->fan_out[0] == FanOut{0, 0, 1});  // somebody else responds
  CHECK_FALSE(is_known(requesters, responders(2, "q/#")));
}

TEST_CASE("responders verify nothing: messages that they get are not awaited") {
  CHECK(fan_out(publishers(1, "a"), responders(2, "a"), subscribers(3, "a"))->fan_out[0] ==
        FanOut{3, 0, 0});
}

TEST_CASE("what takes too long to compare is not known") {
  CHECK_FALSE(is_known(publishers(2000, "a/{client}"), subscribers(30'000, "+/{client}")));
}
