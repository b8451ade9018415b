#include <mqrig/wire/utf8.hpp>

#include <string>

#include <doctest/doctest.h>

using namespace mqrig::wire;
using namespace std::string_view_literals;

namespace {

// The text alone, and at every place of longer ASCII text: word boundaries must not matter.
bool is_utf8_everywhere(std::string_view text) {
  const bool alone = is_utf8(text);
  for (std::size_t before = 0; before < 20; ++before) {
    for (std::size_t behind = 0; behind < 20; behind += 3) {
      const std::string embedded =
          std::string(before, 'a') + std::string(text) + std::string(behind, 'z');
      if (is_utf8(embedded) != alone) {
        FAIL("depends on its place: ", before, " before, ", behind, " behind");
      }
    }
  }
  return alone;
}

}  // namespace

TEST_CASE("[MQTT-1.5.4-1] well-formed UTF-8 is accepted up to its corners") {
  for (const std::string_view text : {
           ""sv, "a"sv, "\x7F"sv,
           "\xC2\x80"sv,          // U+0080
           "\xDF\xBF"sv,          // U+07FF
           "\xE0\xA0\x80"sv,      // U+0800
           "\xED\x9F\xBF"sv,      // U+D7FF
           "\xEE\x80\x80"sv,      // U+E000
           "\xEF\xBF\xBF"sv,      // U+FFFF, a noncharacter: allowed
           "\xEF\xB7\x90"sv,      // U+FDD0, a noncharacter
           "\xF0\x90\x80\x80"sv,  // U+10000
           "\xF4\x8F\xBF\xBF"sv,  // U+10FFFF
           "A\xF0\xAA\x9B\x94"sv  // the specification's example, U+0041 U+2A6D4
       }) {
    CAPTURE(text);
    CHECK(is_utf8_everywhere(text));
    CHECK(check_utf8_string(text) == Fault::none);
  }
}

TEST_CASE(
    "[MQTT-1.5.4-1] ill-formed UTF-8 is refused: surrogates, overlong forms, beyond U+10FFFF") {
  for (const std::string_view text : {
           "\x80"sv,              // continuation alone
           "\xBF"sv,              //
           "\xC0\x80"sv,          // overlong U+0000
           "\xC1\xBF"sv,          // overlong U+007F
           "\xE0\x80\x80"sv,      // overlong
           "\xE0\x9F\xBF"sv,      // overlong U+07FF
           "\xF0\x80\x80\x80"sv,  // overlong
           "\xF0\x8F\xBF\xBF"sv,  // overlong U+FFFF
           "\xED\xA0\x80"sv,      // U+D800
           "\xED\xAF\xBF"sv,      // U+DBFF
           "\xED\xB0\x80"sv,      // U+DC00
           "\xED\xBF\xBF"sv,      // U+DFFF
           "\xF4\x90\x80\x80"sv,  // U+110000
           "\xF5\x80\x80\x80"sv,  //
           "\xFE"sv,              //
           "\xFF"sv,              //
           "\xC2"sv,              // cut off
           "\xE2\x82"sv,          //
           "\xF0\x9F\x98"sv,      //
           "\xC2\x41"sv,          // no continuation
           "\xE2\x41\x80"sv,      //
           "\xE2\x82\x41"sv,      //
           "\xF0\x9F\x98\x41"sv,  //
           "\xC2\xC2\x80"sv,      //
       }) {
    CAPTURE(text);
    CHECK_FALSE(is_utf8_everywhere(text));
    CHECK(check_utf8_string(text) == Fault::invalid_utf8);
  }
}

TEST_CASE("[MQTT-1.5.4-2] U+0000 is refused at every place, though it is well-formed") {
  for (std::size_t size = 1; size < 30; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'x');
      text[at] = '\0';
      CHECK(is_utf8(text));
      CHECK(check_utf8_string(text) == Fault::null_character);
    }
  }
  CHECK(check_utf8_string("k\xC3\xBC"
                          "che\0"sv) == Fault::null_character);
}

TEST_CASE("[MQTT-1.5.4-3] U+FEFF is an ordinary character") {
  CHECK(check_utf8_string("\xEF\xBB\xBF") == Fault::none);
  CHECK(check_utf8_string("\xEF\xBB\xBFtext\xEF\xBB\xBF") == Fault::none);
}

TEST_CASE("control characters and noncharacters are accepted") {
  for (char c = 1; c < 0x20; ++c) CHECK(check_utf8_string({&c, 1}) == Fault::none);
  CHECK(check_utf8_string("\xC2\x9F") == Fault::none);
  CHECK(check_utf8_string("\xF0\x9F\xBF\xBE") == Fault::none);
}

TEST_CASE("every pair of bytes is judged as the definition says") {
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      const bool ascii = first < 0x80 && second < 0x80;
      const bool two_byte_form = first >= 0xC2 && first <= 0xDF && second >= 0x80 && second <= 0xBF;
      CHECK(is_utf8(text) == (ascii || two_byte_form));
    }
  }
}
