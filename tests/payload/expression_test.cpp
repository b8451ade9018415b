#include <mqrig/payload/expression.hpp>

#include <doctest/doctest.h>

using namespace mqrig;
using payload::Expression;
using wire::PropertyId;
using Result = Expression::Result;

namespace {

wire::Publish message(std::string_view payload, std::string_view topic = "site/4/temp") {
  wire::Publish publish;
  publish.topic = topic;
  publish.payload = wire::as_bytes(payload);
  return publish;
}

std::unique_ptr<Expression> compile(const std::string& text) {
  std::string error;
  auto expression = Expression::compile(text, error);
  REQUIRE_MESSAGE(expression, error);
  return expression;
}

std::string refusal(const std::string& text) {
  std::string error;
  CHECK_FALSE(Expression::compile(text, error));
  return error;
}

// The value of the expression, "nothing", or what went wrong.
std::string value(Expression& expression, const wire::Publish& publish) {
  std::string out = "of before";
  switch (expression.evaluate(publish, out)) {
    case Result::value:
      CHECK(expression.error().empty());
      return out;
    case Result::nothing:
      CHECK(expression.error().empty());
      return "nothing";
    case Result::failed:
      break;
  }
  CHECK_FALSE(expression.error().empty());
  return "failed: " + expression.error();
}
std::string value(const std::string& text, const wire::Publish& publish = message("")) {
  return value(*compile(text), publish);
}

std::string nested(std::size_t depth, const std::string& inside = "") {
  return std::string(depth, '[') + inside + std::string(depth, ']');
}

}  // namespace

TEST_CASE("an expression sees the message") {
  wire::PropertyWriter properties;
  properties.add(PropertyId::user_property, "site", "s0");
  properties.add(PropertyId::user_property, "site", "s1");
  properties.add(PropertyId::content_type, "text/plain");
  properties.add(PropertyId::message_expiry_interval, 60);
  properties.add(PropertyId::correlation_data, std::string_view("\x00\xFF", 2));
  wire::Publish publish = message(R"({"temp":21.5,"unit":"°C"})");
  publish.qos = wire::QoS::at_least_once;
  publish.retain = true;
  publish.properties = properties.view();
  CHECK(value("topic", publish) == "site/4/temp");
  CHECK(value("payload.temp + 1", publish) == "22.5");
  CHECK(value("payload.unit", publish) == "°C");
  CHECK(value("text", publish) == R"({"temp":21.5,"unit":"°C"})");
  CHECK(value("[size, qos, retain]", publish) == "[26,1,true]");
  CHECK(value("user", publish) == R"({"site":"s1"})");
  CHECK(value("properties", publish) ==
        R"({"content-type":"text/plain","correlation-data":"AP8=","message-expiry-interval":60})");
  CHECK(value("({site: user.site, data: payload})", publish) ==
        R"({"data":{"temp":21.5,"unit":"°C"},"site":"s1"})");
}

TEST_CASE("a payload that is no JSON is a text, and bytes are not there") {
  CHECK(value("payload", message("21.5 C")) == "21.5 C");
  CHECK(value("payload", message("")).empty());
  CHECK(value("typeof payload", message("21.5")) == "number");
  CHECK(value("typeof payload", message("null")) == "object");
  CHECK(value("[typeof payload, typeof text, size]", message("\xFF\xFE")) ==
        R"(["undefined","undefined",2])");
}

TEST_CASE("a text comes out as it is, nothing as nothing, all else as JSON") {
  CHECK(value("'a'") == "a");
  CHECK(value("''").empty());
  CHECK(value("[1, 'a', null, undefined, {b: true}]") == R"([1,"a",null,null,{"b":true}])");
  CHECK(value("1e21") == "1e+21");
  CHECK(value("0 / 0") == "null");
  CHECK(value("false") == "false");
  CHECK(value("null") == "nothing");
  CHECK(value("undefined") == "nothing");
  CHECK(value("(function () {})") == "nothing");
}

TEST_CASE("loops, which might never end, are refused, and their words as names are not") {
  std::string error;
  for (const char* loop : {"(function(){for(;;){}})()", "(function(){while (1) 1})()",
                           "(function(){do {} while(1)})()"}) {
    CHECK(Expression::compile(loop, error) == nullptr);
    CHECK(error.find("loop") != std::string::npos);
  }
  for (const char* fine :
       {"payload.for + payload . while", "({do: 1, 'for': 2})", "text == 'a while \\' for'",
        "document", "[1].map(function(x){return x})"}) {
    CHECK_MESSAGE(Expression::compile(fine, error) != nullptr, fine);
  }
}

TEST_CASE("a condition is what JavaScript takes for true") {
  const auto warm = compile("payload.temp > 20 && topic.indexOf('site/') == 0");
  CHECK(warm->test(message(R"({"temp":21})")));
  CHECK_FALSE(warm->test(message(R"({"temp":19})")));
  CHECK_FALSE(warm->test(message(R"({"temp":21})", "home")));
  CHECK_FALSE(warm->test(message("no JSON")));
  CHECK(warm->error().empty());
  CHECK_FALSE(warm->test(message("\xFF")));
  CHECK(warm->error() == "TypeError: cannot convert undefined to object");
  CHECK(warm->test(message(R"({"temp":21})")));
  CHECK(warm->error().empty());
  CHECK(compile("'x'")->test(message("")));
  CHECK_FALSE(compile("''")->test(message("")));
}

TEST_CASE("characters survive whatever the engine makes of them") {
  const std::string null_inside("a\0b", 3);
  CHECK(value("text", message(null_inside)) == null_inside);
  CHECK(value("text.length", message(null_inside)) == "3");
  CHECK(value("payload", message(R"("\u0000")")) == std::string(1, '\0'));
  CHECK(value("payload", message(R"("\ud83d\ude00")")) == "😀");
  CHECK(value("text + '\\ud83d\\ude00'", message("😀")) == "😀😀");
  CHECK(value("'\\ud83d'") == "\uFFFD");
  CHECK(value("payload.a", message(R"({"a":"\ud83d\ude00ü"})")) == "😀ü");
}

TEST_CASE("what cannot be compiled is refused with the compiler's words") {
  CHECK(refusal("payload.") ==
        "SyntaxError: unexpected token: ')' (expected identifier or keyword)");
  CHECK(refusal("var a = 1; a") == "SyntaxError: unexpected token in expression: 'var'");
  CHECK(refusal("1\n+ +\n* 2") == "SyntaxError: line 3: unexpected token in expression: '*'");
  CHECK(refusal("1)}), (function () { return (2").starts_with("SyntaxError"));
  CHECK(refusal("").starts_with("SyntaxError"));
  CHECK(refusal("'\xFF'") == "it is not well-formed UTF-8");
  CHECK(refusal(nested(10'000)).find("too much recursion") != std::string::npos);
  CHECK(value("1 // what a comment is for") == "1");
}

TEST_CASE("a failure says why and leaves the next evaluation alone") {
  const auto expression = compile("payload == 1 ? payload.a.b : payload");
  CHECK(value(*expression, message("1")) ==
        "failed: TypeError: cannot convert undefined to object");
  CHECK(value(*expression, message("2")) == "2");
  CHECK(value("nothing_of_that_name") ==
        "failed: ReferenceError: 'nothing_of_that_name' is not defined");
  CHECK(value("(function () { throw {toString: function () { throw 1; }}; })()") ==
        "failed: an error that has no text");
  CHECK(value("(function () { throw 'a'; })()") == "failed: a");
  CHECK(
      value("(function () { var a = {}; a.a = a; return a; })()").starts_with("failed: TypeError"));
}

TEST_CASE("nothing stays from one message to the next") {
  for (const char* text :
       {"leak = payload", "this.leak = payload", "(function () { return this; })().leak = payload",
        "Object.prototype.leak = payload", "Object.prototype.toString = payload",
        "topic.constructor.prototype.leak = payload", "Math.leak = payload", "JSON.parse = payload",
        "Array.prototype[0] = payload", "Function('leak = 1')()", "eval('var leak = 1')",
        "Object.defineProperty(Object, 'leak', {value: 1})", "delete Math.abs",
        "Object.getOwnPropertyDescriptor(Object.prototype, 'toString').set.leak = 1",
        "Object.getOwnPropertyDescriptor(Error.prototype, 'message').get.prototype.leak = 1"}) {
    const auto expression = compile(
        "topic == 'do' ? (" + std::string(text) +
        ") : [typeof leak, typeof Math.abs, typeof JSON.parse, ({}).leak, Math.leak, ''.leak, "
        "String({}), Object.leak, typeof [][0]]");
    CAPTURE(text);
    value(*expression, message("1", "do"));
    CHECK(
        value(*expression, message("1", "look")) ==
        R"(["undefined","function","function",null,null,null,"[object Object]",null,"undefined"])");
  }
}

TEST_CASE("keys of a message may have any name") {
  wire::PropertyWriter properties;
  for (const char* key : {"__proto__", "toString", "constructor", "hasOwnProperty", "", "0"}) {
    properties.add(PropertyId::user_property, key, "x");
  }
  wire::Publish publish = message(
      R"({"__proto__":{"a":1},"constructor":3,"length":5,"message":4,"toJSON":6,"toString":2})");
  publish.properties = properties.view();
  CHECK(value("[user.toString, user.constructor, user.__proto__, user[''], user[0]]", publish) ==
        R"(["x","x","x","x","x"])");
  CHECK(value("[payload.toString, payload.constructor, payload.message, payload.a]", publish) ==
        "[2,3,4,null]");
  CHECK(value("payload", publish) == wire::as_text(publish.payload));
  CHECK(value("({}).toString() + ({constructor: 1}).constructor", publish) == "[object Object]1");
  CHECK(
      value("(function () { try { null.x; } catch (e) { return e.name + '|' + e.message; } })()") ==
      "TypeError|cannot convert null to object");
}

TEST_CASE("depth is bounded, in payloads and in what expressions build") {
  CHECK(value("typeof payload", message(nested(200))) == "object");
  CHECK(value("payload", message(nested(200, "1"))) == nested(200, "1"));
  CHECK(value("typeof payload", message(nested(201))) == "string");
  CHECK(value("typeof payload", message(nested(1'000'000))) == "string");
  const std::string chain =
      "new Array(100001).join('x').split('').reduce(function (a) { return [a]; }, [])";
  CHECK(value(chain).starts_with("failed: "));
  CHECK(value("String(" + chain + ")").starts_with("failed: "));
  CHECK(value("(function f() { return f() + 1; })()").starts_with("failed: "));
  CHECK(value("(function () { var o = {}; o.toString = function () { return '' + o; }; return '' + "
              "o; })()")
            .starts_with("failed: "));
  CHECK(value("[2, 1].sort(function f() { return [2, 1].sort(f); })").starts_with("failed: "));
}

TEST_CASE("numbers of any size are survived") {
  CHECK(value("payload", message("123456789012345678901234567890")) == "1.2345678901234568e+29");
  CHECK(value("typeof payload", message("1e999")) == "string");
  CHECK(value("payload[0] + 1", message("[-0.0]")) == "1");
}

TEST_CASE("memory is bounded, and given back") {
  const auto expression = compile(
      "payload == 1 ? (function f(s) { return f(s + s); })('x') :"
      "payload == 2 ? (function f(a) { return f(a.concat(a)); })([1]) :"
      "payload == 3 ? (function f(o) { return f([o, o].map(JSON.stringify)); })({}) : 'fine'");
  for (const char* payload : {"1", "2", "3"}) {
    CHECK(value(*expression, message(payload)) == "failed: needs more than 64 MiB of memory");
    CHECK(value(*expression, message("4")) == "fine");
  }
}

TEST_CASE("garbage does not pile up, nor do names that were seen once") {
  const auto expression = compile("payload");
  const std::string large(3 << 20, 'x');
  for (int i = 0; i < 24; ++i) {
    if (value(*expression, message(large)) != large) FAIL("a large payload fails");
  }
  const std::string tail(250'000, 'k');
  for (int i = 0; i < 300; ++i) {
    const std::string object = "{\"" + std::to_string(i) + tail + "\":1}";
    if (value(*expression, message(object)) != object) FAIL("a new key fails");
  }
}
