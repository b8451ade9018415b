// Key sets, tokens and claims from arbitrary bytes; the first byte says which of them they are.
// What becomes a user is one whom a key here has vouched for, with a name that MQTT allows.
#include <chrono>
#include <mqrig/auth/jwt_rules.hpp>
#include <mqrig/auth/jwt_verifier.hpp>
#include <mqrig/auth/strict_json.hpp>
#include <string>
#include <tests/fuzz/require.hpp>

using namespace mqrig;
using fuzz::require;

namespace {

constexpr std::chrono::system_clock::time_point now{std::chrono::seconds(1'700'000'000)};

// Whose private halves are gone: they have signed tokens of the corpus, all for joe.
constexpr std::string_view keys = R"({"keys":[
  {"kty":"EC","crv":"P-256","kid":"e",
   "x":"syjt9jfs9ZcfO7y3oH05GolAgxdY9Gaa_vpMCW5vpeg",
   "y":"nRWVFpvOEre54JiiCE12IuJZ-TQlBlSTcna38wpVmcU"},
  {"kty":"OKP","crv":"Ed25519","kid":"d",
   "x":"lcLV1yjOyB828j7jc9tylgAya6mKI4kYklbfk5qhHmM"}]})";

void check_keys(std::string_view text) {
  auth::JwtVerifier verifier({});
  const bool taken = verifier.set_keys(text).empty();
  require(!taken || text.find(':') != text.npos, "a set has members");
  require(!verifier.verify("eyJhbGciOiJFUzI1NiJ9.e30.", now).identity, "a signature is needed");
}

void check_token(std::string_view text) {
  static auth::JwtVerifier verifier({});
  static const std::string refused = verifier.set_keys(keys);
  require(refused.empty(), "the keys are well");
  const auto [identity, fault, undecided] = verifier.verify(text, now);
  require(identity.has_value() == fault.empty(), "a refusal has words");
  require(!undecided, "there are keys");
  require(!identity || identity->user_name == "joe", "only joe was vouched for");
  require(!identity || auth::looks_like_jwt(text), "it looks like one");
}

void check_claims(std::string_view text) {
  static const auth::JwtVerifier::Settings settings{.issuer = "https://id.example",
                                                    .audiences = {"mqtt"}};
  std::string fault;
  const nlohmann::json claims = auth::parse_strict_object(text, fault);
  if (!fault.empty()) return;
  const auto identity = auth::check_jwt_claims(claims, settings, now, fault);
  require(identity.has_value() == fault.empty(), "a refusal has words");
  require(fault.find_first_of("\r\n\x1b") == fault.npos, "no line of a log is forged");
  if (!identity) return;
  require(identity->expires > now, "it has not expired");
  require(!identity->user_name.empty() && identity->user_name.find('\0') == text.npos,
          "the name is one for MQTT");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (*data == 'k') check_keys(text);
  if (*data == 't') check_token(text);
  if (*data == 'c') check_claims(text);
  return 0;
}
