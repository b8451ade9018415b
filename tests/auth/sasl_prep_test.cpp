#include <doctest/doctest.h>

#include <mqrig/auth/sasl_prep.hpp>
#include <string>

using namespace mqrig::auth;
using namespace std::string_view_literals;

namespace {

// "-" for text that is not allowed.
std::string prepared(std::string_view text, Prepared as = Prepared::query) {
  const std::optional<Secret> secret = sasl_prep(text, as);
  return secret ? std::string(secret->view()) : "-";
}

}  // namespace

TEST_CASE("the examples of RFC 4013, section 3") {
  CHECK(prepared("I\u00ADX") == "IX");   // a soft hyphen is left out
  CHECK(prepared("user") == "user");     // nothing changes
  CHECK(prepared("USER") == "USER");     // neither does the case
  CHECK(prepared("\u00AA") == "a");      // NFKC
  CHECK(prepared("\u2168") == "IX");     // the Roman number nine
  CHECK(prepared("\x07") == "-");        // a control character
  CHECK(prepared("\u0627\x31") == "-");  // both directions
}

TEST_CASE("blanks of all kinds become one, and letters with accents one character") {
  CHECK(prepared("a\u00A0b\u3000c") == "a b c");
  CHECK(prepared("Jo\u0308rg") == "J\u00F6rg");
  CHECK(prepared("") == "");
  CHECK(prepared("\u00AD") == "");
}

TEST_CASE("what is not UTF-8, or ends too early, is not prepared") {
  CHECK(prepared("\xFFsecret") == "-");
  CHECK(prepared("secret\xC3") == "-");
  CHECK(prepared("\xED\xA0\x80") == "-");
  CHECK(prepared("sec\0ret"sv) == "-");
  CHECK(prepared("tab\t") == "-");
}

TEST_CASE("what is stored holds no character that Unicode 3.2 does not know") {
  CHECK(prepared("\U0001F600", Prepared::query) == "\U0001F600");
  CHECK(prepared("\U0001F600", Prepared::stored) == "-");
}
