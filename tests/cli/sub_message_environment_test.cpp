#include "apps/mqrig/sub/message_environment.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <mqrig/cli/config_file.hpp>
#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/resolve.hpp>
#include <optional>

#include "apps/mqrig/sub/sub.hpp"

namespace mqrig::sub::tests {
namespace {

using wire::PropertyId;

/// The environment of a command, for a subscriber that was started in this one.
class Environment {
 public:
  explicit Environment(std::vector<const char*> inherited = {}) : inherited_(std::move(inherited)) {
    inherited_.push_back(nullptr);
  }

  std::vector<std::string> of(const wire::Publish& message, unsigned attempt = 1) const {
    const cli::Options options =
        cli::resolve(command(), cli::CommandLine(), inherited_.data(), cli::ConfigFile());
    return MessageEnvironment(options, inherited_.data()).variables(message, attempt);
  }

 private:
  std::vector<const char*> inherited_;
};

std::optional<std::string> value(const std::vector<std::string>& variables, std::string name) {
  name += '=';
  const auto found = std::find_if(variables.begin(), variables.end(),
                                  [&](const std::string& one) { return one.starts_with(name); });
  if (found == variables.end()) return std::nullopt;
  return found->substr(name.size());
}

wire::Publish message() {
  wire::Publish publish;
  publish.topic = "a/b";
  return publish;
}

}  // namespace

TEST_CASE("the message is in variables") {
  wire::Publish publish = message();
  publish.qos = wire::QoS::exactly_once;
  publish.retain = publish.dup = true;
  wire::PropertyWriter properties;
  properties.add(PropertyId::content_type, "text/plain")
      .add(PropertyId::response_topic, "reply/1")
      .add(PropertyId::correlation_data, std::string_view("\0\xFF", 2))
      .add(PropertyId::message_expiry_interval, 60)
      .add(PropertyId::payload_format_indicator, 1)
      .add(PropertyId::subscription_identifier, 7)
      .add(PropertyId::subscription_identifier, 300);
  publish.properties = properties.view();
  const auto variables = Environment().of(publish, 3);
  CHECK(value(variables, "MQRIG_MESSAGE_TOPIC") == "a/b");
  CHECK(value(variables, "MQRIG_MESSAGE_QOS") == "2");
  CHECK(value(variables, "MQRIG_MESSAGE_RETAIN") == "1");
  CHECK(value(variables, "MQRIG_MESSAGE_DUP") == "1");
  CHECK(value(variables, "MQRIG_MESSAGE_ATTEMPT") == "3");
  CHECK(value(variables, "MQRIG_MESSAGE_CONTENT_TYPE") == "text/plain");
  CHECK(value(variables, "MQRIG_MESSAGE_RESPONSE_TOPIC") == "reply/1");
  CHECK(value(variables, "MQRIG_MESSAGE_CORRELATION_DATA") == "AP8=");
  CHECK(value(variables, "MQRIG_MESSAGE_EXPIRY") == "60");
  CHECK(value(variables, "MQRIG_MESSAGE_PAYLOAD_FORMAT") == "1");
  CHECK(value(variables, "MQRIG_MESSAGE_SUBSCRIPTION_IDENTIFIER") == "7\n300");
}

TEST_CASE("what a message does not have is not there, also if it was") {
  const Environment nested({"MQRIG_MESSAGE_CONTENT_TYPE=old", "MQRIG_MESSAGE_TOPIC=old", "A=b"});
  const auto variables = nested.of(message());
  CHECK_FALSE(value(variables, "MQRIG_MESSAGE_CONTENT_TYPE"));
  CHECK(value(variables, "MQRIG_MESSAGE_TOPIC") == "a/b");
  CHECK(value(variables, "A") == "b");
}

TEST_CASE("the keys of user properties become names, and name no other variable") {
  CHECK(user_property_variable("trace-id") == "MQRIG_MESSAGE_USER_PROPERTY_TRACE_ID");
  CHECK(user_property_variable("a=b c\xC3\xA9") == "MQRIG_MESSAGE_USER_PROPERTY_A_B_C__");
  CHECK(user_property_variable("") == "MQRIG_MESSAGE_USER_PROPERTY_");
  wire::Publish publish = message();
  wire::PropertyWriter properties;
  properties.add(PropertyId::user_property, "LD_PRELOAD", "x.so")
      .add(PropertyId::user_property, "k", "1=2")
      .add(PropertyId::user_property, "K", "two");
  publish.properties = properties.view();
  const auto variables = Environment().of(publish);
  CHECK_FALSE(value(variables, "LD_PRELOAD"));
  CHECK(value(variables, "MQRIG_MESSAGE_USER_PROPERTY_LD_PRELOAD") == "x.so");
  CHECK(value(variables, "MQRIG_MESSAGE_USER_PROPERTY_K") == "1=2\ntwo");
}

TEST_CASE("no password and no token is handed on") {
  const auto variable =
      value(Environment({"MQRIG_PASSWORD=secret"}).of(message()), "MQRIG_PASSWORD");
  CHECK_FALSE(variable);
  for (const char* const option :
       {"MQRIG_PASSWORD_ENV=OTHER", "MQRIG_TOKEN_ENV=OTHER", "MQRIG_KEY_PASSWORD_ENV=OTHER",
        "MQRIG_PROXY_PASSWORD_ENV=OTHER"}) {
    CAPTURE(option);
    CHECK_FALSE(value(Environment({option, "OTHER=secret"}).of(message()), "OTHER"));
  }
  const auto in_url = Environment({"MQRIG_URL=mqtt://u:secret@h", "HOME=/"}).of(message());
  CHECK_FALSE(value(in_url, "MQRIG_URL"));
  const auto in_proxy = Environment({"MQRIG_PROXY=http://u:secret@h"}).of(message());
  CHECK_FALSE(value(in_proxy, "MQRIG_PROXY"));
  const auto in_query = Environment({"MQRIG_URL=wss://h/mqtt?token=secret"}).of(message());
  CHECK_FALSE(value(in_query, "MQRIG_URL"));
  CHECK(value(in_url, "HOME") == "/");
}

TEST_CASE("where the broker is may be of use to a command") {
  CHECK(value(Environment({"MQRIG_HOST=h"}).of(message()), "MQRIG_HOST") == "h");
  CHECK(value(Environment({"MQRIG_URL=mqtt://u@h"}).of(message()), "MQRIG_URL") == "mqtt://u@h");
  CHECK(value(Environment({"MQRIG_PROXY=http://h"}).of(message()), "MQRIG_PROXY") == "http://h");
}

}  // namespace mqrig::sub::tests
