#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include <mqrig/payload/json_writer.hpp>
#include <mqrig/wire/utf8.hpp>

#include "message_text.hpp"

using namespace mqrig;
using namespace mqrig::payload;
using namespace std::string_view_literals;
using namespace std::chrono_literals;

namespace {

constexpr WallTime received{1'795'329'000s + 123'456'789ns};
const std::string ts = R"({"ts":"2026-11-22T06:30:00.123456Z",)";

std::string line(const wire::Publish& message, JsonPayload payload = JsonPayload::text) {
  wire::Buffer out;
  JsonWriter(payload).write(out, message, received);
  return std::string(wire::as_text(out.view()));
}

wire::Publish message(std::string_view topic, std::string_view payload) {
  wire::Publish publish;
  publish.topic = topic;
  publish.payload = wire::as_bytes(payload);
  return publish;
}

std::string value_line(std::string_view payload) {
  return line(message("t", payload), JsonPayload::value);
}

}  // namespace

TEST_CASE("a QoS 0 message without properties has neither mid nor props") {
  CHECK(line(message("a/b", "hello")) ==
        ts + R"("topic":"a/b","qos":0,"retain":false,"dup":false,"size":5,"enc":"utf8",)"
             R"("payload":"hello"})"
             "\n");
}

TEST_CASE("all keys come in the documented order") {
  wire::PropertyWriter properties;
  properties.add(wire::PropertyId::user_property, "k", "v");
  properties.add(wire::PropertyId::subscription_identifier, 3);
  properties.add(wire::PropertyId::payload_format_indicator, 1);
  properties.add(wire::PropertyId::user_property, "k", "w");
  properties.add(wire::PropertyId::message_expiry_interval, 60);
  properties.add(wire::PropertyId::correlation_data, "\x01\xFF\x02"sv);
  properties.add(wire::PropertyId::response_topic, "r/\"t");
  properties.add(wire::PropertyId::content_type, "text/plain");
  properties.add(wire::PropertyId::subscription_identifier, 268'435'455);
  auto publish = message("a/b", "x");
  publish.qos = wire::QoS::exactly_once;
  publish.retain = true;
  publish.dup = true;
  publish.packet_id = 65'535;
  publish.properties = properties.view();
  CHECK(line(publish) ==
        ts + R"("topic":"a/b","qos":2,"retain":true,"dup":true,"mid":65535,"size":1,"enc":"utf8",)"
             R"("payload":"x","props":{"content_type":"text/plain","response_topic":"r/\"t",)"
             R"("correlation_data":"Af8C","expiry":60,"format":1,"sub_ids":[3,268435455],)"
             R"("user":[["k","v"],["k","w"]]}})"
             "\n");
}

TEST_CASE("properties that belong to the connection give no props") {
  wire::PropertyWriter properties;
  properties.add(wire::PropertyId::topic_alias, 7);
  auto publish = message("t", "");
  publish.properties = properties.view();
  CHECK(line(publish).ends_with("\"enc\":\"utf8\",\"payload\":\"\"}\n"));
}

TEST_CASE("a payload that is not UTF-8 becomes base64, NUL bytes alone do not") {
  CHECK(line(message("t", "ab\xFF"sv))
            .ends_with(R"("size":3,"enc":"base64","payload":"YWL/"})"
                       "\n"));
  CHECK(line(message("t", "a\0b"sv))
            .ends_with(R"("size":3,"enc":"utf8","payload":"a\u0000b"})"
                       "\n"));
}

TEST_CASE("a large payload that turns out to be binary at its end is base64 alone") {
  std::string payload(100'000, 'x');
  payload.back() = '\xC3';
  const auto json = nlohmann::json::parse(line(message("t", payload)));
  CHECK(json["enc"] == "base64");
  CHECK(json["payload"].get<std::string>().size() == (payload.size() + 2) / 3 * 4);
}

TEST_CASE("a topic that no broker should send still gives one valid line") {
  for (const auto topic : {"a\nb\"\x01"sv, "a\xFF\xC3"sv, "\x80"sv}) {
    const std::string text = line(message(topic, "p"));
    CHECK(text.find('\n') == text.size() - 1);
    CHECK(wire::is_utf8(text));
    CHECK(nlohmann::json::accept(text));
  }
}

TEST_CASE("a payload is embedded as a value when asked for, byte for byte") {
  CHECK(value_line(R"({"a": 1.0, "b":12345678901234567890})")
            .ends_with(R"("enc":"json","payload":{"a": 1.0, "b":12345678901234567890}})"
                       "\n"));
  CHECK(value_line("[-0,1E5,\"\\u00e9\"]")
            .ends_with(R"("enc":"json","payload":[-0,1E5,"\u00e9"]})"
                       "\n"));
  CHECK(value_line("\"x\"").ends_with(R"("enc":"json","payload":"x"})"
                                      "\n"));
  CHECK(value_line("{\r\n  \"a\":1\n}\n").ends_with("\"payload\":{    \"a\":1 } }\n"));
}

TEST_CASE("a payload that is not JSON stays text or base64 when a value was asked for") {
  CHECK(value_line("hello").ends_with(R"("enc":"utf8","payload":"hello"})"
                                      "\n"));
  CHECK(value_line("").ends_with(R"("enc":"utf8","payload":""})"
                                 "\n"));
  CHECK(value_line("1e999").ends_with(R"("enc":"utf8","payload":"1e999"})"
                                      "\n"));
  CHECK(value_line("1\0"sv).ends_with(R"("enc":"utf8","payload":"1\u0000"})"
                                      "\n"));
  CHECK(
      value_line("\xEF\xBB\xBF{}").ends_with("\"enc\":\"utf8\",\"payload\":\"\xEF\xBB\xBF{}\"}\n"));
  CHECK(value_line("\"\xFF\"")
            .ends_with(R"("enc":"base64","payload":"Iv8i"})"
                       "\n"));
}

TEST_CASE("any message gives one line of valid JSON that says what was in it") {
  std::mt19937 random(5);
  for (int round = 0; round < 3000; ++round) {
    const auto owned = test::random_message(random);
    const std::string text =
        line(owned.view(), round % 2 == 0 ? JsonPayload::text : JsonPayload::value);
    REQUIRE(text.find('\n') == text.size() - 1);
    const auto json = nlohmann::json::parse(text);
    CHECK(json["topic"] == owned.topic);
    CHECK(json["qos"] == static_cast<int>(owned.qos));
    CHECK(json["retain"] == owned.retain);
    CHECK(json["dup"] == owned.dup);
    CHECK(json["size"] == owned.payload.size());
    CHECK(json.contains("mid") == (owned.packet_id != 0));
    CHECK(json.contains("props") == !owned.properties.empty());
    if (json["enc"] == "utf8") CHECK(json["payload"] == owned.payload);
  }
}
