#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <mqrig/payload/parse_json.hpp>

using namespace mqrig::payload;
using namespace std::string_view_literals;

namespace {

// "key=json" or "json" of each child; what is wrong comes last.
std::vector<std::string> children(std::string_view json) {
  std::vector<std::string> found;
  std::string problem;
  const auto visit = [&found](const JsonChild& child) {
    found.push_back((child.key.empty() ? "" : child.key + "=") + std::string(child.json));
    return true;
  };
  if (!visit_json(json, visit, problem)) found.push_back(problem);
  return found;
}

using Found = std::vector<std::string>;

}  // namespace

TEST_CASE("valid JSON can be embedded") {
  for (const char* text :
       {"0", "-0", "1.0", "-1.5e+10", "1E-2", "12345678901234567890", "1e308", "true", "false",
        "null", "\"\"", "\"a\\u00e9\\ud83d\\udc1d\"", "[]", "{}", " [ 1 , [ ] , { } ] \r\n\t",
        "{\"a\":{\"b\":[1,2,{\"c\":null}]},\"d\":\"\"}", "\"é🐝\""}) {
    CAPTURE(text);
    CHECK(is_embeddable_json(text));
  }
}

TEST_CASE("anything else cannot") {
  for (const auto text : {""sv,
                          " "sv,
                          "01"sv,
                          "+1"sv,
                          "1."sv,
                          ".5"sv,
                          "1e"sv,
                          "1e999"sv,
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
                          "\xEF\xBB"sv,
                          "// c\n1"sv,
                          "'a'"sv,
                          "\"\\\""sv}) {
    CAPTURE(text);
    CHECK_FALSE(is_embeddable_json(text));
  }
}

TEST_CASE("a value to embed nests as deep as the limit says, and no deeper") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(is_embeddable_json(nested(max_embedded_depth)));
  CHECK_FALSE(is_embeddable_json(nested(max_embedded_depth + 1)));
  CHECK_FALSE(is_embeddable_json(std::string(1'000'000, '[')));
  CHECK_FALSE(is_embeddable_json(std::string(1'000'000, '[') + std::string(1'000'000, ']')));
}

TEST_CASE("children keep their text, their order and repeated keys") {
  CHECK(children(R"( { "b" : 1.0 ,"a":-0, "b":12345678901234567890,"c":[1, {"d" :2} ] ,)"
                 "\n\"e\\u0066\" :\t{\"x\":[]}\r\n, \"g\":\"a\\u0062é\",\"h\":1E+2} ") ==
        Found{"b=1.0", "a=-0", "b=12345678901234567890", R"(c=[1, {"d" :2} ])", R"(ef={"x":[]})",
              R"(g="a\u0062é")", "h=1E+2"});
  CHECK(children(R"([true , null,-1.5e3,[ ],"",{},7])") ==
        Found{"true", "null", "-1.5e3", "[ ]", "\"\"", "{}", "7"});
  CHECK(children(" [ ] ").empty());
  CHECK(children("{}").empty());
  CHECK(children("17").empty());
}

TEST_CASE("strings come without their escapes, other values do not") {
  std::vector<std::string> texts;
  std::string problem;
  const auto visit = [&texts](const JsonChild& child) {
    if (child.text != nullptr) texts.push_back(std::move(*child.text));
    return true;
  };
  REQUIRE(visit_json(R"(["plain","\"\\\/\b\f\n\r\t",1,"x\u0041\u00e9\u4e16\ud83d\udc1dy\u0000",)"
                     R"(["in"],"last"])",
                     visit, problem));
  CHECK(texts == Found{"plain", "\"\\/\b\f\n\r\t", std::string("xAé世🐝y\0"sv), "last"});
}

TEST_CASE("a problem has a text and a place") {
  CHECK(children("[1, 2") == Found{"1", "2", "unexpected end of input; expected ']' at byte 6"});
  CHECK(children("[1, x]") == Found{"1", "invalid literal at byte 5"});
  CHECK(children("[\"\xFF\"]") == Found{"invalid string: ill-formed UTF-8 byte at byte 3"});
  CHECK(children("[8-0]") == Found{"8-0", "unexpected number literal; expected ']' at byte 4"});
  CHECK(children("[1e999]") == Found{"a number is too large at byte 6"});
  CHECK(children("[1]\0"sv) == Found{"invalid character at byte 4"});
  CHECK(children("[1]]") == Found{"1", "unexpected ']'; expected end of input at byte 4"});
}

TEST_CASE("a visitor ends the visit, which is no problem of the text") {
  std::string problem = "old";
  int visited = 0;
  CHECK_FALSE(visit_json(
      "[1,2,3", [&visited](const JsonChild&) { return ++visited < 2; }, problem));
  CHECK(visited == 2);
  CHECK(problem.empty());
}

TEST_CASE("from the children of mutated JSON the same value can be put together") {
  using Json = nlohmann::ordered_json;
  const std::string seed =
      R"({"a":[1,-2.5e-3,true,false,null,"x\n\u00e9é"],"b" : {"c":{},"d":[[],[0]]},"":"\\", "n":-0})";
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
    std::vector<std::pair<std::string, std::string>> found;
    std::string problem;
    const auto visit = [&found](const JsonChild& child) {
      found.emplace_back(child.key, child.json);
      return true;
    };
    REQUIRE(visit_json(text, visit, problem) == Json::accept(text));
    CHECK(is_embeddable_json(text) == problem.empty());
    if (!problem.empty()) continue;
    Json together = Json::object();
    for (const auto& [key, json] : found) together[key] = Json::parse(json);
    CHECK(together == Json::parse(text));
  }
}
