#include <mqrig/bridge/property_rules.hpp>

#include <doctest/doctest.h>

#include <tests/bridge/outcomes.hpp>

using namespace mqrig;
using namespace mqrig::bridge;
using test::link_of;
using test::Outcomes;
using test::rule_for;
using wire::PropertyId;

namespace {

wire::PropertyWriter usual() {
  wire::PropertyWriter properties;
  properties.add(PropertyId::content_type, "text/plain");
  properties.add(PropertyId::user_property, "a", "1");
  properties.add(PropertyId::user_property, "b", "2");
  properties.add(PropertyId::user_property, "a", "3");
  return properties;
}

std::string applied(const Rule& rule, const wire::PropertyWriter& properties) {
  wire::PropertyWriter out;
  return Outcomes::property_text(PropertyRules(rule).apply(properties.view(), {}, nullptr, out));
}

// The response topic of a message that goes out over a link of these rules.
std::string response(std::vector<Rule> rules, const char* topic) {
  const LinkSettings link = link_of(std::move(rules));
  wire::PropertyWriter properties;
  properties.add(PropertyId::response_topic, topic);
  wire::PropertyWriter out;
  ResponseTopics responses(link, Side::local);
  return std::string(*PropertyRules(link.rules[0])
                          .apply(properties.view(), {}, &responses, out)
                          .text(PropertyId::response_topic));
}

}  // namespace

TEST_CASE("what needs no change is the view that it was") {
  const wire::PropertyWriter properties = usual();
  wire::PropertyWriter out;
  const Rule rule = rule_for({"a"});
  const wire::Properties same = PropertyRules(rule).apply(properties.view(), {}, nullptr, out);
  CHECK(same.encoded().data() == properties.view().encoded().data());
  CHECK(out.empty());
}

TEST_CASE("what belongs to a connection never goes on") {
  wire::PropertyWriter properties;
  properties.add(PropertyId::topic_alias, 7);
  properties.add(PropertyId::subscription_identifier, 1);
  properties.add(PropertyId::content_type, "x");
  properties.add(PropertyId::subscription_identifier, 2);
  CHECK(applied(rule_for({"a"}), properties) == "content-type=x");
}

TEST_CASE("properties are removed by name, user properties also by key") {
  Rule rule = rule_for({"a"});
  rule.remove_properties = {{PropertyId::content_type, ""}, {PropertyId::user_property, "a"}};
  CHECK(applied(rule, usual()) == "b=2");
  rule.remove_properties = {{PropertyId::user_property, ""}};
  CHECK(applied(rule, usual()) == "content-type=text/plain");
  rule.remove_properties.clear();
  rule.pass_properties = false;
  CHECK(applied(rule, usual()).empty());
}

TEST_CASE("a property that is set takes the place of those that came") {
  Rule rule = rule_for({"a"});
  rule.set_properties = {{PropertyId::content_type, "", "image/png", 0},
                         {PropertyId::user_property, "a", "new", 0},
                         {PropertyId::user_property, "site", "s1", 0},
                         {PropertyId::payload_format_indicator, "", "", 1}};
  CHECK(applied(rule, usual()) ==
        "b=2 content-type=image/png a=new site=s1 payload-format-indicator=1");
  rule.pass_properties = false;
  CHECK(applied(rule, usual()) ==
        "content-type=image/png a=new site=s1 payload-format-indicator=1");
}

TEST_CASE("an expiry is for messages that have none") {
  Rule rule = rule_for({"a"});
  rule.expiry = 60;
  wire::PropertyWriter properties;
  CHECK(applied(rule, properties) == "message-expiry-interval=60");
  properties.add(PropertyId::message_expiry_interval, 5);
  CHECK(applied(rule, properties) == "message-expiry-interval=5");
  rule.remove_properties = {{PropertyId::message_expiry_interval, ""}};
  CHECK(applied(rule, properties) == "message-expiry-interval=60");
  rule.set_properties = {{PropertyId::message_expiry_interval, "", "", 9}};
  CHECK(applied(rule, properties) == "message-expiry-interval=9");
}

TEST_CASE("a response topic becomes one at the target that comes back to it") {
  Rule both = rule_for({"#"}, Direction::both);
  both.local_prefix = "plant/";
  both.remote_prefix = "site1/";
  CHECK(response({both}, "plant/answers/1") == "site1/answers/1");
  CHECK(response({both}, "other/answers/1") == "other/answers/1");

  Rule answers = rule_for({"s/+/answers/#"}, Direction::in);
  answers.target = "answers/{1}/{#}";
  answers.local_prefix = "l/";
  answers.remote_prefix = "r/";
  CHECK(response({rule_for({"questions"}), answers}, "l/answers/4/x") == "r/s/4/answers/x");
  CHECK(response({rule_for({"questions"}), answers}, "l/else/4/x") == "l/else/4/x");
}

TEST_CASE("a response topic that no rule brings back goes as it is") {
  CHECK(response({rule_for({"#"})}, "answers") == "answers");
  Rule in = rule_for({"#"}, Direction::in);
  in.remote_prefix = "r/";
  in.exclude = {"r/secret/#"};
  CHECK(response({rule_for({"questions"}), in}, "a") == "r/a");
  CHECK(response({rule_for({"questions"}), in}, "secret/a") == "secret/a");
}

TEST_CASE("response topics are left alone where the rule says so") {
  Rule rule = rule_for({"#"}, Direction::both);
  rule.remote_prefix = "r/";
  LinkSettings link = link_of({rule});
  wire::PropertyWriter properties;
  properties.add(PropertyId::response_topic, "a");
  wire::Publish publish = test::message("q");
  publish.properties = properties.view();
  const auto response_topic = [&] {
    Forwarder forwarder(link, Side::local, "here", "there");
    Outcomes sink;
    forwarder.forward(publish, wire::Version::mqtt_5, sink);
    return sink.properties;
  };
  CHECK(response_topic() == "response-topic=r/a mqrig-path=here");
  link.rules[0].map_response_topic = false;
  CHECK(response_topic() == "response-topic=a mqrig-path=here");
}
