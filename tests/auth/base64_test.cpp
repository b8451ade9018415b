#include <doctest/doctest.h>

#include <mqrig/auth/base64.hpp>

using namespace mqrig::auth;
using namespace std::string_view_literals;

TEST_CASE("the examples of RFC 4648 are written and read") {
  const std::pair<std::string_view, std::string_view> examples[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {"\xFB\xFF\0"sv, "+/8A"},
  };
  for (const auto& example : examples) {
    CAPTURE(example.second);
    CHECK(encode_base64(example.first) == example.second);
    CHECK(decode_base64(example.second) == std::string(example.first));
  }
}

TEST_CASE("a text that encoding does not give is no Base64") {
  for (const auto* text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "=", "====", "Zg==Zg==", "Zm 9v",
                           "Zm9v\n", "Zm9-", "Z", "Zm9vY"}) {
    CAPTURE(text);
    CHECK_FALSE(decode_base64(text));
  }
}
