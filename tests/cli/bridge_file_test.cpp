// What a bridge file comes to, and what it says when it is wrong.
#include "apps/mqrig/bridge/bridge_file.hpp"

#include <doctest/doctest.h>

#include <mqrig/cli/usage_error.hpp>

#include "apps/mqrig/bridge/command.hpp"
#include "apps/mqrig/bridge/file_keys.hpp"
#include "apps/mqrig/bridge/side_reader.hpp"

using namespace mqrig;
using namespace mqrig::bridge_command;
using bridge::Direction;
using bridge::LinkSettings;
using namespace std::chrono_literals;

namespace {

BridgeFile read(std::string_view text) {
  return read_bridge(cli::read_toml(text, "b.toml"), "b.toml");
}

std::string fault(std::string_view text) {
  try {
    read(text);
    return "no fault";
  } catch (const std::exception& error) {
    return error.what();
  }
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// A file of one link, with more lines for the parts of it.
struct Parts {
  std::string top = {};
  std::string link = {};
  std::string local = {};
  std::string remote = {};
  std::string rule = {};

  std::string text() const {
    return top + "[[link]]\nname = \"cloud\"\n" + link + "[link.local]\nurl = \"mqtt://a\"\n" +
           local + "[link.remote]\nurl = \"mqtt://b:1884\"\n" + remote +
           "[[link.rule]]\ntopics = [\"x/#\"]\n" + rule;
  }
};

LinkSettings link(const Parts& parts) {
  return std::move(read(parts.text()).settings.links.at(0));
}

}  // namespace

TEST_CASE("a link of two brokers and a topic has the defaults of the documentation") {
  const LinkSettings cloud = link({});
  CHECK(cloud.name == "cloud");
  CHECK(cloud.local.client.brokers[0].host == "a");
  CHECK(cloud.remote.client.brokers[0].port == 1884);
  CHECK_FALSE(cloud.spool);
  CHECK(cloud.window == 1000);
  CHECK(cloud.loop_prevention);
  CHECK_FALSE(cloud.max_hops);
  CHECK(cloud.limits.policy == bridge::FullPolicy::block);
  REQUIRE(cloud.rules.size() == 1);
  CHECK(cloud.rules[0].filters == std::vector<std::string>{"x/#"});
  CHECK(cloud.rules[0].direction == Direction::out);
  CHECK(cloud.rules[0].max_qos == wire::QoS::exactly_once);
  CHECK(cloud.rules[0].initial_retained);
  CHECK(cloud.rules[0].batch == store::Batch{});
}

TEST_CASE("every key of a rule is heard") {
  const bridge::Rule rule = link({.rule = R"(
exclude = ["x/debug/#"]
direction = "in"
local-prefix = "l/"
target = "cloud/{#}"
max-qos = 1
qos = 0
retain = "force"
initial-retained = false
pass-properties = false
remove-properties = ["content-type", "user-property secret", "user-property"]
set-properties = { content-type = "text/plain", message-expiry-interval = 9, user-property = { site = "s1" } }
map-response-topic = false
expiry = "1h"
filter = "payload.temp > 20"
transform = "payload.temp"
split = "lines"
batch = { format = "json-array", count = 5, linger = "1s" }
spool-qos-0 = true
)"})
                                .rules[0];
  CHECK(rule.exclude == std::vector<std::string>{"x/debug/#"});
  CHECK(rule.direction == Direction::in);
  CHECK(rule.local_prefix == "l/");
  CHECK(rule.target == "cloud/{#}");
  CHECK(rule.max_qos == wire::QoS::at_least_once);
  CHECK(rule.qos == wire::QoS::at_most_once);
  CHECK(rule.retain == bridge::RetainRule::force);
  CHECK_FALSE(rule.initial_retained);
  CHECK_FALSE(rule.pass_properties);
  REQUIRE(rule.remove_properties.size() == 3);
  CHECK(rule.remove_properties[0].id == wire::PropertyId::content_type);
  CHECK(rule.remove_properties[1].key == "secret");
  CHECK(rule.remove_properties[2].key == "");
  REQUIRE(rule.set_properties.size() == 3);
  CHECK(rule.set_properties[0].integer == 9);
  CHECK(rule.set_properties[1].text == "text/plain");
  CHECK(rule.set_properties[2].key == "site");
  CHECK(rule.set_properties[2].text == "s1");
  CHECK_FALSE(rule.map_response_topic);
  CHECK(rule.expiry == 3600);
  CHECK(rule.filter == "payload.temp > 20");
  CHECK(rule.transform == "payload.temp");
  CHECK(rule.split == bridge::PayloadSplit::lines);
  CHECK(rule.batch == store::Batch{store::Batch::Format::json_array, 5, 1000});
  CHECK(rule.spool_qos_0);
}

TEST_CASE("every key of a link is heard") {
  const LinkSettings cloud = link({.top = "spool = \"s\"\n", .link = R"(
spool = true
window = 7
rate = "6000/m"
loop-prevention = false
max-hops = 3
notification-topic = "n"
notify-remote = true
status-topic = "s"
status-interval = "1m"
limits = { bytes = "1k", messages = 5, age = "1d", policy = "drop-oldest" }
)"});
  CHECK(cloud.spool);
  CHECK(cloud.window == 7);
  CHECK(cloud.rate == doctest::Approx(100));
  CHECK_FALSE(cloud.loop_prevention);
  CHECK(cloud.max_hops == 3U);
  CHECK(cloud.notification_topic == "n");
  CHECK(cloud.notify_remote);
  CHECK(cloud.status_topic == "s");
  CHECK(cloud.status_interval == 60s);
  CHECK(cloud.limits.bytes == 1024);
  CHECK(cloud.limits.messages == 5);
  CHECK(cloud.limits.age == 24h);
  CHECK(cloud.limits.policy == bridge::FullPolicy::drop_oldest);
}

TEST_CASE("a broker of a link takes the options of a client") {
  const LinkSettings cloud = link({.remote = R"(name = "hub"
share = "g"
username = "u"
password = "secret"
id = "edge"
protocol-version = "5"
keepalive = "30s"
connect-timeout = "3s"
reconnect-delay = "2s"
receive-maximum = 9
connect-user-property = "k=v"
property = [["connect", "request-problem-information", "1"]]
)"});
  CHECK(cloud.remote.name == "hub");
  CHECK(cloud.remote.share == "g");
  const client::Options& client = cloud.remote.client;
  CHECK(client.user_name == "u");
  CHECK(client.password == "secret");
  CHECK(client.client_id == "edge");
  CHECK(client.version == wire::Version::mqtt_5);
  CHECK(client.keep_alive == 30);
  CHECK(client.connect_timeout == 3s);
  CHECK(client.reconnect_delay == 2s);
  CHECK(client.reconnect);
  CHECK_FALSE(client.connect_properties.empty());
}

TEST_CASE("how long a session is kept is the link's to decide, unless it is said") {
  CHECK_FALSE(link({.top = "spool = \"s\"\n"}).local.client.session_expiry);
  CHECK_FALSE(link({}).remote.client.session_expiry);
  CHECK(link({.remote = "session-expiry-interval = \"1h\"\n"}).remote.client.session_expiry ==
        3600);
}

TEST_CASE("client identifiers are the same after a restart, and differ by link, side and machine") {
  using bridge::Side;
  const std::string id = default_client_id("cloud", Side::local, "host", false);
  CHECK(id.starts_with("mqrig-bridge-cloud-local-"));
  CHECK(id == default_client_id("cloud", Side::local, "host", false));
  CHECK(id != default_client_id("cloud", Side::remote, "host", false));
  CHECK(id != default_client_id("cloud", Side::local, "other", false));
  CHECK(default_client_id("cloud", Side::local, "h", true).size() <= 23);
  CHECK(link({.remote = "protocol-version = \"31\"\n"}).remote.client.client_id.size() <= 23);
}

TEST_CASE("a fingerprint changes with anything that is in effect, and with nothing else") {
  const std::string before = link({}).fingerprint;
  CHECK(link({.link = "# a comment\nwindow = 1000\n"}).fingerprint == before);
  CHECK(link({.top = "metrics = \"127.0.0.1:1\"\n"}).fingerprint == before);
  CHECK(link({.link = "window = 999\n"}).fingerprint != before);
  CHECK(link({.link = "limits = { messages = 1 }\n"}).fingerprint != before);
  CHECK(link({.rule = "qos = 1\n"}).fingerprint != before);
  CHECK(link({.rule = "set-properties = { user-property = { a = \"b\" } }\n"}).fingerprint !=
        before);
  CHECK(link({.rule = "batch = { format = \"lines\" }\n"}).fingerprint != before);
  const auto of_password = [](const std::string& password) {
    return link({.local = "username = \"u\"\npassword = \"" + password + "\"\n"}).fingerprint;
  };
  CHECK(of_password("a") != of_password("b"));
}

TEST_CASE("what is wrong is named with its file, its line and its key") {
  CHECK(fault("") == "b.toml: there is no [[link]]");
  CHECK(fault("metric = \"x\"\n") == "b.toml:1: metric: unknown key; did you mean 'metrics'?");
  CHECK(fault("[[link]]\n[link.local]\nurl = \"mqtt://a\"\n") == "b.toml:1: link: has no name");
  CHECK(fault("[[link]]\nnmae = \"a\"\n") == "b.toml:2: nmae: unknown key; did you mean 'name'?");
  CHECK(contains(fault("[[link]]\nname = \"a b\"\n"), "b.toml:2: name: 'a b': takes letters"));
  CHECK(contains(fault("[[link]]\nname = \"a\"\n"), "b.toml:1: link: names no local broker"));
  CHECK(contains(fault(Parts{.link = "window = 0\n"}.text()),
                 "b.toml:3: window: invalid value '0': expected a whole number from 1"));
  CHECK(contains(fault(Parts{.link = "status-interval = 0\n"}.text()),
                 "b.toml:3: status-interval: is 10ms at least"));
  CHECK(contains(fault(Parts{.rule = "direction = \"outt\"\n"}.text()),
                 "b.toml:9: direction: invalid value 'outt'"));
  CHECK(contains(fault(Parts{.rule = "batch = { count = 3 }\n"}.text()),
                 "b.toml:9: batch: needs a format"));
  CHECK(contains(fault(Parts{.rule = "remove-properties = [\"contenttype\"]\n"}.text()),
                 "no property 'contenttype'; did you mean 'content-type'?"));
  CHECK(contains(fault(Parts{.link = "spool = true\n"}.text()),
                 "b.toml:3: spool: the file names no"));
  CHECK(contains(fault(Parts{}.text() + Parts{}.text()), "there is a link 'cloud' already"));
  CHECK(contains(fault(Parts{.top = "metrics = \"nowhere\"\n"}.text()),
                 "b.toml:1: metrics: 'nowhere'"));
}

TEST_CASE("a broker is named once, by a URL that is one") {
  CHECK(contains(fault("[[link]]\nname = \"a\"\n[link.local]\nid = \"x\"\n"),
                 "b.toml:3: local: names no broker: give url, host or unix"));
  CHECK(contains(fault(Parts{.local = "host = \"b\"\n"}.text()),
                 "b.toml:5: host: there is url already: give one way to name the broker"));
  CHECK(contains(fault(Parts{.local = "port = 1\n[link.local.x]\n"}.text()), "unknown key"));
  CHECK(contains(fault("[[link]]\nname = \"a\"\n[link.local]\nurl = \"mqtt://h/topic\"\n"),
                 "b.toml:4: url: a topic stands in a rule"));
  CHECK(contains(fault("[[link]]\nname = \"a\"\n[link.local]\nurl = \"http://h\"\n"),
                 "b.toml:3: local: broker URL: unknown scheme 'http'"));
}

TEST_CASE("what a bridge decides by itself is no key") {
  for (const char* key : {"reconnect", "disable-clean-session", "will-retain", "debug"}) {
    CAPTURE(key);
    CHECK(contains(fault(Parts{.local = std::string(key) + " = true\n"}.text()), "unknown key"));
  }
}

TEST_CASE("messages about a broker use the words of the file, and repeat no password") {
  const std::string text =
      fault(Parts{.local = "password = \"hunter2\"\nprotocol-version = \"311\"\n"}.text());
  CHECK(text == "b.toml:3: local: a password needs a user name before MQTT 5.0: give username");
  const std::string url =
      fault("[[link]]\nname = \"a\"\n[link.local]\nurl = \"mqtt://u:hunter2@h:99999\"\n");
  CHECK(contains(url, "b.toml:3: local: broker URL"));
  CHECK_FALSE(contains(url, "hunter2"));
  CHECK(contains(fault(Parts{.local = "password-file = \"/no/such/file\"\n"}.text()),
                 "b.toml:3: local: cannot read '/no/such/file'"));
}

TEST_CASE("every key is explained in the manual, in one line and more") {
  const std::string page = toml_manual();
  for (const KeyTable& table : key_tables()) {
    CAPTURE(table.header);
    CHECK_FALSE(table.text.empty());
    cli::for_each_option(table.keys(), [&](const cli::OptionSpec& key) {
      CAPTURE(key.long_name);
      CHECK_FALSE(key.help.empty());
      CHECK((key.details.empty() || key.details.back() == '.'));
      if (!key.hidden) CHECK(contains(page, ".It Cm " + std::string(key.long_name) + " "));
    });
  }
}
