#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include <mqrig/payload/mosquitto_json.hpp>
#include <mqrig/wire/utf8.hpp>

#include "message_text.hpp"

using namespace mqrig;
using namespace mqrig::payload;
using namespace std::string_view_literals;

namespace {

const std::string head = R"({"tst":"T","topic":"a","qos":0,"retain":0,"payloadlen":)";

std::string json(const wire::Publish& message, bool as_value = false, bool expected = true) {
  wire::Buffer out;
  CHECK(append_mosquitto_json(out, message, "T", as_value) == expected);
  return std::string(wire::as_text(out.view()));
}

wire::Publish message(std::string_view payload) {
  wire::Publish publish;
  publish.topic = "a";
  publish.payload = wire::as_bytes(payload);
  return publish;
}

}  // namespace

TEST_CASE("%j has mosquitto's keys in mosquitto's order") {
  CHECK(json(message("h\"i")) == head + R"(3,"payload":"h\"i"})");
  wire::PropertyWriter properties;
  properties.add(wire::PropertyId::subscription_identifier, 7);
  properties.add(wire::PropertyId::user_property, "a", "b");
  properties.add(wire::PropertyId::content_type, "tt");
  properties.add(wire::PropertyId::user_property, "a", "c");
  properties.add(wire::PropertyId::payload_format_indicator, 1);
  properties.add(wire::PropertyId::correlation_data, "cdata");
  properties.add(wire::PropertyId::response_topic, "r/t");
  properties.add(wire::PropertyId::message_expiry_interval, 100);
  auto publish = message("x");
  publish.qos = wire::QoS::at_least_once;
  publish.packet_id = 9;
  publish.retain = true;
  publish.properties = properties.view();
  CHECK(
      json(publish) ==
      R"({"tst":"T","topic":"a","qos":1,"retain":1,"payloadlen":1,"mid":9,"properties":{)"
      R"("subscription-identifier":7,"user-properties":[{"a":"b"},{"a":"c"}],"content-type":"tt",)"
      R"("payload-format-indicator":1,"correlation-data":"cdata","response-topic":"r/t",)"
      R"("message-expiry-interval":100},"payload":"x"})");
}

TEST_CASE("%j keeps all of a payload, whatever its bytes") {
  CHECK(json(message("a\0b"sv)) == head + R"(3,"payload":"a\u0000b"})");
  CHECK(json(message("ab\xFF"sv)) == head + R"(3,"payload":"YWL/","enc":"base64"})");
  CHECK(json(message("")) == head + R"(0,"payload":null})");
}

TEST_CASE("correlation data that is not text, and several subscription identifiers, are kept") {
  wire::PropertyWriter properties;
  properties.add(wire::PropertyId::correlation_data, "\xFF");
  properties.add(wire::PropertyId::subscription_identifier, 1);
  properties.add(wire::PropertyId::subscription_identifier, 2);
  auto publish = message("");
  publish.properties = properties.view();
  CHECK(json(publish) ==
        head + R"(0,"properties":{"correlation-data":"/w==","correlation-data-enc":"base64",)"
               R"("subscription-identifier":[1,2]},"payload":null})");
}

TEST_CASE("%J embeds the payload and never rewrites a number") {
  CHECK(json(message(R"({"a": 1.0, "b":12345678901234567890})"), true) ==
        head + R"(36,"payload":{"a": 1.0, "b":12345678901234567890}})");
  CHECK(json(message("[1,\n2]"), true) == head + R"(6,"payload":[1, 2]})");
  CHECK(json(message(""), true) == head + R"(0,"payload":null})");
}

TEST_CASE("%J of a payload that is not JSON is reported and quoted") {
  CHECK(json(message("hi"), true, false) == head + R"(2,"payload":"hi"})");
  CHECK(json(message("\xFF"), true, false) == head + R"(1,"payload":"/w==","enc":"base64"})");
}

TEST_CASE("%j of any message is one line of valid JSON in UTF-8") {
  std::mt19937 random(21);
  for (int round = 0; round < 2000; ++round) {
    const auto owned = test::random_message(random);
    const std::string text = json(owned.view());
    REQUIRE(wire::is_utf8(text));
    REQUIRE(text.find('\n') == std::string::npos);
    const auto parsed = nlohmann::json::parse(text);
    CHECK(parsed["topic"] == owned.topic);
    if (!parsed.contains("enc") && !owned.payload.empty())
      CHECK(parsed["payload"] == owned.payload);
  }
}
