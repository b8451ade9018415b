#include <doctest/doctest.h>

#include <functional>
#include <limits>

#include <mqrig/load/scenario.hpp>

using namespace mqrig;
using namespace mqrig::load;
using std::chrono::seconds;

namespace {

// Publishers and their subscribers, with nothing wrong about them.
Scenario good() {
  Scenario scenario;
  Group& publishers = scenario.groups.emplace_back();
  publishers.name = "publishers";
  publishers.clients = 10;
  publishers.publish.emplace();
  Group& subscribers = scenario.groups.emplace_back();
  subscribers.name = "subscribers";
  subscribers.clients = 10;
  subscribers.subscribe.emplace_back();
  scenario.phases.push_back({"main", PhaseKind::hold, seconds(10)});
  return scenario;
}

// What check() says of a good scenario with one change.
std::string fault(const std::function<void(Scenario&)>& change) {
  Scenario scenario = good();
  change(scenario);
  return check(scenario);
}

std::string publish_fault(const std::function<void(PublishSettings&)>& change) {
  return fault([&](Scenario& scenario) { change(*scenario.groups[0].publish); });
}

std::string subscribe_fault(const std::function<void(SubscribeSettings&)>& change) {
  return fault([&](Scenario& scenario) { change(scenario.groups[1].subscribe[0]); });
}

std::string phase_fault(Phase phase) {
  return fault([&](Scenario& scenario) { scenario.phases = {phase}; });
}

std::string property_fault(MessageProperty property) {
  wire::PropertyWriter encoded;
  return encode_properties({std::move(property)}, encoded);
}

}  // namespace

TEST_CASE("a scenario with nothing wrong is fine, and so is one without phases") {
  CHECK(check(good()) == "");
  CHECK(fault([](Scenario& scenario) { scenario.phases.clear(); }) == "");
}

TEST_CASE("there is a group, and each has a name of its own") {
  CHECK(fault([](Scenario& s) { s.groups.clear(); }) == "there is no group of clients");
  CHECK(fault([](Scenario& s) { s.groups[1].name = ""; }) == "a group has no name");
  CHECK(fault([](Scenario& s) { s.groups[1].name = "publishers"; }) ==
        "group 'publishers': there are two of this name");
}

TEST_CASE("no two clients have one identifier") {
  CHECK(fault([](Scenario& s) { s.groups[0].client_id = "me"; }) ==
        "group 'publishers': all clients would have the identifier 'me': give it {client}, the "
        "number of each");
  CHECK(fault([](Scenario& s) {
          s.groups[0].client_id = "me";
          s.groups[0].clients = 1;
        }) == "");
  CHECK(fault([](Scenario& s) { s.groups[0].client_id = "x{id}"; }) ==
        "group 'publishers': client identifier 'x{id}': {id} is itself");
  CHECK(fault([](Scenario& s) {
          for (Group& group : s.groups) group.client_id = "c%i";
        }) ==
        "group 'subscribers': group 'publishers' has the same client identifiers: give them "
        "{group}");
}

TEST_CASE("topics and filters are checked as far as they are no placeholders") {
  CHECK(publish_fault([](auto& publish) { publish.topic = "a/#"; }).find("invalid topic 'a/#'") !=
        std::string::npos);
  CHECK(publish_fault([](auto& publish) { publish.topic = ""; }) != "");
  CHECK(subscribe_fault([](auto& subscribe) { subscribe.filter = "a/{client}/+"; }) == "");
  CHECK(subscribe_fault([](auto& subscribe) { subscribe.filter = "a#"; }) != "");
  CHECK(subscribe_fault([](auto& subscribe) { subscribe.share = "a/b"; }) == "");
  CHECK(subscribe_fault([](auto& subscribe) { subscribe.share = "a+"; }) != "");
}

TEST_CASE("placeholders that do not exist are named") {
  CHECK(publish_fault([](auto& publish) { publish.topic = "a/{cleint}"; }).find("{cleint}") !=
        std::string::npos);
  CHECK(subscribe_fault([](auto& subscribe) { subscribe.share = "{"; }) != "");
  CHECK(fault([](Scenario& s) { s.groups[0].client_id = "{client"; }) != "");
  CHECK(fault([](Scenario& s) { s.groups[0].user_name = "{me}"; }) != "");
  CHECK(publish_fault([](auto& publish) {
          publish.payload.kind = PayloadSettings::Kind::text;
          publish.payload.text = "%z";
        }) != "");
}

TEST_CASE("objectives are checked") {
  CHECK(fault([](Scenario& s) { s.slo = {"p99<5ms,loss=0", "rate>1k/s"}; }) == "");
  CHECK(fault([](Scenario& s) { s.slo = {"p99<5ms", "speed>3"}; }) != "");
}

TEST_CASE("a shared subscription with no-local is a protocol error [MQTT-3.8.3-4]") {
  CHECK(subscribe_fault([](auto& subscribe) {
          subscribe.share = "g";
          subscribe.no_local = true;
        }) == "group 'subscribers': no-local does not go with a shared subscription");
}

TEST_CASE("payloads fit into a packet, and there is something to send") {
  using Kind = PayloadSettings::Kind;
  const auto payload_fault = [](const std::function<void(PayloadSettings&)>& change) {
    return publish_fault([&](PublishSettings& publish) { change(publish.payload); });
  };
  const auto size_fault = [&](std::uint32_t smallest, std::uint32_t largest) {
    return payload_fault([&](PayloadSettings& payload) {
      payload.smallest = smallest;
      payload.largest = largest;
    });
  };
  CHECK(size_fault(0, 0) == "");
  CHECK(size_fault(9, 8) != "");
  CHECK(size_fault(1, wire::max_remaining_length + 1) != "");
  CHECK(payload_fault([](auto& payload) { payload.kind = Kind::lines; }) ==
        "group 'publishers': there is no line to send");
  CHECK(payload_fault([](auto& payload) {
          payload.kind = Kind::lines;
          payload.lines = {""};
        }) == "");
  CHECK(payload_fault([](auto& payload) { payload.kind = Kind::file; }) != "");
}

TEST_CASE("a rate is a number, and does not go with a think time") {
  CHECK(publish_fault([](auto& publish) { publish.rate = -1; }) != "");
  CHECK(publish_fault(
            [](auto& publish) { publish.rate = std::numeric_limits<double>::quiet_NaN(); }) != "");
  CHECK(publish_fault([](auto& publish) {
          publish.rate = 5;
          publish.think = seconds(1);
        }) != "");
  CHECK(publish_fault([](auto& publish) { publish.qos = {0, 0, 0}; }) != "");
}

TEST_CASE("the level of a phase goes with its kind") {
  CHECK(phase_fault({"p", PhaseKind::hold, seconds(0)}) ==
        "phase 'p': its duration is not above zero");
  CHECK(phase_fault({"", PhaseKind::hold, seconds(1)}) == "a phase has no name");
  CHECK(phase_fault({"p", PhaseKind::ramp, seconds(1), 0, 1}) == "");
  CHECK(phase_fault({"p", PhaseKind::ramp, seconds(1), 1, 1}) != "");
  CHECK(phase_fault({"p", PhaseKind::hold, seconds(1), 0, 1}) != "");
  CHECK(phase_fault({"p", PhaseKind::spike, seconds(1), 5, 5}) == "");
  CHECK(phase_fault({"p", PhaseKind::drain, seconds(1), 0, 0}) == "");
  CHECK(phase_fault({"p", PhaseKind::drain, seconds(1), 1, 1}) != "");
  CHECK(phase_fault({"p", PhaseKind::hold, seconds(1), -1, -1}) != "");
}

TEST_CASE("who responds subscribes to requests") {
  CHECK(fault([](Scenario& s) { s.groups[0].respond = true; }) ==
        "group 'publishers': it is to respond, and subscribes to no requests");
  CHECK(fault([](Scenario& s) { s.groups[1].respond = true; }) == "");
}

TEST_CASE("a request has the response topic of its requester and no other") {
  CHECK(publish_fault([](PublishSettings& publish) {
          publish.request = true;
          publish.properties = {{"response-topic", "", "a"}};
        }) == "group 'publishers': requests have a response topic already, that of each requester");
}

TEST_CASE("properties are encoded by their names") {
  wire::PropertyWriter encoded;
  const std::vector<MessageProperty> properties = {{"content-type", "", "text/plain"},
                                                   {"user-property", "k", "v"},
                                                   {"user-property", "k", "w"},
                                                   {"message-expiry-interval", "", "60"},
                                                   {"payload-format-indicator", "", "1"}};
  REQUIRE(encode_properties(properties, encoded) == "");
  const wire::Properties view = encoded.view();
  CHECK(wire::validate_properties(view.encoded(), wire::PropertyContext::publish) ==
        wire::Fault::none);
  CHECK(view.text(wire::PropertyId::content_type) == "text/plain");
  CHECK(view.integer(wire::PropertyId::message_expiry_interval) == 60U);
  std::vector<std::string_view> values;
  for (const wire::Property& property : view) {
    if (property.id == wire::PropertyId::user_property) values.push_back(property.text);
  }
  CHECK(values == std::vector<std::string_view>{"v", "w"});
}

TEST_CASE("properties that no publisher sets, or with a wrong value, are refused") {
  CHECK(property_fault({"nothing", "", "x"}) ==
        "property nothing: a message that is published has no such property");
  CHECK(property_fault({"receive-maximum", "", "3"}) != "");
  CHECK(property_fault({"subscription-identifier", "", "3"}) != "");
  CHECK(property_fault({"topic-alias", "", "3"}) != "");
  CHECK(property_fault({"payload-format-indicator", "", "2"}) != "");
  CHECK(property_fault({"message-expiry-interval", "", "x"}) != "");
  CHECK(property_fault({"content-type", "", "\xFF"}) != "");
  CHECK(property_fault({"content-type", "key", "x"}) != "");
  CHECK(property_fault({"response-topic", "", "a/#"}) != "");
  wire::PropertyWriter encoded;
  CHECK(encode_properties({{"content-type", "", "a"}, {"content-type", "", "b"}}, encoded) ==
        "property content-type: it can be given only once");
}
