// Which messages go, and to which topics.
#include <mqrig/bridge/forwarder.hpp>

#include <stdexcept>

#include <doctest/doctest.h>

#include <tests/bridge/outcomes.hpp>

using namespace mqrig;
using namespace mqrig::bridge;
using test::link_of;
using test::message;
using test::rule_for;
using wire::QoS;
using wire::Version;
using Lines = std::vector<std::string>;

namespace {

Lines outcome(const LinkSettings& link, const wire::Publish& publish, Side from = Side::local,
              Source source = Version::mqtt_5) {
  Forwarder forwarder(link, from, "here", "there");
  test::Outcomes sink;
  forwarder.forward(publish, source, sink);
  return sink.lines;
}

Lines topics(const LinkSettings& link, std::string_view topic, Side from = Side::local) {
  return outcome(link, message(topic), from);
}

}  // namespace

TEST_CASE("what a rule matches goes, the rest does not") {
  const LinkSettings link = link_of({rule_for({"a/+", "b/#"})});
  CHECK(topics(link, "a/1") == Lines{"a/1 x"});
  CHECK(topics(link, "b") == Lines{"b x"});
  CHECK(topics(link, "b/1/2") == Lines{"b/1/2 x"});
  CHECK(topics(link, "a") == Lines{"dropped: unasked"});
  CHECK(topics(link, "a/1", Side::remote) == Lines{"dropped: unasked"});
}

TEST_CASE("a filter that begins with a wildcard leaves topics of '$' alone") {
  CHECK(topics(link_of({rule_for({"#"})}), "$SYS/uptime") == Lines{"dropped: unasked"});
  CHECK(topics(link_of({rule_for({"+/uptime"})}), "$SYS/uptime") == Lines{"dropped: unasked"});
  CHECK(topics(link_of({rule_for({"$SYS/#"})}), "$SYS/uptime") == Lines{"$SYS/uptime x"});
}

TEST_CASE("what is excluded does not go, whatever else the rule says") {
  Rule rule = rule_for({"a/#", "a/debug/#"});
  rule.local_prefix = "site/";
  rule.exclude = {"site/a/debug/#"};
  CHECK(topics(link_of({rule}), "site/a/debug/1") == Lines{"dropped: no rule"});
  CHECK(topics(link_of({rule}), "site/a/1") == Lines{"a/1 x"});
}

TEST_CASE("prefixes are taken off and put on, in each direction") {
  Rule rule = rule_for({"t/#"}, Direction::both);
  rule.local_prefix = "plant/";
  rule.remote_prefix = "site1/";
  const LinkSettings link = link_of({rule});
  CHECK(topics(link, "plant/t/1") == Lines{"site1/t/1 x"});
  CHECK(topics(link, "site1/t/1", Side::remote) == Lines{"plant/t/1 x"});
  CHECK(topics(link, "t/1") == Lines{"dropped: unasked"});
  CHECK(topics(link, "site1/t/1") == Lines{"dropped: unasked"});
}

TEST_CASE("a prefix that the topic does not have cannot be taken off") {
  Rule rule = rule_for({"#"});
  rule.local_prefix = "a/";
  const LinkSettings link = link_of({rule});
  CHECK(topics(link, "a/b") == Lines{"b x"});
  CHECK(topics(link, "a/$b") == Lines{"$b x"});
  // "a/#" matches it, but what would it be at the target?
  CHECK(topics(link, "a") == Lines{"dropped: no rule"});
  CHECK(topics(link, "a/") ==
        Lines{"dropped: invalid, the topic at the target is not valid: it is empty"});
}

TEST_CASE("a pattern makes the topic, between the prefixes") {
  Rule rule = rule_for({"+/t/#", "u/+"});
  rule.target = "cloud/{1}";
  rule.local_prefix = "l/";
  rule.remote_prefix = "r/";
  const LinkSettings link = link_of({rule});
  CHECK(topics(link, "l/4/t/x") == Lines{"r/cloud/4 x"});
  CHECK(topics(link, "l/u/5") == Lines{"r/cloud/5 x"});
}

TEST_CASE("a topic that becomes too long does not go") {
  Rule rule = rule_for({"#"});
  rule.remote_prefix = "0123456789";
  CHECK(topics(link_of({rule}), std::string(65'530, 'a')) ==
        Lines{"dropped: invalid, the topic at the target is not valid: it is longer than 65,535 "
              "bytes"});
  CHECK(topics(link_of({rule}), std::string(65'525, 'a')).front().starts_with("0123456789a"));
}

TEST_CASE("a message goes by every rule, but never twice to the same topic") {
  Rule prefixed = rule_for({"a/#"});
  prefixed.remote_prefix = "p/";
  Rule same = rule_for({"a/b"});
  same.retain = RetainRule::force;
  const LinkSettings link = link_of({rule_for({"#"}), prefixed, same});
  CHECK(topics(link, "a/b") == Lines{"a/b x", "p/a/b x"});
  CHECK(topics(link, "c") == Lines{"c x"});
}

TEST_CASE("a rule whose expression drops a message leaves the topic to the next") {
  Rule picky = rule_for({"a"});
  picky.filter = "payload > 5";
  Rule other = rule_for({"a"});
  other.retain = RetainRule::force;
  const LinkSettings link = link_of({picky, other});
  CHECK(outcome(link, message("a", "6")) == Lines{"a 6"});
  CHECK(outcome(link, message("a", "5")) == Lines{"dropped: filtered", "a 5 retained"});
}

TEST_CASE("QoS is capped or fixed") {
  Rule rule = rule_for({"a"});
  const auto qos = [&](QoS received) {
    wire::Publish publish = message("a");
    publish.qos = received;
    publish.packet_id = 7;
    publish.dup = true;
    return outcome(link_of({rule}), publish).front();
  };
  CHECK(qos(QoS::exactly_once) == "a x q2");
  rule.max_qos = QoS::at_least_once;
  CHECK(qos(QoS::exactly_once) == "a x q1");
  CHECK(qos(QoS::at_most_once) == "a x");
  rule.qos = QoS::at_least_once;
  CHECK(qos(QoS::at_most_once) == "a x q1");
}

TEST_CASE("the retain flag is kept, dropped or forced") {
  Rule rule = rule_for({"a"});
  wire::Publish retained = message("a");
  retained.retain = true;
  CHECK(outcome(link_of({rule}), retained) == Lines{"a x retained"});
  rule.retain = RetainRule::drop;
  CHECK(outcome(link_of({rule}), retained) == Lines{"a x"});
  rule.retain = RetainRule::force;
  CHECK(outcome(link_of({rule}), message("a")) == Lines{"a x retained"});
}

TEST_CASE("messages of before the subscription are told where the retain flag tells them") {
  Rule rule = rule_for({"a"});
  rule.initial_retained = false;
  const LinkSettings link = link_of({rule});
  wire::Publish retained = message("a");
  retained.retain = true;
  CHECK(outcome(link, retained, Side::local, Version::mqtt_3_1_1) == Lines{"dropped: retained"});
  CHECK(outcome(link, message("a"), Side::local, Version::mqtt_3_1_1) == Lines{"a x"});
  CHECK(outcome(link, retained, Side::local, {Version::mqtt_3_1_1, true}) == Lines{"a x retained"});
  CHECK(outcome(link, retained, Side::local, Version::mqtt_5) == Lines{"a x retained"});
}

TEST_CASE("a message goes as it came: nothing of its connection, and no bytes of it are copied") {
  LinkSettings link = link_of({rule_for({"#"})});
  link.loop_prevention = false;
  wire::PropertyWriter properties;
  properties.add(wire::PropertyId::content_type, "text/plain");
  wire::Publish publish = message("a/b");
  publish.properties = properties.view();
  publish.topic_alias = 3;
  Forwarder forwarder(link, Side::local, "here", "there");
  test::Outcomes sink;
  forwarder.forward(publish, Version::mqtt_5, sink);
  CHECK(sink.topic == publish.topic.data());
  CHECK(sink.encoded_properties == publish.properties.encoded().data());
}

TEST_CASE("a forwarder of rules that are not valid says why") {
  Rule rule = rule_for({"a"});
  rule.filter = "payload >";
  CHECK_THROWS_WITH_AS(Forwarder(link_of({rule}), Side::local, "here", "there"),
                       "the expression of filter cannot be compiled: SyntaxError: unexpected token "
                       "in expression: ')'",
                       std::invalid_argument);
}
