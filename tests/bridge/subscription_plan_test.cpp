#include <doctest/doctest.h>

#include <tests/bridge/outcomes.hpp>

using namespace mqrig;
using namespace mqrig::bridge;
using test::link_of;
using test::message;
using test::rule_for;
using wire::PropertyId;
using wire::QoS;
using wire::RetainHandling;
using Lines = std::vector<std::string>;

namespace {

Lines filters(const LinkSettings& link, Side side = Side::local) {
  const Forwarder forwarder(link, side, "here", "there");
  Lines found;
  for (const wire::Subscription& subscription : forwarder.subscriptions()) {
    found.emplace_back(subscription.filter);
  }
  return found;
}

wire::Subscription first(const LinkSettings& link, Side side = Side::local) {
  const Forwarder forwarder(link, side, "here", "there");
  REQUIRE_FALSE(forwarder.subscriptions().empty());
  wire::Subscription found = forwarder.subscriptions()[0];
  found.filter = {};
  return found;
}

// How often a message goes whose copy carries these identifiers.
std::size_t times(const LinkSettings& link, const char* topic,
                  std::initializer_list<std::uint32_t> identifiers) {
  wire::PropertyWriter properties;
  for (const std::uint32_t one : identifiers) {
    properties.add(PropertyId::subscription_identifier, one);
  }
  wire::Publish publish = message(topic);
  publish.properties = properties.view();
  Forwarder forwarder(link, Side::local, "here", "there");
  test::Outcomes sink;
  forwarder.forward(publish, wire::Version::mqtt_5, sink);
  return sink.lines == Lines{"dropped: no rule"} ? 0 : sink.lines.size();
}

}  // namespace

TEST_CASE("filters are subscribed to with their prefix and group, on the side that they are of") {
  Rule rule = rule_for({"a/#", "b"}, Direction::both);
  rule.local_prefix = "l/";
  rule.remote_prefix = "r/";
  LinkSettings link = link_of({rule, rule_for({"c"}, Direction::in)});
  link.remote.share = "bridges";
  CHECK(filters(link) == Lines{"l/a/#", "l/b"});
  CHECK(filters(link, Side::remote) ==
        Lines{"$share/bridges/r/a/#", "$share/bridges/r/b", "$share/bridges/c"});
  CHECK(filters(link_of({rule_for({"a"})}), Side::remote).empty());
}

TEST_CASE("a filter that another one covers is left out") {
  CHECK(filters(link_of({rule_for({"a/b", "a/+", "c"}), rule_for({"a/#", "c"})})) ==
        Lines{"c", "a/#"});
  CHECK(filters(link_of({rule_for({"#", "$SYS/#"})})) == Lines{"#", "$SYS/#"});
}

TEST_CASE("the QoS of a subscription is the highest that a rule can send on") {
  Rule low = rule_for({"a/#"});
  low.max_qos = QoS::at_most_once;
  CHECK(first(link_of({low})).qos == QoS::at_most_once);
  Rule fixed = rule_for({"a/b"});
  fixed.qos = QoS::at_least_once;
  CHECK(first(link_of({low, fixed})).qos == QoS::at_least_once);
  CHECK(first(link_of({low, rule_for({"b"})})).qos == QoS::at_most_once);
  // "a/b" may come by either subscription.
  Rule across = rule_for({"+/b"});
  CHECK(first(link_of({low, across})).qos == QoS::exactly_once);
}

TEST_CASE("brokers are not to send back, and to tell what is retained") {
  LinkSettings link = link_of({rule_for({"a"})});
  CHECK(first(link).no_local);
  CHECK(first(link).retain_as_published);
  CHECK(first(link).retain_handling == RetainHandling::send_if_new);
  link.rules[0].initial_retained = false;
  CHECK(first(link).retain_handling == RetainHandling::do_not_send);
  link.local.share = "g";
  CHECK_FALSE(first(link).no_local);
  link.local.share.clear();
  link.loop_prevention = false;
  CHECK_FALSE(first(link).no_local);
}

TEST_CASE("of the copies of a message, the one of the first subscription goes") {
  const LinkSettings link = link_of({rule_for({"a/+"}), rule_for({"+/b", "c"})});
  CHECK(times(link, "a/b", {1}) == 1);
  CHECK(times(link, "a/b", {2}) == 0);
  CHECK(times(link, "a/b", {2, 1}) == 1);
  CHECK(times(link, "x/b", {2}) == 1);
  CHECK(times(link, "c", {3}) == 1);
  CHECK(times(link, "a/b", {}) == 1);
  CHECK(times(link, "a/b", {77}) == 1);
}

TEST_CASE("in a shared subscription the copies are told apart as well") {
  LinkSettings link = link_of({rule_for({"a/+"}), rule_for({"+/b"})});
  link.local.share = "g";
  CHECK(times(link, "a/b", {1}) == 1);
  CHECK(times(link, "a/b", {2}) == 0);
}
