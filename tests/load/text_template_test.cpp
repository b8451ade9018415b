#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include <mqrig/load/text_template.hpp>

#include <tests/wire/counting_new.hpp>

using namespace mqrig::load;
using mqrig::wire::test::allocation_count;

namespace {

TextTemplate compiled(std::string_view text) {
  std::string error;
  auto result = TextTemplate::compile(text, error);
  INFO(text);
  REQUIRE_MESSAGE(result.has_value(), error);
  return *result;
}

std::string error_of(std::string_view text) {
  std::string error;
  INFO(text);
  CHECK_FALSE(TextTemplate::compile(text, error).has_value());
  return error;
}

std::string render(std::string_view text, const TextValues& values) {
  std::string out;
  compiled(text).append(out, values);
  return out;
}

struct Fixture {
  SmallRandom random{1};
  TextValues values{
      .random = random,
      .client = 1234,
      .number = 56,
      .run = 0xAB'CDEF,
      .shard = 3,
      .time = 1'795'348'800'123'456'789,
      .id = "client-1234",
      .user = "anna",
      .group = "sensors",
  };
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "every placeholder stands for its value") {
  CHECK(render("{client} {client:100} {n} {n:10}", values) == "1234 34 56 6");
  CHECK(render("{id} {user} {group} {shard}", values) == "client-1234 anna sensors 3");
  CHECK(render("{run} {time}", values) == "0000000000abcdef 1795348800123");
  CHECK(render("{rand:1}", values) == "0");
  CHECK(render("{n:4294967295}{client:1}", values) == "560");
}

TEST_CASE_FIXTURE(Fixture, "emqtt-bench's placeholders count from one") {
  CHECK(render("%i %s %c %u", values) == "1235 57 client-1234 anna");
}

TEST_CASE_FIXTURE(Fixture, "placeholders stand anywhere in the text") {
  CHECK(render("a/b{n}c/%i%itail", values) == "a/b56c/12351235tail");
  CHECK(render("{n}{n}", values) == "5656");
  CHECK(render("{n}-é", values) == "56-é");
  CHECK(render("", values).empty());
  CHECK(render("plain", values) == "plain");
}

TEST_CASE_FIXTURE(Fixture, "doubled braces and percent signs are themselves") {
  CHECK(render("{{}}%%", values) == "{}%");
  CHECK(render("{{n}} %%i {{{n}}}", values) == "{n} %i {56}");
  CHECK(render(R"({{"t":{n},"of":{{"u":"{user}"}}}})", values) == R"({"t":56,"of":{"u":"anna"}})");
}

TEST_CASE_FIXTURE(Fixture, "random numbers stay in their range and reach all of it") {
  const TextTemplate small = compiled("{rand:7}");
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    std::string out;
    small.append(out, values);
    seen.insert(out);
  }
  CHECK(seen == std::set<std::string>{"0", "1", "2", "3", "4", "5", "6"});
  const TextTemplate wide = compiled("{rand}");
  std::set<std::string> wide_seen;
  std::uint64_t highest = 0;
  for (int i = 0; i < 1000; ++i) {
    std::string out;
    wide.append(out, values);
    highest = std::max<std::uint64_t>(highest, std::stoull(out));
    wide_seen.insert(out);
  }
  CHECK(wide_seen.size() > 990);
  CHECK(highest > 0xF000'0000);
  CHECK(highest <= 0xFFFF'FFFF);
}

TEST_CASE_FIXTURE(Fixture, "a UUID is a random one, and another each time") {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    std::string uuid = render("{uuid}", values);
    CHECK(seen.insert(uuid).second);
    REQUIRE(uuid.size() == 36);
    CHECK(uuid[14] == '4');
    CHECK(std::string_view("89ab").find(uuid[19]) != std::string_view::npos);
    std::replace_if(
        uuid.begin(), uuid.end(),
        [](char c) {
          return std::string_view("0123456789abcdef").find(c) != std::string_view::npos;
        },
        'x');
    CHECK(uuid == "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
  }
}

TEST_CASE("what is wrong in a template is said in one line") {
  const std::string known =
      " is no placeholder; there are {client} {client:N} {n} {n:N} {rand} {rand:N} {id} {user}"
      " {group} {shard} {run} {time} {uuid} %i %s %c %u, and “{{”, “}}” and “%%” for the characters"
      " themselves";
  CHECK(error_of("a/{foo}") == "“{foo}” at byte 3" + known);
  CHECK(error_of("{}") == "“{}” at byte 1" + known);
  CHECK(error_of("{N}") == "“{N}” at byte 1" + known);
  CHECK(error_of("{foo:3}") == "“{foo:3}” at byte 1" + known);
  CHECK(error_of("{ n}") == "“{ n}” at byte 1" + known);
  CHECK(error_of("a %x") == "“%x” at byte 3" + known);
  CHECK(error_of("a %é") == "“%é” at byte 3" + known);
  CHECK(error_of("50%") == "“%” at byte 3" + known);
  CHECK(error_of("{id:3}") == "“{id:3}” at byte 1 takes no number");
  for (const char* text : {"{n:}", "{n:0}", "{n:-1}", "{n:x}", "{n:4294967296}", "{n: 3}"}) {
    CHECK(error_of(text) == "“" + std::string(text) +
                                "” at byte 1 needs a number from 1 to 4294967295 after the colon");
  }
  CHECK(error_of("a{client") == "“{client” at byte 2 has no “}”; write “{{” for a brace");
  CHECK(error_of("a}b") == "“}” at byte 2 closes nothing; write “}}” for a brace");
}

TEST_CASE("a template knows what its texts depend on") {
  struct Case {
    const char* text;
    bool constant;
    bool client;
    std::optional<std::uint32_t> cycle;
  };
  for (const Case& it : std::initializer_list<Case>{
           {"plain {{}}", true, false, 1},
           {"{run}/{group}", false, false, 1},
           {"{client}", false, true, 1},
           {"{client:5}", false, true, 1},
           {"{client:1}{n:1}{rand:1}", false, false, 1},
           {"%i", false, true, 1},
           {"%c", false, true, 1},
           {"{user}", false, true, 1},
           {"{shard}", false, true, 1},
           {"{n:12}", false, false, 12},
           {"{client}/{n:12}/{n:12}/{n:1}", false, true, 12},
           {"{n:1}/{n:12}", false, false, 12},
           {"{n:4}/{n:6}", false, false, std::nullopt},
           {"{n}", false, false, std::nullopt},
           {"%s", false, false, std::nullopt},
           {"{rand}", false, false, std::nullopt},
           {"{n:3}{rand:5}", false, false, std::nullopt},
           {"{time}", false, false, std::nullopt},
           {"{uuid}", false, false, std::nullopt},
       }) {
    CAPTURE(it.text);
    const TextTemplate text = compiled(it.text);
    CHECK(text.constant() == it.constant);
    CHECK(text.depends_on_client() == it.client);
    CHECK(text.cycle() == it.cycle);
    CHECK(text.depends_on_message() == (it.cycle != 1));
  }
}

TEST_CASE_FIXTURE(Fixture, "rendering allocates nothing where there is room") {
  const TextTemplate text =
      compiled("site/{client}/{n:10}/{rand:5}/{id}/{user}/{group}/{run}/{time}/{uuid}/%i/%s");
  std::string out;
  out.reserve(1000);
  const std::size_t before = allocation_count();
  for (int i = 0; i < 5; ++i) {
    out.clear();
    text.append(out, values);
  }
  CHECK(allocation_count() == before);
}
