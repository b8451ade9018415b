#include <doctest/doctest.h>

#include <mqrig/auth/password_hash.hpp>

using namespace mqrig::auth;
using namespace std::string_literals;

namespace {

// Made by mosquitto_passwd 2.0.11.
constexpr std::string_view from_mosquitto =
    "$7$101$+KYyo3Rx4k0QhJVb$eUEwTNii540AqInXnCIGy5xk+/HTvSj4vRAKWIPCcpe0Cx/"
    "TbsRxsXUW1ZaRjmYse19+KGSMhIJJtjRg2OICGA==";
// The form of its versions before 2.0.
constexpr std::string_view old_form =
    "$6$AAECAwQFBgcICQoL$tNZ8oyc1q2aKBwA6qseySr9+9r/"
    "m9X8I5MmY6UO0t7YL1cyyZLbInCJ8szDFrOTF29sjnwquvkDAerLm6G4biQ==";

}  // namespace

TEST_CASE("the right password matches a new hash, any other does not") {
  for (const std::string& password : {"secret"s, ""s, "a\0b"s, std::string(70'000, 'x')}) {
    const PasswordHash hash = PasswordHash::make(password, 2);
    CHECK(hash.matches(password));
    CHECK_FALSE(hash.matches(password + "x"));
    CHECK_FALSE(hash.matches("Secret"));
  }
  CHECK_FALSE(PasswordHash::make("a\0b"s, 2).matches("a"));
}

TEST_CASE("a hash that was written and read again is the same") {
  const PasswordHash hash = PasswordHash::make("secret", 3);
  const std::string text = hash.text();
  CHECK(text.starts_with("$7$3$"));
  REQUIRE(PasswordHash::parse(text));
  CHECK(PasswordHash::parse(text)->matches("secret"));
  CHECK(PasswordHash::parse(text)->text() == text);
}

TEST_CASE("two hashes of one password differ") {
  CHECK(PasswordHash::make("secret", 1).text() != PasswordHash::make("secret", 1).text());
}

TEST_CASE("a new hash takes 210,000 iterations") {
  CHECK(PasswordHash::make("secret").iterations() == 210'000);
}

TEST_CASE("hashes of mosquitto_passwd are read, new and old") {
  const auto hash = PasswordHash::parse(from_mosquitto);
  REQUIRE(hash);
  CHECK(hash->iterations() == 101);
  CHECK(hash->matches("secret"));
  CHECK_FALSE(hash->matches("secreT"));
  CHECK(hash->text() == from_mosquitto);
  const auto old = PasswordHash::parse(old_form);
  REQUIRE(old);
  CHECK(old->matches("old secret"));
  CHECK_FALSE(old->matches("old secreT"));
  CHECK(old->text() == old_form);
}

TEST_CASE("a text that is no hash, or a damaged one, is not read") {
  const std::string salt_and_hash(from_mosquitto.substr(7));
  REQUIRE(PasswordHash::parse("$7$101$" + salt_and_hash));
  for (const std::string& text : {""s,
                                  "secret"s,
                                  "$"s,
                                  "$7$"s,
                                  "$6$"s,
                                  "$7$101"s,
                                  "$7$101$"s,
                                  "$7$101$$"s,
                                  "$5$101$" + salt_and_hash,
                                  "$6$101$" + salt_and_hash,
                                  "$7$0$" + salt_and_hash,
                                  "$7$-1$" + salt_and_hash,
                                  "$7$1x$" + salt_and_hash,
                                  "$7$$" + salt_and_hash,
                                  "$7$10000001$" + salt_and_hash,
                                  "$7$99999999999$" + salt_and_hash,
                                  "$7$101$$" + salt_and_hash,
                                  "$7$101$" + salt_and_hash + "$",
                                  "$7$101$" + salt_and_hash.substr(0, salt_and_hash.size() - 4),
                                  "$7$101$!" + salt_and_hash.substr(1),
                                  " $7$101$" + salt_and_hash}) {
    CAPTURE(text);
    CHECK_FALSE(PasswordHash::parse(text));
  }
}
