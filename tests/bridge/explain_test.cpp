#include <mqrig/bridge/explain.hpp>

#include <doctest/doctest.h>

#include <tests/bridge/outcomes.hpp>

using namespace mqrig;
using namespace mqrig::bridge;
using test::link_of;
using test::rule_for;

namespace {

std::string explained(const LinkSettings& link, std::string_view topic) {
  constexpr const char* outcomes[] = {"goes", "no match", "excluded", "same topic", "invalid"};
  std::string text;
  for (const Explanation& one : explain(link, topic)) {
    if (!text.empty()) text += '\n';
    text += std::to_string(one.rule) + (one.direction == Direction::out ? " out " : " in ");
    text += outcomes[static_cast<int>(one.outcome)];
    if (!one.filter.empty()) text += " '" + one.filter + "' to '" + one.topic + "'";
    text += ": " + one.why;
  }
  return text;
}

}  // namespace

TEST_CASE("every rule is explained in each of its directions") {
  Rule both = rule_for({"a/#"}, Direction::both);
  both.remote_prefix = "r/";
  both.exclude = {"a/secret"};
  Rule cloud = rule_for({"b", "a/+"});
  cloud.target = "cloud/{topic}";
  cloud.max_qos = wire::QoS::at_least_once;
  cloud.retain = RetainRule::force;
  cloud.filter = "size > 2";
  const LinkSettings link = link_of({both, cloud, rule_for({"c"}, Direction::in)});
  CHECK(explained(link, "a/1") ==
        "0 out goes 'a/#' to 'r/a/1': QoS as it came, retain flag as it came\n"
        "1 out goes 'a/+' to 'cloud/a/1': QoS at most 1, retained, if size > 2\n"
        "0 in no match: no filter of the rule matches\n"
        "2 in no match: no filter of the rule matches");
  CHECK(explained(link, "r/a/1").find("0 in goes 'r/a/#' to 'a/1': ") != std::string::npos);
  CHECK(explained(link, "a/secret").starts_with("0 out excluded: it is excluded\n"));
}

TEST_CASE("what goes nowhere is explained") {
  Rule rule = rule_for({"#"});
  rule.local_prefix = "a/";
  const LinkSettings link = link_of({rule, rule, rule_for({"b"})});
  CHECK(explained(link, "a/b") ==
        "0 out goes 'a/#' to 'b': QoS as it came, retain flag as it came\n"
        "1 out same topic 'a/#' to 'b': an earlier rule sends it there, unless its expressions "
        "drop it\n"
        "2 out no match: no filter of the rule matches");
  CHECK(explained(link, "a/")
            .starts_with(
                "0 out invalid 'a/#' to '': the topic at the target is not valid: it is empty"));
}

TEST_CASE("all that a rule does to a message is told") {
  Rule rule = rule_for({"a"});
  rule.qos = wire::QoS::exactly_once;
  rule.retain = RetainRule::drop;
  rule.initial_retained = false;
  rule.split = PayloadSplit::lines;
  rule.transform = "text";
  rule.batch = {store::Batch::Format::json_array, 10, 0};
  CHECK(explained(link_of({rule}), "a") ==
        "0 out goes 'a' to 'a': QoS 2, not retained, not what was retained before, one for each "
        "line, as text, joined by up to 10");
}
