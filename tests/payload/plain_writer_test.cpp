#include <doctest/doctest.h>

#include <string>

#include <mqrig/payload/plain_writer.hpp>

using namespace mqrig;
using namespace mqrig::payload;
using namespace std::string_view_literals;

namespace {

std::string plain(std::string_view topic, std::string_view payload, PlainStyle style) {
  wire::Buffer out;
  wire::Publish message;
  message.topic = topic;
  message.payload = wire::as_bytes(payload);
  write_plain(out, message, style);
  return std::string(wire::as_text(out.view()));
}

}  // namespace

TEST_CASE("a plain message is its bytes and a newline") {
  CHECK(plain("t", "a\0b\n"sv, {}) == "a\0b\n\n"sv);
  CHECK(plain("t", "", {}) == "\n");
  CHECK(plain("t", "ab", {.topic = false, .newline = false}) == "ab");
  CHECK(plain("t", "", {.topic = false, .newline = false}).empty());
}

TEST_CASE("a verbose message has the topic in front") {
  CHECK(plain("a/b", "hello", {.topic = true, .newline = true}) == "a/b hello\n");
  CHECK(plain("a/b", "", {.topic = true, .newline = true}) == "a/b \n");
  CHECK(plain("a/b", "x", {.topic = true, .newline = false}) == "a/b x");
}
