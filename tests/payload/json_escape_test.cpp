#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include <mqrig/payload/json_escape.hpp>
#include <mqrig/wire/utf8.hpp>

using namespace mqrig;
using namespace mqrig::payload;
using namespace std::string_view_literals;

namespace {

std::string escaped(std::string_view text) {
  wire::Buffer out;
  REQUIRE(append_escaped(out, text));
  return std::string(wire::as_text(out.view()));
}

std::string lossy(std::string_view text) {
  wire::Buffer out;
  append_escaped_lossy(out, text);
  return std::string(wire::as_text(out.view()));
}

}  // namespace

TEST_CASE("control characters, quotes and backslashes are escaped") {
  CHECK(escaped("a\"b\\c/d") == R"(a\"b\\c/d)");
  CHECK(escaped("\b\f\n\r\t\x01\x1F\x7F\0"sv) == "\\b\\f\\n\\r\\t\\u0001\\u001f\x7F\\u0000");
  CHECK(escaped("Grüße, мир, 世界, 🐝") == "Grüße, мир, 世界, 🐝");
}

TEST_CASE("a special byte is found at every position of a text of every length") {
  for (const std::string_view special : {"\""sv, "\\"sv, "\n"sv, "\0"sv, "é"sv, "🐝"sv}) {
    for (std::size_t size = 0; size < 40; ++size) {
      for (std::size_t at = 0; at <= size; ++at) {
        std::string text(size, 'x');
        text.insert(at, special);
        const std::string json = '"' + escaped(text) + '"';
        REQUIRE(nlohmann::json::parse(json).get<std::string>() == text);
      }
    }
  }
}

TEST_CASE("bytes that are not UTF-8 are reported, or become U+FFFD") {
  for (const std::string_view bad :
       {"\x80"sv, "\xC0\xAF"sv, "\xC3"sv, "\xED\xA0\x80"sv, "\xF4\x90\x80\x80"sv, "\xE0\x80\x80"sv,
        "\xF0\x80\x80\x80"sv, "\xFF"sv, "\xE2\x82"sv}) {
    for (const std::size_t before : {0U, 3U, 7U, 8U, 20U}) {
      const std::string text = std::string(before, 'a') + std::string(bad) + "tail-text";
      wire::Buffer out;
      CHECK_FALSE(append_escaped(out, text));
      std::string expected(before, 'a');
      for (std::size_t i = 0; i < bad.size(); ++i) expected += "\xEF\xBF\xBD";
      CHECK(lossy(text) == expected + "tail-text");
    }
  }
}

TEST_CASE("long texts of random bytes are accepted exactly when they are UTF-8") {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    const std::size_t size = random() % 40'000;
    while (text.size() < size) {
      switch (random() % 4) {
        case 0:
          text += "é🐝\u2028";
          break;
        case 1:
          text.push_back(static_cast<char>(random() % 0x80));
          break;
        default:
          text.append(random() % 50, 'y');
      }
    }
    if (round % 2 == 0 && !text.empty()) text[random() % text.size()] = static_cast<char>(random());
    wire::Buffer out;
    const bool good = append_escaped(out, text);
    CHECK(good == wire::is_utf8(text));
    if (!good) continue;
    const std::string json = '"' + std::string(wire::as_text(out.view())) + '"';
    CHECK(json.find('\n') == std::string::npos);
    CHECK(nlohmann::json::parse(json).get<std::string>() == text);
  }
}
