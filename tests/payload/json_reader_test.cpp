#include <doctest/doctest.h>

#include <string>

#include <mqrig/payload/json_reader.hpp>
#include <mqrig/payload/json_writer.hpp>

#include "message_text.hpp"

using namespace mqrig;
using namespace mqrig::payload;
using namespace std::string_view_literals;

namespace {

std::string payload_of(std::string_view line) {
  JsonReader reader;
  wire::Publish message;
  INFO(line);
  REQUIRE_MESSAGE(reader.read(line, message), reader.error());
  return std::string(wire::as_text(message.payload));
}

std::string error_of(std::string_view line) {
  JsonReader reader;
  wire::Publish message;
  INFO(line);
  REQUIRE_FALSE(reader.read(line, message));
  CHECK_FALSE(reader.error().empty());
  return reader.error();
}

}  // namespace

TEST_CASE("what the writer wrote is read back the same") {
  std::mt19937 random(9);
  JsonWriter as_text;
  JsonWriter as_value(JsonPayload::value);
  JsonReader reader;
  for (int round = 0; round < 5000; ++round) {
    auto owned = test::random_message(random);
    if (round % 3 == 0) owned.payload = R"({"a":[1.0,12345678901234567890,"é\u0000"]})";
    wire::Buffer out;
    (round % 2 == 0 ? as_text : as_value).write(out, owned.view(), WallTime{});
    const std::string line(wire::as_text(out.view()));
    wire::Publish read;
    INFO(line);
    REQUIRE_MESSAGE(reader.read(line, read), reader.error());
    CHECK(read.topic == owned.topic);
    CHECK(wire::as_text(read.payload) == owned.payload);
    CHECK(read.qos == owned.qos);
    CHECK(read.retain == owned.retain);
    CHECK_FALSE(read.dup);
    CHECK(read.packet_id == 0);
    CHECK(wire::as_text(read.properties.encoded()) ==
          wire::as_text(owned.properties.view().encoded()));
  }
}

TEST_CASE("a payload without enc is the string's text, or the value's JSON text") {
  CHECK(payload_of(R"({"topic":"t","payload":"a\n\u0000"})") == "a\n\0"sv);
  CHECK(payload_of(R"({"topic":"t","payload":12345678901234567890})") == "12345678901234567890");
  CHECK(payload_of(R"({"topic":"t","payload":{"a": 1.0}})") == R"({"a": 1.0})");
  CHECK(payload_of(R"({"payload":-0,"topic":"t"})") == "-0");
  CHECK(payload_of(R"({"topic":"t","payload": 1E+2 })") == "1E+2");
  CHECK(payload_of(R"({"topic":"t","payload":[{"b":1,"a":"\u00e9","b":-0.0}, 2]})") ==
        R"([{"b":1,"a":"\u00e9","b":-0.0}, 2])");
  CHECK(payload_of(R"({"topic":"t","payload":null})") == "null");
  CHECK(payload_of(R"({"topic":"t","payload":""})").empty());
}

TEST_CASE("enc says how the payload is meant, before it or behind it") {
  CHECK(payload_of(R"({"topic":"t","payload":"aGk=","enc":"base64"})") == "hi");
  CHECK(payload_of(R"({"enc":"base64","topic":"t","payload":"\u0061Gk="})") == "hi");
  CHECK(payload_of(R"({"topic":"t","payload":"hi","enc":"json"})") == R"("hi")");
  CHECK(payload_of(R"({"topic":"t","payload":"hi","enc":"utf8"})") == "hi");
}

TEST_CASE("keys that we do not know are ignored, escaped keys are known") {
  CHECK(payload_of(R"( { "ts":1,"dup":"x","mid":{},"size":[],"x":{"topic":1},"top\u0069c":"t",)"
                   R"("payload":"p","props":{"sub_ids":[1],"later":0} } )"
                   "\r\n") == "p");
}

TEST_CASE("defaults fill what the line does not say") {
  wire::PropertyWriter properties;
  properties.add(wire::PropertyId::user_property, "a", "1");
  properties.add(wire::PropertyId::message_expiry_interval, 5);
  wire::Publish defaults;
  defaults.topic = "default";
  defaults.qos = wire::QoS::at_least_once;
  defaults.retain = true;
  defaults.properties = properties.view();
  JsonReader reader(defaults);
  wire::Publish message;

  REQUIRE(reader.read(R"({"payload":"x"})", message));
  CHECK(message.topic == "default");
  CHECK(message.qos == wire::QoS::at_least_once);
  CHECK(message.retain);
  CHECK(message.properties.integer(wire::PropertyId::message_expiry_interval) == 5U);

  REQUIRE(reader.read(R"({"payload":"x","topic":"own","qos":2,"retain":0,)"
                      R"("props":{"expiry":9,"user":[["b","2"]]}})",
                      message));
  CHECK(message.topic == "own");
  CHECK(message.qos == wire::QoS::exactly_once);
  CHECK_FALSE(message.retain);
  CHECK(message.properties.integer(wire::PropertyId::message_expiry_interval) == 9U);
  std::string users;
  for (const auto& property : message.properties) users += property.key;
  CHECK(users == "ab");
  CHECK(wire::validate_properties(message.properties.encoded(), wire::PropertyContext::publish) ==
        wire::Fault::none);
}

TEST_CASE("a wrong value is named together with what it must be") {
  CHECK(error_of(R"({"topic":"t","payload":"","qos":3})") == "“qos” must be 0, 1 or 2, not 3");
  CHECK(error_of(R"({"topic":"t","payload":"","qos":"1"})") ==
        "“qos” must be 0, 1 or 2, not \"1\"");
  CHECK(error_of(R"({"topic":"t","payload":"","qos":1.0})") == "“qos” must be 0, 1 or 2, not 1.0");
  CHECK(error_of(R"({"topic":"t","payload":"","qos":-1})") == "“qos” must be 0, 1 or 2, not -1");
  CHECK(error_of(R"({"topic":"t","payload":"","retain":"yes"})") ==
        "“retain” must be true or false, not \"yes\"");
  CHECK(error_of(R"({"topic":"a\u0000","payload":""})").starts_with("“topic” \"a\\u0000\" "));
  CHECK(error_of(R"({"topic":7,"payload":""})") == "“topic” must be a string, not 7");
  CHECK(error_of(R"({"topic":"a/+","payload":""})") ==
        "“topic” \"a/+\" cannot be published to: a topic to publish to cannot contain '+' or '#'");
  CHECK(error_of(R"({"topic":"t","payload":"","topic":"u"})") == "“topic” appears twice");
  CHECK(error_of(R"({"topic":"t","payload":1,"enc":"utf8"})") ==
        "“payload” must be a string with \"enc\":\"utf8\", not 1");
  CHECK(error_of(R"({"topic":"t","payload":"a","enc":"base64"})") ==
        "“payload” is not valid base64");
  CHECK(error_of(R"({"topic":"t","payload":"a","enc":"hex"})") ==
        "“enc” must be \"utf8\", \"base64\" or \"json\", not \"hex\"");
  CHECK(error_of(R"({"topic":"t","payload":"","props":{"expiry":4294967296}})") ==
        "“expiry” must be a number of seconds from 0 to 4294967295, not 4294967296");
}

TEST_CASE("what is missing is named") {
  CHECK(error_of(R"({"payload":"x"})") == "“topic” is missing");
  CHECK(error_of(R"({"topic":"t"})") == "“payload” is missing");
}

TEST_CASE("a line that is not a JSON object is an error with its place") {
  CHECK(error_of("hello") == "not a JSON object: an object is missing at byte 1");
  CHECK(error_of("") == "not a JSON object: an object is missing at byte 1");
  CHECK(error_of("[1]") == "not a JSON object: an object is missing at byte 1");
  CHECK(error_of(R"({"topic":"t","payload":"x")") ==
        "not a JSON object: unexpected end of input; expected '}' at byte 27");
  CHECK(error_of(R"({"topic":"t","payload":"x"}{})") ==
        "not a JSON object: unexpected '{'; expected end of input at byte 28");
  CHECK(error_of("{\"topic\":\"t\",\"payload\":\"x\"}\0"sv) ==
        "not a JSON object: invalid character at byte 28");
  CHECK(error_of("\xEF\xBB\xBF{}") == "not a JSON object: an object is missing at byte 1");
  CHECK(error_of(R"({"topic":"t","payload":1)") ==
        "not a JSON object: unexpected end of input; expected '}' at byte 25");
  CHECK(error_of("{\"topic\":\"t\",\"payload\":\"\xFF\"}") ==
        "not a JSON object: invalid string: ill-formed UTF-8 byte at byte 25");
}

TEST_CASE("properties that MQTT does not allow are refused") {
  const auto props = [](std::string_view inside) {
    return error_of(R"({"topic":"t","payload":"","props":{)" + std::string(inside) + "}}");
  };
  CHECK(props(R"("format":2)") == "“format” must be 0 or 1, not 2");
  CHECK(props(R"("content_type":"a\u0000")") ==
        "“content_type”: a string contains the null character");
  CHECK(props(R"("content_type":1)") == "“content_type” must hold strings, not 1");
  CHECK(props(R"("response_topic":"#")") ==
        "“response_topic” \"#\" cannot be published to: a topic to publish to cannot contain '+' "
        "or '#'");
  CHECK(props(R"("correlation_data":"%")") ==
        "“correlation_data” must be a base64 string, not \"%\"");
  CHECK(props(R"("user":{"a":"b"})") == "“user” must be a list of [key, value], not {\"a\":\"b\"}");
  CHECK(props(R"("user":[["a"]])") == "each entry of “user” must be a list of a key and a value");
  CHECK(props(R"("user":[["a","b","c"]])") ==
        "each entry of “user” must be a list of a key and a value");
  CHECK(props(R"("user":["a"])") == "each entry of “user” must be a list of a key and a value");
  CHECK(props(R"("user":[["a","\u0000"]])") == "“user”: a string contains the null character");
  CHECK(props(R"("user":[["a",1]])") == "“user” must hold strings, not 1");
  CHECK(props(R"("expiry":1,"expiry":2)") == "“expiry” appears twice");
  CHECK(props("\"content_type\":\"" + std::string(65'536, 'x') + '"') ==
        "“content_type” is longer than 65,535 bytes");
  CHECK(error_of(R"({"topic":"t","payload":"","props":[]})") ==
        "“props” must be an object, not []");
}

TEST_CASE("a long wrong value is cut in its error") {
  const std::string error =
      error_of(R"({"topic":"t","payload":"","qos":")" + std::string(100, 'x') + "\"}");
  CHECK(error.size() < 100);
  CHECK(error.ends_with("…"));
}

TEST_CASE("a reader is used again after an error") {
  JsonReader reader;
  wire::Publish message;
  CHECK_FALSE(
      reader.read(R"({"topic":"t","payload":"p","props":{"expiry":1,"format":9}})", message));
  REQUIRE(reader.read(R"({"topic":"t","payload":"p"})", message));
  CHECK(message.properties.empty());
  CHECK(reader.error().empty());
}

TEST_CASE("a value nested as deep as the writer embeds is read back") {
  const std::string value = std::string(250, '[') + std::string(250, ']');
  CHECK(payload_of(R"({"topic":"t","enc":"json","payload":)" + value + "}") == value);
}
