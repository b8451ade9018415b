// What a message costs in allocations on its way over a link.
#include <doctest/doctest.h>

#include <tests/bridge/outcomes.hpp>
#include <tests/wire/counting_new.hpp>

using namespace mqrig;
using namespace mqrig::bridge;
using test::link_of;
using test::rule_for;

namespace {

class Counting final : public Forwarder::Sink {
 public:
  void on_forwarded(const Forwarded&) override { ++forwarded; }
  void on_dropped(Dropped, std::string_view) override { ++dropped; }
  std::size_t forwarded = 0;
  std::size_t dropped = 0;
};

std::size_t allocations_of_thousand(const LinkSettings& link, const wire::Publish& publish) {
  Forwarder forwarder(link, Side::local, "here", "there");
  Counting sink;
  for (int i = 0; i < 3; ++i) forwarder.forward(publish, wire::Version::mqtt_5, sink);
  const std::size_t before = wire::test::allocation_count();
  for (int i = 0; i < 1000; ++i) forwarder.forward(publish, wire::Version::mqtt_5, sink);
  const std::size_t after = wire::test::allocation_count();
  CHECK(sink.forwarded == 1003);
  return after - before;
}

}  // namespace

TEST_CASE("a message costs no allocation, whether its topic and properties change or not") {
  wire::PropertyWriter properties;
  properties.add(wire::PropertyId::user_property, "a key that is long enough", "and its value");
  properties.add(wire::PropertyId::response_topic, "sites/4/answers/of/many/levels");
  wire::Publish publish = test::message("sites/4/sensors/17/temperature", "21.5");
  publish.properties = properties.view();

  LinkSettings link = link_of({rule_for({"sites/#"})});
  CHECK(allocations_of_thousand(link, publish) == 0);
  link.loop_prevention = false;
  CHECK(allocations_of_thousand(link, publish) == 0);

  Rule& rule = link.rules[0];
  link.loop_prevention = true;
  rule.remote_prefix = "a/prefix/that/is/long/enough/";
  rule.direction = Direction::both;
  CHECK(allocations_of_thousand(link, publish) == 0);
  rule.direction = Direction::out;
  rule.filters = {"sites/+/#"};
  rule.target = "cloud/{1}/and/so/on/{#}";
  CHECK(allocations_of_thousand(link, publish) == 0);
}
