#include <doctest/doctest.h>

#include <random>
#include <string>

#include <mqrig/payload/base64.hpp>

using namespace mqrig;
using namespace mqrig::payload;

namespace {

std::string encode(std::string_view bytes) {
  wire::Buffer out;
  append_base64(out, wire::as_bytes(bytes));
  return std::string(wire::as_text(out.view()));
}

}  // namespace

TEST_CASE("base64 gives the test vectors of RFC 4648") {
  CHECK(encode("") == "");
  CHECK(encode("f") == "Zg==");
  CHECK(encode("fo") == "Zm8=");
  CHECK(encode("foo") == "Zm9v");
  CHECK(encode("foob") == "Zm9vYg==");
  CHECK(encode("fooba") == "Zm9vYmE=");
  CHECK(encode("foobar") == "Zm9vYmFy");
}

TEST_CASE("base64 of any bytes comes back") {
  std::mt19937 random(1);
  for (std::size_t size = 0; size < 300; ++size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(random()));
    std::string decoded = "kept";
    REQUIRE(encode(bytes).size() == base64_size(size));
    REQUIRE(decode_base64(encode(bytes), decoded));
    CHECK(decoded == "kept" + bytes);
  }
}

TEST_CASE("base64 that no encoder writes is refused") {
  for (const char* text : {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "=",
                           "====", "Z===", "Zm9v\n", "Zm 9", "Zm-_", "Zm9\xC3", "Zm=v", "A=AA"}) {
    CAPTURE(text);
    std::string decoded = "kept";
    CHECK_FALSE(decode_base64(text, decoded));
    CHECK(decoded == "kept");
  }
}
