#include <doctest/doctest.h>

#include <tests/bridge/outcomes.hpp>

using namespace mqrig;
using namespace mqrig::bridge;
using test::link_of;
using test::rule_for;
using wire::PropertyId;
using wire::Version;

namespace {

// What is wrong, one a line; warnings begin with "warning: ".
std::string problems(const LinkSettings& link) {
  std::string text;
  for (const RuleProblem& problem : check_rules(link)) {
    if (!text.empty()) text += '\n';
    if (!problem.fatal) text += "warning: ";
    text += problem.text;
  }
  return text;
}
std::string problems(const Rule& rule) {
  return problems(link_of({rule}));
}

// Of a rule for "a/+/#" after this was done to it.
template <class Change>
std::string problems_after(Change change) {
  Rule rule = rule_for({"a/+/#"});
  change(rule);
  return problems(rule);
}

}  // namespace

TEST_CASE("nothing is wrong with good rules") {
  Rule rule = rule_for({"a/#", "b/+"}, Direction::both);
  rule.local_prefix = "l/";
  rule.exclude = {"l/a/x"};
  rule.filter = "payload > 1";
  rule.expiry = 60;
  rule.batch = {store::Batch::Format::lines, 10, 100};
  rule.set_properties = {{PropertyId::user_property, "k", "1", 0},
                         {PropertyId::user_property, "k", "2", 0}};
  CHECK(problems(link_of({rule, rule_for({"c"}, Direction::in)})).empty());
}

TEST_CASE("topics that the bridge publishes to are checked") {
  LinkSettings link = link_of({rule_for({"a"})});
  link.notification_topic = "bridge/#";
  link.status_topic = "bridge/+";
  CHECK(problems(link) ==
        "'bridge/#' cannot be the notification-topic: a topic to publish to cannot "
        "contain '+' or '#'\n"
        "'bridge/+' cannot be the status-topic: a topic to publish to cannot contain "
        "'+' or '#'");
}

TEST_CASE("filters, prefixes and targets are checked") {
  CHECK(problems(rule_for({})) == "rule 1: it names no topics");
  CHECK(problems(rule_for({"a#"})) ==
        "rule 1: 'a#' among the topics is no topic filter: '+' and '#' must stand alone between "
        "slashes");
  CHECK(problems(rule_for({"$share/g/a"})) ==
        "rule 1: '$share/g/a' among the topics is a shared subscription; name its group with "
        "'share' of the broker instead");
  CHECK(problems_after([](Rule& rule) { rule.exclude = {""}; }) ==
        "rule 1: '' among the excluded topics is no topic filter: it is empty");
  CHECK(problems_after([](Rule& rule) { rule.remote_prefix = "x/+/"; }) ==
        "rule 1: 'x/+/' cannot be the remote prefix: a topic to publish to cannot contain '+' or "
        "'#'");
  CHECK(problems([] {
          Rule rule = rule_for({"+/a"});
          rule.local_prefix = "x";
          return rule;
        }()) ==
        "rule 1: with its prefix, 'x+/a' is no topic filter: '+' and '#' must stand alone between "
        "slashes");
  CHECK(problems_after([](Rule& rule) { rule.target = "x/{2}"; }) ==
        "rule 1: the target 'x/{2}' is not valid: '{2}' asks for a '+' of 'a/+/#', which has 1");
  CHECK(problems_after([](Rule& rule) {
          rule.target = "x/{1}";
          rule.direction = Direction::both;
        }) ==
        "rule 1: a target pattern goes one way only; use prefixes, or a rule for each direction");
}

TEST_CASE("settings of messages are checked") {
  CHECK(problems_after([](Rule& rule) { rule.filter = "payload >"; }) ==
        "rule 1: the expression of filter cannot be compiled: SyntaxError: unexpected token in "
        "expression: ')'");
  CHECK(problems_after([](Rule& rule) {
          rule.transform = "if";
        }).starts_with("rule 1: the expression of transform cannot be compiled: SyntaxError"));
  CHECK(problems_after([](Rule& rule) {
          rule.qos = wire::QoS::exactly_once;
          rule.max_qos = wire::QoS::at_least_once;
        }) == "rule 1: its qos is above its max-qos");
  CHECK(problems_after([](Rule& rule) { rule.expiry = 0; }) ==
        "rule 1: an expiry of 0 s lets messages expire before they are sent");
  CHECK(problems_after([](Rule& rule) {
          rule.batch = {store::Batch::Format::lines, 0, 0};
        }) == "rule 1: a batch needs at least one message: its count is 0");
  CHECK(problems_after([](Rule& rule) { rule.batch.count = 5; }) ==
        "rule 1: its batch has no format, which is json-array or lines");
}

TEST_CASE("properties are checked") {
  const auto set = [](PropertyId id, const char* key, const std::string& text,
                      std::uint32_t integer = 0) {
    return problems_after([&](Rule& rule) { rule.set_properties = {{id, key, text, integer}}; });
  };
  CHECK(set(PropertyId::topic_alias, "", "", 1) ==
        "rule 1: 'topic-alias' belongs to a connection and cannot be set");
  CHECK(set(PropertyId::receive_maximum, "", "", 1) ==
        "rule 1: messages have no property 'receive-maximum'");
  CHECK(set(PropertyId::payload_format_indicator, "", "", 2) ==
        "rule 1: 'payload-format-indicator' must be from 0 to 1");
  CHECK(set(PropertyId::content_type, "", "\xFF") ==
        "rule 1: what 'content-type' is set to is not well-formed UTF-8, or has a null character");
  CHECK(set(PropertyId::correlation_data, "", std::string(65'536, 'x')) ==
        "rule 1: what 'correlation-data' is set to is longer than 65,535 bytes");
  CHECK(set(PropertyId::correlation_data, "", "\xFF").empty());
  CHECK(set(PropertyId::response_topic, "", "a/+") ==
        "rule 1: 'a/+' cannot be a response topic: a topic to publish to cannot contain '+' or "
        "'#'");
  CHECK(
      set(PropertyId::user_property, "mqrig-path", "x") ==
      "rule 1: the user property 'mqrig-path' is what bridges find loops with, and cannot be set");
  CHECK(problems_after([](Rule& rule) {
          rule.remove_properties = {{PropertyId::server_reference, ""}};
        }) == "rule 1: messages have no property 'server-reference'");
  CHECK(problems_after([](Rule& rule) {
          rule.set_properties = {{PropertyId::content_type, "", "a", 0},
                                 {PropertyId::content_type, "", "b", 0}};
        }) == "rule 1: a property is set twice");
}

TEST_CASE("what a link says about its brokers is checked") {
  LinkSettings link = link_of({});
  CHECK(problems(link) == "it has no rule");
  link.rules = {rule_for({"a"})};
  link.local.name = "my broker";
  CHECK(problems(link) ==
        "the name of the local broker has a space, which separates names in the path "
        "of a message");
  link.local.name = link.remote.name = "b";
  CHECK(problems(link) ==
        "both brokers are named 'b': every message would seem to have been at its "
        "target");
  link.remote.name.clear();
  link.max_hops = 0;
  CHECK(problems(link) == "with max-hops 0 nothing goes; 1 is this bridge alone");
  link.max_hops = 1;
  link.loop_prevention = false;
  CHECK(problems(link) == "warning: max-hops does nothing without loop-prevention");
}

TEST_CASE("a share group is checked, and what it cannot do is said") {
  LinkSettings link = link_of({rule_for({"a"})});
  link.rules[0].initial_retained = false;
  link.local.share = "g";
  CHECK(problems(link).empty());
  link.local.share = "g/h";
  CHECK(problems(link) == "the share group 'g/h' of the local broker cannot contain '/'");
  link.local.share = "+";
  CHECK(problems(link) ==
        "the share group '+' of the local broker is not valid: a topic to publish to "
        "cannot contain '+' or '#'");
  link.local.share = "g";
  link.local.client.version = Version::mqtt_3_1_1;
  CHECK(problems(link) ==
        "warning: the share group 'g' of the local broker is of MQTT 5.0; below, not "
        "every broker knows it");
  link.local.client.version.reset();
  link.rules[0].initial_retained = true;
  CHECK(problems(link).find("keeps retained messages away") != std::string::npos);
  link.local.share.clear();
  link.remote.share = "g";
  CHECK(problems(link) ==
        "warning: the share group 'g' of the remote broker does nothing: no rule "
        "takes messages from there");
}

TEST_CASE("rules that get into each other's way are warned of") {
  CHECK(problems(link_of({rule_for({"a/+"}), rule_for({"+/b"})})) ==
        "warning: 'a/+' and '+/b' overlap in part at the local broker: messages that "
        "both match may go twice, unless it speaks 5.0 and has subscription identifiers");
  CHECK(problems(link_of({rule_for({"a/#"}), rule_for({"a/b"})})).empty());
  CHECK(problems(link_of({rule_for({"b", "a/#"}), rule_for({"a/#"})})) ==
        "warning: rule 2: 'a/#' goes to the same topics by rule 1, and never twice");
  CHECK(problems(rule_for({"a", "b", "a"})) == "warning: rule 1: 'a' is there twice");
  CHECK(problems_after([](Rule& rule) { rule.exclude = {"b/#"}; }) ==
        "warning: rule 1: 'b/#' excludes nothing: no topic of the rule matches it. It is compared "
        "with the whole topic at the source, prefix included");
  CHECK(problems(rule_for({"$SYS/#"})) ==
        "warning: rule 1: topics of '$SYS/#' go to topics that begin with '$', which brokers keep "
        "for themselves; give them a prefix at the target");
  Rule unwanted = rule_for({"a/b"});
  unwanted.initial_retained = false;
  CHECK(problems(link_of({rule_for({"a/#"}), unwanted})) ==
        "warning: rule 2: what is retained goes in spite of initial-retained = false: another rule "
        "wants it of the same topics");
}

TEST_CASE("below 5.0 what is retained can't be kept away by a link that says that it is a bridge") {
  Rule unwanted = rule_for({"a"});
  unwanted.initial_retained = false;
  LinkSettings link = link_of({unwanted});
  link.local.client.version = Version::mqtt_3_1_1;
  CHECK(problems(link) ==
        "warning: rule 1: what is retained at the local broker goes in spite of initial-retained = "
        "false: below 5.0 a broker that takes the bridge bit does not tell it from other messages; "
        "protocol-version 5 or loop-prevention = false keep it there");
  link.loop_prevention = false;
  CHECK(problems(link).empty());
}

TEST_CASE("what would come back is warned of, where nothing keeps it from that") {
  LinkSettings link = link_of({rule_for({"a/#"}, Direction::both)});
  CHECK(problems(link).empty());
  link.remote.client.version = Version::mqtt_3_1_1;
  CHECK(problems(link) ==
        "warning: rule 1: what it sends to the remote broker may come back: below 5.0 only the "
        "bridge "
        "bit keeps a broker from that, which not every broker knows");
  link.remote.client.bridge = true;
  CHECK(problems(link).empty());
  link.rules = {rule_for({"a/#"}), rule_for({"a/+"}, Direction::in)};
  link.rules[1].local_prefix = "x/";
  link.remote.client.bridge = false;
  CHECK(
      problems(link) ==
      "warning: rule 1: what it sends to the remote broker may come back by rule 2: below 5.0 only "
      "the bridge bit keeps a broker from that, which not every broker knows");
  link.rules[1].filters = {"b/+"};
  CHECK(problems(link).empty());
  link.rules = {rule_for({"a/#"}, Direction::both)};
  link.loop_prevention = false;
  CHECK(problems(link) ==
        "warning: rule 1: what it sends to the remote broker comes back: loop-prevention is off\n"
        "warning: rule 1: what it sends to the local broker comes back: loop-prevention is off");
}
