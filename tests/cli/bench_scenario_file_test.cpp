// Scenarios as TOML text.
#include "apps/mqrig/bench/scenario_file.hpp"

#include <doctest/doctest.h>

#include <mqrig/cli/usage_error.hpp>
#include <random>

using namespace mqrig;
using namespace mqrig::bench;
using namespace mqrig::load;
using namespace std::chrono_literals;

namespace {

Scenario read(std::string_view text) {
  return parse_scenario(text, "s.toml");
}

std::string fault(std::string_view text) {
  try {
    read(text);
    return "no fault";
  } catch (const cli::UsageError& error) {
    return error.what();
  }
}

/// Draws scenarios that use everything a scenario has.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  Scenario scenario() {
    Scenario scenario;
    scenario.name = text();
    for (unsigned i = 1 + below(3); i > 0; --i) scenario.groups.push_back(group());
    for (unsigned i = below(4); i > 0; --i) scenario.phases.push_back(phase());
    scenario.connects_at_once = 1 + below(1000);
    scenario.connect_timeout = time();
    scenario.drain_timeout = time();
    scenario.verify = static_cast<Verify>(below(3));
    for (unsigned i = below(3); i > 0; --i) scenario.slo.push_back(text());
    return scenario;
  }

 private:
  unsigned below(unsigned end) {
    return std::uniform_int_distribution<unsigned>(0, end - 1)(random_);
  }
  bool coin() { return below(2) == 1; }
  Nanoseconds time() { return std::chrono::milliseconds(below(3) == 0 ? 0 : below(100'000)); }
  double number() { return std::uniform_real_distribution<double>(1e-6, 1e7)(random_); }

  std::string text() {
    static constexpr const char* pieces[] = {"a", "/", "{client}", "\"",   "\\", "\n", "\t", "ü",
                                             "#", "'", "\x7F",     "\x01", " ",  "=",  "]"};
    std::string text = "t";
    for (unsigned i = below(6); i > 0; --i) text += pieces[below(std::size(pieces))];
    return text;
  }

  QosMix qos() {
    QosMix mix{below(3), below(100), below(3)};
    if (mix == QosMix{}) mix[below(3)] = 1;
    return mix;
  }

  PayloadSettings payload() {
    PayloadSettings payload;
    payload.kind = static_cast<PayloadSettings::Kind>(below(4));
    switch (payload.kind) {
      case PayloadSettings::Kind::size:
        payload.smallest = below(1000);
        payload.largest = payload.smallest + below(3);
        return payload;
      case PayloadSettings::Kind::text:
        payload.text = text();
        break;
      case PayloadSettings::Kind::file:
        payload.path = text();
        break;
      case PayloadSettings::Kind::lines:
        payload.lines = {text(), "", text()};
        break;
    }
    payload.stamp = coin();
    return payload;
  }

  PublishSettings publish() {
    PublishSettings publish;
    publish.topic = text();
    publish.payload = payload();
    publish.qos = qos();
    publish.retain = coin();
    publish.properties = {{"content-type", "", text()},
                          {"user-property", text(), text()},
                          {"user-property", "", text()}};
    if (coin()) publish.rate = number();
    publish.inflight = static_cast<std::uint16_t>(below(65536));
    publish.think = time();
    publish.count = below(1000);
    publish.request = coin();
    if (publish.request) publish.response_topic = text();
    return publish;
  }

  SubscribeSettings subscription() {
    SubscribeSettings subscription;
    subscription.filter = text();
    subscription.qos = qos();
    if (coin()) subscription.share = text();
    subscription.no_local = coin();
    subscription.cycle = below(3);
    return subscription;
  }

  Group group() {
    Group group;
    group.name = text();
    group.clients = 1 + below(1'000'000);
    group.client_id = text();
    if (coin()) group.user_name = text();
    if (coin()) group.version = coin() ? wire::Version::mqtt_5 : wire::Version::mqtt_3_1;
    if (coin()) group.keep_alive = static_cast<std::uint16_t>(below(65536));
    if (coin()) group.clean_start = coin();
    if (coin()) group.session_expiry = coin() ? 0xFFFF'FFFF : below(100);
    if (coin()) group.publish = publish();
    for (unsigned i = below(3); i > 0; --i) group.subscribe.push_back(subscription());
    group.respond = coin();
    group.ramp = time();
    group.storm.interval = time();
    group.storm.leave = static_cast<Leave>(below(2));
    group.leave = static_cast<Leave>(below(2));
    group.lifetime = time();
    group.will = coin();
    return group;
  }

  Phase phase() {
    Phase phase;
    phase.name = text();
    phase.kind = static_cast<PhaseKind>(below(4));
    phase.duration = time();
    phase.from = number();
    phase.to = coin() ? phase.from : number();
    phase.measured = coin();
    return phase;
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("what is printed is read as the same scenario, whatever it is") {
  for (unsigned seed = 0; seed < 500; ++seed) {
    CAPTURE(seed);
    const Scenario scenario = Generator(seed).scenario();
    const std::string text = print_scenario(scenario);
    CAPTURE(text);
    REQUIRE(parse_scenario(text, "printed") == scenario);
  }
}

TEST_CASE("values are written as on the command line, numbers with or without quotes") {
  const Scenario scenario = read(R"(
name = "steps"
slo = "p99<5ms"
[[group]]
name = "p"
clients = 7
ramp = "2m"
keepalive = 30
[group.publish]
size = "16-1k"
qos = 1
rate = "1k/s"
[[group]]
name = "s"
[group.subscribe]
filter = "a/#"
[[phase]]
kind = "ramp"
duration = 10
[[phase]]
kind = "spike"
duration = "500ms"
level = 2.5
[[phase]]
kind = "drain"
duration = "1s"
)");
  REQUIRE(scenario.groups.size() == 2);
  CHECK(scenario.groups[0].ramp == 2min);
  CHECK(scenario.groups[0].keep_alive == 30);
  CHECK(scenario.groups[0].publish->payload.largest == 1024);
  CHECK(scenario.groups[0].publish->qos == QosMix{0, 1, 0});
  CHECK(scenario.groups[0].publish->rate == 1000);
  CHECK(scenario.groups[1].subscribe[0].filter == "a/#");
  REQUIRE(scenario.phases.size() == 3);
  CHECK(scenario.phases[0].from == 0);
  CHECK(scenario.phases[0].to == 1);
  CHECK(scenario.phases[1].to == 2.5);
  CHECK(scenario.phases[2].to == 0);
  CHECK(check(scenario) == "");
}

TEST_CASE("errors name the line and the key") {
  CHECK(fault("[[group]]\nclients = 0") ==
        "s.toml:2: clients: invalid value '0': expected a whole number from 1 to 100000000");
  CHECK(fault("[[group]]\n[group.publish]\nqos = 3") ==
        "s.toml:3: qos: invalid value '3': expected 0, 1, 2, or a mix such as 0:70,1:20,2:10");
  CHECK(fault("drain-timeout = 'soon'").starts_with("s.toml:1: drain-timeout: invalid value"));
  CHECK(fault("verify = true") == "s.toml:1: verify: takes a text or a number");
  CHECK(fault("verify = 'ful'") ==
        "s.toml:1: verify: invalid value 'ful': expected one of none, basic, full; did you mean "
        "'full'?");
  CHECK(fault("name = ").starts_with("s.toml:1: "));
  CHECK(fault("group = 3") == "s.toml:1: group: is a table: [group] or [[group]]");
  CHECK(fault("name = 2026-01-01") == "s.toml:1: name: takes a text or a number");
  CHECK(fault("[[phase]]\nlevel = 1\nfrom = 0").starts_with("s.toml:2: level:"));
}

TEST_CASE("unknown keys are errors, and slips get a question") {
  CHECK(fault("[[group]]\nclinets = 3") ==
        "s.toml:2: clinets: unknown key; did you mean 'clients'?");
  CHECK(fault("[[groups]]") == "s.toml:1: groups: unknown key; did you mean 'group'?");
  CHECK(fault("password = 'x'") == "s.toml:1: password: unknown key");
}

TEST_CASE("a payload comes from one source") {
  CHECK(fault("[[group]]\n[group.publish]\nsize = 5\npayload-template = 'x'") ==
        "s.toml:4: payload-template: there is size already");
  CHECK(fault("[[group]]\n[group.publish]\nsize = 5\nstamp = true").starts_with("s.toml:4: stamp"));
}

TEST_CASE("properties are arrays of two words, or three of a user property") {
  const std::string start = "[[group]]\n[group.publish]\nproperties = ";
  CHECK(read(start + "[['content-type', 'a'], ['user-property', 'k', 'v']]")
            .groups[0]
            .publish->properties ==
        std::vector<MessageProperty>{{"content-type", "", "a"}, {"user-property", "k", "v"}});
  for (const std::string value : {"'x'", "['content-type', 'a']", "[['content-type']]",
                                  "[['content-type', 'a', 'b']]", "[['user-property', 'k']]"}) {
    CAPTURE(value);
    CHECK(fault(start + value).starts_with("s.toml:3: properties: takes an array of arrays"));
  }
}
