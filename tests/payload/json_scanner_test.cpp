#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include <mqrig/payload/json_scanner.hpp>

using namespace mqrig::payload;
using namespace std::string_view_literals;

namespace {

bool is_json(std::string_view text) {
  JsonScanner scanner(text);
  std::string_view value;
  return scanner.value(value) && scanner.at_end();
}

}  // namespace

TEST_CASE("valid JSON is accepted") {
  for (const char* text :
       {"0", "-0", "1.0", "-1.5e+10", "1E-2", "12345678901234567890", "1e999", "true", "false",
        "null", "\"\"", "\"a\\u00e9\\ud83d\\udc1d\"", "[]", "{}", " [ 1 , [ ] , { } ] \r\n\t",
        "{\"a\":{\"b\":[1,2,{\"c\":null}]},\"d\":\"\"}", "\"é🐝\""}) {
    CAPTURE(text);
    CHECK(is_json(text));
  }
}

TEST_CASE("anything else is refused") {
  for (const auto text : {""sv,
                          " "sv,
                          "01"sv,
                          "+1"sv,
                          "1."sv,
                          ".5"sv,
                          "1e"sv,
                          "-"sv,
                          "NaN"sv,
                          "tru"sv,
                          "truex"sv,
                          "[1,]"sv,
                          "[,1]"sv,
                          "[1 2]"sv,
                          "{\"a\"}"sv,
                          "{\"a\":}"sv,
                          "{a:1}"sv,
                          "{\"a\":1,}"sv,
                          "{1:2}"sv,
                          "[1}"sv,
                          "{\"a\":1]"sv,
                          "[}"sv,
                          "{]"sv,
                          "]"sv,
                          "[[]"sv,
                          "\"a"sv,
                          "\"\n\""sv,
                          "\"\\x\""sv,
                          "\"\\u12\""sv,
                          "\"\\u12g4\""sv,
                          "\"\\ud800\""sv,
                          "\"\\udc00\""sv,
                          "\"\\ud800\\u0041\""sv,
                          "\"\x80\""sv,
                          "1 2"sv,
                          "1\0"sv,
                          "\0"sv,
                          "[1\0]"sv,
                          "\xEF\xBB\xBF"
                          "1"sv,
                          "// c\n1"sv,
                          "'a'"sv,
                          "\"\\\""sv}) {
    CAPTURE(text);
    CHECK_FALSE(is_json(text));
  }
}

TEST_CASE("values nest as deep as the limit says, and no deeper") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(is_json(nested(JsonScanner::max_depth)));
  CHECK_FALSE(is_json(nested(JsonScanner::max_depth + 1)));
  CHECK_FALSE(is_json(std::string(1'000'000, '[')));
  CHECK(is_embeddable_json(nested(max_embedded_depth)));
  CHECK_FALSE(is_embeddable_json(nested(max_embedded_depth + 1)));
}

TEST_CASE("strings are unescaped") {
  std::string storage;
  CHECK(unescape(R"(plain)", storage) == "plain");
  CHECK(unescape(R"(\"\\\/\b\f\n\r\t)", storage) == "\"\\/\b\f\n\r\t");
  CHECK(unescape(R"(x\u0041\u00e9\u4e16\ud83d\udc1dy\u0000)", storage) == "xAé世🐝y\0"sv);
}

TEST_CASE("a problem has a text and a place") {
  JsonScanner scanner("[1, 2");
  std::string_view value;
  CHECK_FALSE(scanner.value(value));
  CHECK(scanner.problem() == "a comma or the closing bracket is missing");
  CHECK(scanner.position() == 5);
}

TEST_CASE("on mutated JSON the scanner agrees with another parser") {
  const std::string seed =
      R"({"a":[1,-2.5e-3,true,false,null,"x\n\u00e9é"],"b":{"c":{},"d":[[],[0]]},"":"\\"})";
  const std::string alphabet = "{}[],:\"\\ue0123456789+-.tfn \n\xC3\xA9";
  std::mt19937 random(11);
  for (int round = 0; round < 20'000; ++round) {
    std::string text = seed;
    for (std::size_t edits = random() % 3; edits > 0; --edits) {
      const std::size_t at = random() % text.size();
      const char c = alphabet[random() % alphabet.size()];
      switch (random() % 3) {
        case 0:
          text[at] = c;
          break;
        case 1:
          text.insert(at, 1, c);
          break;
        default:
          text.erase(at, 1 + random() % 3);
      }
    }
    CAPTURE(text);
    REQUIRE(is_json(text) == nlohmann::json::accept(text));
  }
}
