#include <doctest/doctest.h>

#include <string>

#include <mqrig/payload/format.hpp>

#include "local_zone.hpp"

using namespace mqrig;
using namespace mqrig::payload;
using namespace std::string_view_literals;
using namespace std::chrono_literals;

namespace {

constexpr WallTime received{1'795'329'000s + 123'456'789ns};

std::string render(std::string_view format, const wire::Publish& message,
                   FormatProblem expected = FormatProblem::none, bool newline = false) {
  std::string error;
  auto compiled = Format::compile(format, newline, error);
  INFO(format);
  REQUIRE_MESSAGE(compiled.has_value(), error);
  wire::Buffer out;
  CHECK(compiled->render(out, message, received) == expected);
  return std::string(wire::as_text(out.view()));
}

wire::Publish message(std::string_view payload) {
  wire::Publish publish;
  publish.topic = "a/b";
  publish.payload = wire::as_bytes(payload);
  return publish;
}

// The message of the comparison with mosquitto_sub 2.0.11, and what that printed for it.
struct Full {
  Full() {
    properties.add(wire::PropertyId::subscription_identifier, 7);
    properties.add(wire::PropertyId::user_property, "a", "b");
    properties.add(wire::PropertyId::user_property, "a", "c");
    properties.add(wire::PropertyId::content_type, "tt");
    properties.add(wire::PropertyId::payload_format_indicator, 1);
    properties.add(wire::PropertyId::correlation_data, "cdata");
    properties.add(wire::PropertyId::response_topic, "r/t");
    properties.add(wire::PropertyId::message_expiry_interval, 98);
    publish = message("hé \"x\"");
    publish.retain = true;
    publish.properties = properties.view();
  }
  wire::PropertyWriter properties;
  wire::Publish publish;
};

std::string error_of(std::string_view format) {
  std::string error;
  CHECK_FALSE(Format::compile(format, false, error).has_value());
  return error;
}

}  // namespace

TEST_CASE("every field prints as mosquitto_sub prints it") {
  const Full full;
  CHECK(render("%I|%U", message("")).size() == 24 + 1 + 20);
  CHECK(render("%P|%C|%10C|%.1C|%E|%06E|%F|%R|%S|%t|%-10t|%x", full.publish) ==
        "a:b a:c|tt|        tt|t|98|000098|1|r/t|7|a/b|a/b       |68c3a920227822");
  CHECK(render("%3p|%-8p|%m|%q|%r|%l|%A|%3A|%D", full.publish) ==
        "hé|hé \"x\" |0|0|1|7||   |cdata");
  CHECK(render("%-05l|%020t|%05C|%05p|%-3.1t|%030E", full.publish) ==
        "7    |                 a/b|   tt|hé \"|a  |000000000000000000000000000098");
  CHECK(render("%.2p|%20R|%5P|%5D|%5r|%5q", full.publish) ==
        "hé \"x\"|                 r/t|a:b a:c|cdata|1|0");
}

TEST_CASE("a property that is not there is blank in its width") {
  CHECK(render("%P|%C|%4C|%E|%03E|%F|%R|%5R|%S|%A|%D|%-03S|", message("x")) ==
        "||    ||000|||||||000|");
}

TEST_CASE("a width cuts the payload, and its hexadecimal form at whole bytes") {
  CHECK(render("%3p|%5p|%-7p|%07p", message("hello")) == "hel|hello|hello  |00hello");
  CHECK(render("%4x|%5X|%012x|%-12x|", message("hi\xAB")) ==
        "6869| 6869|0000006869ab|6869ab      |");
}

TEST_CASE("hexadecimal digits are grouped by a precision and a separator") {
  CHECK(render("%.2:x|%.2-X|%.4 x|%.1_x|%:x", message("\x01\xAB\xCD")) ==
        "01:ab:cd|01-AB-CD|01ab cd|0_1_a_b_c_d|01abcd");
  CHECK(render("%08.2:x", message("\x01\xAB\xCD")) == "00:01:ab:cd");
}

TEST_CASE("payloads print as numbers") {
  const float narrow = 21.5F;
  const double wide = -1.0 / 3;
  const std::string_view four(reinterpret_cast<const char*>(&narrow), sizeof narrow);
  const std::string_view eight(reinterpret_cast<const char*>(&wide), sizeof wide);
  CHECK(render("%f|%.1f|%8.2f|%-8.2f|%08.2f", message(four)) ==
        "21.500000|21.5|   21.50|21.50   |00021.50");
  CHECK(render("%d|%.3d", message(eight)) == "-0.333333|-0.333");
  CHECK(render("[%f]", message(eight), FormatProblem::not_float) == "[]");
  CHECK(render("[%d]", message(four), FormatProblem::not_double) == "[]");
}

TEST_CASE("escapes and doubled characters") {
  CHECK(render(R"(\\\0\a\e\n\r\t\v%%@@)", message("")) == "\\\0\a\033\n\r\t\v%@"sv);
  CHECK(render("%-%%5%%.3%", message("")) == "%%%");
  CHECK(render("Grüße %t?", message("")) == "Grüße a/b?");
}

TEST_CASE("times are local, and nanoseconds are those of the message") {
  const test::LocalZone zone("XXX-1");
  CHECK(
      render("%I|%U|@Y-@m-@d @H:@M:@S.@N|@s|@Q", message("")) ==
      "2026-11-22T07:30:00+0100|1795329000.123456789|2026-11-22 07:30:00.123456789|1795329000|%Q");
  CHECK(render("%30I|%-30I|%.4I|", message("")) ==
        "      2026-11-22T07:30:00+0100|2026-11-22T07:30:00+0100      |2026|");
  CHECK(render("%j", message("x")) ==
        R"({"tst":"2026-11-22T07:30:00.123456+0100","topic":"a/b","qos":0,"retain":0,)"
        R"("payloadlen":1,"payload":"x"})");
  CHECK(render("%J", message("x"), FormatProblem::not_json).ends_with("\"payload\":\"x\"}"));
  CHECK(render("%J", message("1.0")).ends_with("\"payload\":1.0}"));
}

TEST_CASE("the alias of a packet is printed") {
  auto publish = message("");
  publish.topic_alias = 12;
  CHECK(render("%A|%4A|%-4A|%04A", publish) == "12|  12|12  |0012");
}

TEST_CASE("a message ends with a newline when asked for") {
  CHECK(render("%t", message(""), FormatProblem::none, true) == "a/b\n");
  CHECK(render("%t!", message(""), FormatProblem::none, true) == "a/b!\n");
  CHECK(render("", message(""), FormatProblem::none, true) == "\n");
}

TEST_CASE("a wrong template is refused with the place of its fault") {
  CHECK(error_of("%t %y") == "“%y” at byte 4 of the format is not a format specifier");
  CHECK(error_of("%5é") == "“%5é” at byte 1 of the format is not a format specifier");
  CHECK(error_of("%2:t") == "“%2:” at byte 1 of the format is not a format specifier");
  CHECK(error_of("ab%") == "“%” at byte 3 of the format is not complete");
  CHECK(error_of("%-05.2") == "“%-05.2” at byte 1 of the format is not complete");
  CHECK(error_of("@") == "“@” at byte 1 of the format is not complete");
  CHECK(error_of("x\\") == "“\\” at byte 2 of the format is not complete");
  CHECK(error_of("\\q") == "“\\q” at byte 1 of the format is not an escape sequence");
  CHECK(error_of("%65536t") == "the width at byte 2 of the format is above 65,535");
  CHECK(error_of("%.99999999999t") == "the width at byte 3 of the format is above 65,535");
}
