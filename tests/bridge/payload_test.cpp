// What becomes of payloads: split, filtered, transformed, made ready for a batch.
#include <doctest/doctest.h>

#include <mqrig/bridge/json_element.hpp>
#include <mqrig/bridge/payload_pieces.hpp>
#include <tests/bridge/outcomes.hpp>

using namespace mqrig;
using namespace mqrig::bridge;
using test::link_of;
using test::message;
using test::rule_for;
using Lines = std::vector<std::string>;

namespace {

Lines outcome(const Rule& rule, std::string_view payload) {
  const LinkSettings link = link_of({rule});
  Forwarder forwarder(link, Side::local, "here", "there");
  test::Outcomes sink;
  forwarder.forward(message("a", payload), wire::Version::mqtt_5, sink);
  return sink.lines;
}

Lines pieces(PayloadSplit split, std::string_view payload) {
  PayloadPieces made;
  std::string problem;
  if (!made.take(split, wire::as_bytes(payload), problem)) return {"problem: " + problem};
  return {made.list().begin(), made.list().end()};
}

std::string element(std::string_view payload) {
  wire::Buffer scratch;
  return std::string(wire::as_text(json_element(wire::as_bytes(payload), scratch)));
}

}  // namespace

TEST_CASE("the elements of an array keep their bytes") {
  CHECK(pieces(PayloadSplit::json_array, " [1.0, -0 ,\"a\\u0041\", {\"b\" : [1, 2]},null,[]]\n") ==
        Lines{"1.0", "-0", "\"a\\u0041\"", "{\"b\" : [1, 2]}", "null", "[]"});
  CHECK(pieces(PayloadSplit::json_array, "[12345678901234567890]") ==
        Lines{"12345678901234567890"});
  CHECK(pieces(PayloadSplit::json_array, "[]").empty());
}

TEST_CASE("what is no array is not split") {
  CHECK(pieces(PayloadSplit::json_array, "{\"a\":1}") ==
        Lines{"problem: the payload is no JSON array"});
  CHECK(pieces(PayloadSplit::json_array, "hello") ==
        Lines{"problem: the payload is no JSON array"});
  for (const char* broken : {"[1,2", "[1,2,]", "[1] 2", "[1 2]", "[\"\xFF\"]", "[1e999]"}) {
    const Lines found = pieces(PayloadSplit::json_array, broken);
    REQUIRE(found.size() == 1);
    CHECK(found[0].starts_with("problem: the payload is no JSON: "));
  }
}

TEST_CASE("lines are pieces without their ends, empty ones are none") {
  CHECK(pieces(PayloadSplit::lines, "a\nb\r\n\n\r\n c \nd") == Lines{"a", "b", " c ", "d"});
  CHECK(pieces(PayloadSplit::lines, "a") == Lines{"a"});
  CHECK(pieces(PayloadSplit::lines, "\n\n").empty());
}

TEST_CASE("an empty payload is one piece, as it deletes what is retained") {
  CHECK(pieces(PayloadSplit::json_array, "") == Lines{""});
  CHECK(pieces(PayloadSplit::lines, "") == Lines{""});
}

TEST_CASE("each piece is filtered and transformed for itself") {
  Rule rule = rule_for({"a"});
  rule.split = PayloadSplit::json_array;
  rule.filter = "payload.t > 20";
  rule.transform = "payload.t == 99 ? undefined : payload.t + ' at ' + topic";
  CHECK(outcome(rule, R"([{"t":19},{"t":21},{"t":99},null])") ==
        Lines{"dropped: filtered", "a 21 at a", "dropped: filtered",
              "dropped: invalid, filter failed: TypeError: cannot convert null to object"});
  CHECK(outcome(rule, "[]") == Lines{"dropped: filtered"});
  CHECK(outcome(rule, "21") ==
        Lines{"dropped: invalid, split failed: the payload is no JSON array"});
  rule.filter.clear();
  rule.transform = "nothing_known";
  CHECK(outcome(rule, "[1]") ==
        Lines{"dropped: invalid, transform failed: ReferenceError: 'nothing_known' is not "
              "defined"});
}

TEST_CASE("an element of a batch is JSON, or becomes a string of it") {
  CHECK(element(R"({"a": 1.0})") == R"({"a": 1.0})");
  CHECK(element("21.5") == "21.5");
  CHECK(element("21.5 C") == "\"21.5 C\"");
  CHECK(element("say \"hi\"\n") == R"("say \"hi\"\n")");
  CHECK(element("") == "\"\"");
  CHECK(element(std::string("\0", 1)) == R"("\u0000")");
  CHECK(element("\xFF\xFE") == "\"//4=\"");
  CHECK(element("[1, 2") == "\"[1, 2\"");
}

TEST_CASE("only messages for an array are made into elements, after their transformation") {
  Rule rule = rule_for({"a"});
  rule.transform = "text + '!'";
  CHECK(outcome(rule, "hi") == Lines{"a hi!"});
  rule.batch.format = store::Batch::Format::lines;
  CHECK(outcome(rule, "hi") == Lines{"a hi!"});
  rule.batch.format = store::Batch::Format::json_array;
  CHECK(outcome(rule, "hi") == Lines{"a \"hi!\""});
}
