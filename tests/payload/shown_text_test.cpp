#include <doctest/doctest.h>

#include <mqrig/payload/shown_text.hpp>
#include <mqrig/wire/utf8.hpp>

using namespace mqrig::payload;

TEST_CASE("input in an error is one short line of UTF-8") {
  CHECK(shown_text("abc é") == "abc é");
  CHECK(shown_text("") == "");
  CHECK(shown_text("a\nb\x1B[31m\x7F") == "a b [31m ");
  CHECK(shown_text("a\xFF\xC3") == "a\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(shown_text(std::string(41, 'x')) == std::string(40, 'x') + "…");
  CHECK(shown_text(std::string(39, 'x') + "🐝y") == std::string(39, 'x') + "🐝…");
}
