#include <doctest/doctest.h>

#include <mqrig/auth/jwt.hpp>

#include "made_jwt.hpp"

using namespace mqrig::auth;
using tests::made_jwt;

namespace {

std::chrono::system_clock::time_point at(std::int64_t milliseconds) {
  return std::chrono::system_clock::time_point(std::chrono::milliseconds(milliseconds));
}

}  // namespace

TEST_CASE("a token says whose it is, for whom, and from when to when it is good") {
  const auto claims = read_jwt_claims(
      made_jwt(R"({"iss":"https://id","sub":"joe","aud":"mqtt","iat":100,"nbf":101,"exp":200.5})"));
  REQUIRE(claims);
  CHECK(claims->issuer == "https://id");
  CHECK(claims->subject == "joe");
  CHECK(claims->audience == std::vector<std::string>{"mqtt"});
  CHECK(claims->issued == at(100'000));
  CHECK(claims->not_before == at(101'000));
  CHECK(claims->expires == at(200'500));
}

TEST_CASE("the example of RFC 7519 is read") {
  const auto claims = read_jwt_claims(
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
      "fQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  REQUIRE(claims);
  CHECK(claims->issuer == "joe");
  CHECK(claims->expires == at(1'300'819'380'000));
  CHECK(!claims->issued);
}

TEST_CASE("a token may have several audiences") {
  const auto claims = read_jwt_claims(made_jwt(R"({"aud":["a",1,"b"]})"));
  REQUIRE(claims);
  CHECK(claims->audience == std::vector<std::string>{"a", "b"});
}

TEST_CASE("claims of another type than theirs are as if they were not there") {
  const auto claims = read_jwt_claims(
      made_jwt(R"({"sub":1,"iss":null,"aud":{},"iat":"x","nbf":1e300,"exp":-1e19})"));
  REQUIRE(claims);
  CHECK(claims->subject.empty());
  CHECK(claims->issuer.empty());
  CHECK(claims->audience.empty());
  CHECK(!claims->issued);
  CHECK(!claims->not_before);
  CHECK(!claims->expires);
}

TEST_CASE("both characters that only Base64url has are read") {
  const std::string token = made_jwt(R"({"sub":"~?~?>~?>~~>>"})");
  REQUIRE(token.find('-') != std::string::npos);
  REQUIRE(token.find('_') != std::string::npos);
  const auto claims = read_jwt_claims(token);
  REQUIRE(claims);
  CHECK(claims->subject == "~?~?>~?>~~>>");
}

TEST_CASE("other tokens are no JWTs") {
  const std::string jwt = made_jwt(R"({"sub":"joe"})");
  CHECK(read_jwt_claims(jwt));
  for (const std::string& other :
       {std::string(), std::string("."), std::string(".."), std::string("secret"),
        std::string("e30"), std::string("e30.e30"), jwt + ".x.x", "x" + jwt, "=" + jwt,
        made_jwt("[]"), made_jwt("{"), made_jwt(std::string(100'000, '[')), std::string("W10.e30."),
        made_jwt("{\"sub\":\"" + std::string(65'536, 'x') + "\"}")}) {
    CAPTURE(other.substr(0, 40));
    CHECK(!read_jwt_claims(other));
  }
}
