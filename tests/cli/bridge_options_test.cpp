// What the options of `mqrig bridge` come to: a bridge file, read as any other.
#include <doctest/doctest.h>

#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/resolve.hpp>
#include <mqrig/cli/toml_value.hpp>
#include <mqrig/cli/usage_error.hpp>

#include "apps/mqrig/bridge/bridge_file.hpp"
#include "apps/mqrig/bridge/command.hpp"
#include "apps/mqrig/bridge/typed_file.hpp"
#include "sample_command.hpp"

using namespace mqrig;
using namespace mqrig::bridge_command;

namespace {

const std::vector<std::string> brokers = {"--from", "mqtt://a", "--to", "mqtt://b:1884"};

cli::TomlValue tree(std::vector<std::string> typed, bool with_brokers = true) {
  if (with_brokers) typed.insert(typed.begin(), brokers.begin(), brokers.end());
  const cli::test::Words words(std::move(typed));
  const char* const environment[] = {"MQRIG_USERNAME=other", "MQRIG_HOST=other", nullptr};
  return typed_file(cli::resolve(command(), cli::parse(command(), words.span()), environment, {}));
}

bridge::LinkSettings link(std::vector<std::string> typed, bool with_brokers = true) {
  BridgeFile file = read_bridge(tree(std::move(typed), with_brokers), "mqrig bridge");
  return std::move(file.settings.links.at(0));
}

std::string fault(std::vector<std::string> typed, bool with_brokers = true) {
  try {
    read_bridge(tree(std::move(typed), with_brokers), "mqrig bridge");
    return "no fault";
  } catch (const cli::UsageError& error) {
    return error.what();
  }
}

std::string printed(std::vector<std::string> typed) {
  bool left_out = false;
  return print_typed_file(tree(std::move(typed)), left_out);
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("two brokers and a topic are a link, which is named after them") {
  const bridge::LinkSettings made = link({"-t", "sensors/#"});
  CHECK(made.name == "a_1883-b_1884");
  CHECK(made.local.client.brokers[0].host == "a");
  CHECK(made.remote.client.brokers[0].host == "b");
  CHECK(made.rules[0].filters == std::vector<std::string>{"sensors/#"});
  // What the environment says of the broker of other commands is not meant.
  CHECK_FALSE(made.local.client.user_name);
}

TEST_CASE("options are keys of their tables") {
  const bridge::LinkSettings made = link({"-t",
                                          "a",
                                          "-t",
                                          "b",
                                          "--exclude",
                                          "c",
                                          "-q",
                                          "1",
                                          "--direction",
                                          "both",
                                          "--retain",
                                          "drop",
                                          "--no-initial-retained",
                                          "--batch-format",
                                          "lines",
                                          "--batch-linger",
                                          "2s",
                                          "--limit-bytes",
                                          "1k",
                                          "--limit-policy",
                                          "reject",
                                          "--rate",
                                          "5/s",
                                          "--name",
                                          "n",
                                          "--spool",
                                          "s",
                                          "--from-username",
                                          "u",
                                          "--from-id",
                                          "x",
                                          "--to-protocol-version",
                                          "311",
                                          "--to-keepalive",
                                          "9",
                                          "--no-loop-prevention",
                                          "--share",
                                          "g"});
  CHECK(made.name == "n");
  CHECK(made.rules[0].filters == std::vector<std::string>{"a", "b"});
  CHECK(made.rules[0].qos == wire::QoS::at_least_once);
  CHECK(made.rules[0].retain == bridge::RetainRule::drop);
  CHECK_FALSE(made.rules[0].initial_retained);
  CHECK(made.rules[0].batch == store::Batch{store::Batch::Format::lines, 100, 2000});
  CHECK(made.limits.bytes == 1024);
  CHECK(made.limits.policy == bridge::FullPolicy::reject);
  CHECK(made.rate == doctest::Approx(5));
  CHECK(made.spool);
  CHECK(made.local.client.user_name == "u");
  CHECK(made.local.client.client_id == "x");
  CHECK(made.remote.client.version == wire::Version::mqtt_3_1_1);
  CHECK(made.remote.client.keep_alive == 9);
  CHECK_FALSE(made.loop_prevention);
  CHECK(made.local.share == "g");
  CHECK(made.remote.share == "g");
}

TEST_CASE("the group of a shared subscription is that of the broker that is subscribed at") {
  CHECK(link({"-t", "a", "--share", "g"}).local.share == "g");
  CHECK(link({"-t", "a", "--share", "g"}).remote.share == "");
  CHECK(link({"-t", "a", "--share", "g", "--direction", "in"}).local.share == "");
  CHECK(link({"-t", "a", "--share", "g", "--direction", "in"}).remote.share == "g");
}

TEST_CASE("what is printed is read as what was typed") {
  const std::vector<std::string> typed = {"-t",
                                          "a \"quoted\" topic",
                                          "--target",
                                          "x/{#}\\",
                                          "--filter",
                                          "text == 'a'",
                                          "--max-qos",
                                          "1",
                                          "--window",
                                          "9",
                                          "--limit-age",
                                          "7d",
                                          "--to-name",
                                          "hub",
                                          "--metrics",
                                          "127.0.0.1:0",
                                          "--batch-format",
                                          "lines",
                                          "--to-connect-user-property",
                                          "k=v"};
  const std::string text = printed(typed);
  const BridgeFile file = read_bridge(cli::read_toml(text, "p.toml"), "p.toml");
  CHECK(file.settings.links[0].fingerprint == link(typed).fingerprint);
  CHECK(file.metrics);
}

TEST_CASE("a password in a URL is not printed") {
  bool left_out = false;
  cli::TomlValue file =
      tree({"--from", "mqtt://u:hunter2@a", "--to", "mqtt://b", "-t", "x"}, false);
  const std::string text = print_typed_file(std::move(file), left_out);
  CHECK(left_out);
  CHECK(contains(text, "\"mqtt://u@a\""));
  CHECK_FALSE(contains(text, "hunter2"));
}

TEST_CASE("what is missing is said in the words of the command line") {
  CHECK(contains(fault({"--to", "mqtt://b", "-t", "x"}, false), "--from is missing"));
  CHECK(contains(fault({"--from", "mqtt://b", "-t", "x"}, false), "--to is missing"));
  CHECK(contains(fault({}), "no topics to pass on: give -t/--topic"));
  CHECK(contains(fault({"-t", "x", "--batch-count", "5"}), "needs a format"));
  CHECK(contains(fault({"-t", "x", "--metrics", "nowhere"}), "--metrics: 'nowhere'"));
  CHECK(fault({"-t", "x", "--from-password-env", "HOME", "--from-protocol-version", "311"}) ==
        "--from: a password needs a user name before MQTT 5.0: give --from-username");
  CHECK(contains(fault({"-t", "x", "--name", "a b"}), "--name: 'a b': takes letters"));
  CHECK(contains(fault({"--from", "http://a", "--to", "mqtt://b", "-t", "x"}, false),
                 "unknown scheme 'http'"));
  CHECK(contains(fault({"-t", "x", "--to-sni", "y"}), "--to: --to-sni is for TLS"));
}

TEST_CASE("each broker has its own TLS, proxy and token") {
  const bridge::LinkSettings made =
      link({"--from", "mqtts://a", "--to", "ws://b/mqtt", "-t", "x", "--from-sni", "name",
            "--to-token-file", "f", "--to-proxy", "http://p"},
           false);
  CHECK(made.local.client.transport.tls);
  CHECK(made.local.client.transport.tls_name == "name");
  CHECK_FALSE(made.local.client.transport.proxy);
  CHECK_FALSE(made.local.client.make_credentials);
  CHECK(made.remote.client.transport.web_socket);
  CHECK(made.remote.client.transport.proxy->host == "p");
  CHECK(made.remote.client.make_credentials);
}

TEST_CASE("the password of a proxy is not written into a file") {
  const std::string text = printed({"-t", "x", "--to-proxy", "http://joe:hunter2@p"});
  CHECK(contains(text, "http://joe@p"));
  CHECK(contains(text, "proxy-password-file"));
  CHECK_FALSE(contains(text, "hunter2"));
}

TEST_CASE("a password is no option") {
  CHECK_FALSE(cli::find_option(command(), "from-password"));
  CHECK_FALSE(cli::find_option(command(), "to-psk"));
  CHECK_FALSE(cli::find_option(command(), "to-ws-header"));
  CHECK(cli::find_option(command(), "from-password-file"));
  CHECK(cli::find_option(command(), "to-password-env"));
}
