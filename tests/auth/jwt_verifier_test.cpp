#include <doctest/doctest.h>
#include <openssl/hmac.h>

#include <mqrig/auth/jwt_verifier.hpp>
#include <string>
#include <tests/auth/jwt_issuer.hpp>

using namespace mqrig::auth;
using namespace mqrig::auth::tests;
using namespace std::chrono_literals;

namespace {

using Time = std::chrono::system_clock::time_point;

const Time now{1'700'000'000s};
const std::string joe = R"({"sub":"joe","exp":1700000100})";

const JwtIssuer& rsa() {
  static const JwtIssuer issuer = JwtIssuer::rsa();
  return issuer;
}
const JwtIssuer& p256() {
  static const JwtIssuer issuer = JwtIssuer::p256();
  return issuer;
}
const JwtIssuer& ed25519() {
  static const JwtIssuer issuer = JwtIssuer::ed25519();
  return issuer;
}

// Why a token is not valid; empty if it is.
std::string fault(const JwtVerifier& verifier, std::string_view token, Time at = now) {
  const JwtVerdict verdict = verifier.verify(token, at);
  CHECK(verdict.identity.has_value() == verdict.fault.empty());
  return verdict.fault;
}

// Knows the three keys.
const JwtVerifier& verifier() {
  static const auto made = [] {
    auto result = std::make_unique<JwtVerifier>(JwtVerifier::Settings{});
    REQUIRE(result->set_keys(jwks_of({rsa().jwk(R"("kid":"r")"), p256().jwk(R"("kid":"e")"),
                                      ed25519().jwk(R"("kid":"d")")})) == "");
    return result;
  }();
  return *made;
}
std::string fault(std::string_view token) {
  return fault(verifier(), token);
}

// Why claims that are signed well are not those of a user of ours.
std::string fault_of_claims(JwtVerifier::Settings settings, std::string_view claims) {
  JwtVerifier made(std::move(settings));
  REQUIRE(made.set_keys(ed25519().jwks()) == "");
  return fault(made, ed25519().token(claims));
}
std::string fault_of_claims(std::string_view claims) {
  return fault_of_claims({}, claims);
}
std::string fault_of_acl(std::string_view acl) {
  return fault_of_claims(R"({"sub":"joe","exp":1700000100,"acl":)" + std::string(acl) + "}");
}

JwtAcl acl_of(std::string_view acl) {
  const auto identity = verifier()
                            .verify(ed25519().token(R"({"sub":"joe","exp":1700000100,"acl":)" +
                                                    std::string(acl) + "}"),
                                    now)
                            .identity;
  REQUIRE(identity);
  REQUIRE(identity->acl);
  return *identity->acl;
}

std::string hs256(std::string_view secret, std::string_view header, std::string_view claims) {
  const std::string text = base64url(header) + "." + base64url(claims);
  std::string code(32, '\0');
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       reinterpret_cast<unsigned char*>(code.data()), nullptr);
  return text + "." + base64url(code);
}

const std::string wrong = "its signature is wrong";

}  // namespace

TEST_CASE("a token says who its bearer is, and until when") {
  for (const JwtIssuer* issuer : {&rsa(), &p256(), &ed25519()}) {
    CAPTURE(issuer->algorithm());
    const auto identity = verifier().verify(issuer->token(joe), now).identity;
    REQUIRE(identity);
    CHECK(identity->user_name == "joe");
    CHECK(identity->expires == Time(1'700'000'100s));
    CHECK_FALSE(identity->acl);
  }
}

TEST_CASE("the user's name may be another claim") {
  JwtVerifier made({.issuer = {}, .audiences = {}, .user_claim = "name"});
  REQUIRE(made.set_keys(p256().jwks()) == "");
  const auto identity =
      made.verify(p256().token(R"({"sub":"7","name":"J\u00f6","exp":1700000100})"), now).identity;
  REQUIRE(identity);
  CHECK(identity->user_name == "J\u00f6");
}

TEST_CASE("nothing is valid without keys") {
  const JwtVerifier empty({});
  CHECK(fault(empty, p256().token(joe)) == "there are no keys yet to check it with");
}

TEST_CASE("a public key is not the secret of a keyed hash") {
  const std::string claims = joe;
  for (const std::string_view header : {R"({"alg":"HS256"})", R"({"alg":"HS256","kid":"r"})"}) {
    CHECK(fault(hs256(rsa().public_key_in_der(), header, claims)) ==
          "its algorithm is 'HS256', not RS256, ES256 or EdDSA");
  }
  // The same under a name that is allowed.
  CHECK(fault(hs256(rsa().public_key_in_der(), R"({"alg":"RS256","kid":"r"})", claims)) == wrong);
}

TEST_CASE("a token without a signature is none") {
  for (const std::string_view name : {"none", "None", "NONE", "", "rs256", "RS512", "ES384"}) {
    CAPTURE(name);
    const std::string header = R"({"alg":")" + std::string(name) + R"("})";
    const std::string text = base64url(header) + "." + base64url(joe) + ".";
    const std::string expected =
        "its algorithm is '" + std::string(name) + "', not RS256, ES256 or EdDSA";
    CHECK(fault(text) == expected);
    CHECK(fault(text + "AAAA") == expected);
  }
  const std::string token = rsa().token(joe);
  CHECK(fault(token.substr(0, token.rfind('.') + 1)) == wrong);
  CHECK(fault(token.substr(0, token.rfind('.'))) ==
        "it is no signed JWT: there have to be three parts with dots between them");
}

TEST_CASE("the algorithm is the key's") {
  CHECK(fault(rsa().token(R"({"alg":"ES256","kid":"r"})", joe)) ==
        "its algorithm is not that of the key");
  CHECK(fault(p256().token(R"({"alg":"EdDSA","kid":"e"})", joe)) ==
        "its algorithm is not that of the key");
  CHECK(fault(p256().token(R"({"alg":"RS256"})", joe)) == wrong);
}

TEST_CASE("the key is the one that the token names") {
  CHECK(fault(p256().token_of("e", joe)) == "");
  CHECK(fault(p256().token_of("other", joe)) == "its key 'other' is not known");
  CHECK(fault(JwtIssuer::p256().token_of("e", joe)) == wrong);
  CHECK(fault(p256().token(R"({"alg":"ES256","kid":7})", joe)) ==
        "'kid' in its header is not a string");
}

TEST_CASE("a token that names no key may be of any that has its algorithm") {
  const JwtIssuer old = JwtIssuer::p256();
  JwtVerifier made({});
  REQUIRE(made.set_keys(jwks_of({old.jwk(), rsa().jwk(), p256().jwk()})) == "");
  CHECK(fault(made, p256().token(joe)) == "");
  CHECK(fault(made, old.token(joe)) == "");
  CHECK(fault(made, JwtIssuer::p256().token(joe)) == wrong);
}

TEST_CASE("keys with the same identifier are all tried") {
  const JwtIssuer other = JwtIssuer::p256();
  JwtVerifier made({});
  REQUIRE(made.set_keys(jwks_of({other.jwk(R"("kid":"a")"), p256().jwk(R"("kid":"a")")})) == "");
  CHECK(fault(made, p256().token_of("a", joe)) == "");
  CHECK(fault(made, other.token_of("a", joe)) == "");
}

TEST_CASE("keys that come with a token are of no account") {
  const JwtIssuer attacker = JwtIssuer::p256();
  CHECK(fault(attacker.token(R"({"alg":"ES256","jwk":)" + attacker.jwk() +
                                 R"(,"jku":"https://localhost/keys","x5u":"https://localhost/c"})",
                             joe)) == wrong);
  CHECK(fault(p256().token(R"({"alg":"ES256","jwk":)" + attacker.jwk() + "}", joe)) == "");
}

TEST_CASE("what was signed must not be changed") {
  const std::string token = p256().token(joe);
  const std::size_t first = token.find('.');
  const std::size_t second = token.rfind('.');
  const std::string other = base64url(R"({"sub":"eve","exp":1700000100})");
  CHECK(fault(token.substr(0, first + 1) + other + token.substr(second)) == wrong);
  std::string signature_changed = token;
  signature_changed[second + 5] = signature_changed[second + 5] == 'A' ? 'B' : 'A';
  CHECK(fault(signature_changed) == wrong);
}

TEST_CASE("nothing may stand around a token, nor between its parts") {
  const std::string token = p256().token(joe);
  CHECK(fault(token + "AA") == wrong);
  CHECK(fault(token + "=") == wrong);
  CHECK(fault(token + "\n") == wrong);
  CHECK(fault(" " + token) == "its header is not base64url");
  CHECK(fault(token + ".AAAA") ==
        "it is no signed JWT: there have to be three parts with dots between them");
  CHECK(fault("") == "it is no signed JWT: there have to be three parts with dots between them");
  CHECK(fault(std::string(70'000, 'a')) == "it is larger than 64 KiB");
}

TEST_CASE("a signature has its length") {
  const std::string text = base64url(R"({"alg":"ES256"})") + "." + base64url(joe);
  const std::string right = p256().signature(text);
  CHECK(fault(text + "." + base64url(right)) == "");
  CHECK(fault(text + "." + base64url(right.substr(0, 63))) == wrong);
  CHECK(fault(text + "." + base64url(right + '\0')) == wrong);
  CHECK(fault(text + "." + base64url('\0' + right)) == wrong);
  CHECK(fault(text + "." + base64url(p256().plain_signature(text))) == wrong);  // DER
  CHECK(fault(text + "." + base64url(std::string(64, '\0'))) == wrong);         // R = S = 0

  const std::string ed = base64url(R"({"alg":"EdDSA"})") + "." + base64url(joe);
  CHECK(fault(ed + "." + base64url(ed25519().signature(ed))) == "");
  CHECK(fault(ed + "." + base64url(ed25519().signature(ed) + '\0')) == wrong);
  const std::string rs = base64url(R"({"alg":"RS256"})") + "." + base64url(joe);
  CHECK(fault(rs + "." + base64url(rsa().signature(rs))) == "");
  CHECK(fault(rs + "." + base64url('\0' + rsa().signature(rs))) == wrong);
}

TEST_CASE("a header that asks for more than is known is refused") {
  CHECK(fault(p256().token(R"({"alg":"ES256","crit":["b64"],"b64":false})", joe)) ==
        "its header has 'crit' for what is not known");
  CHECK(fault(p256().token(R"({"alg":"ES256","crit":[]})", joe)) ==
        "its header has 'crit' for what is not known");
  CHECK(fault(p256().token(R"({"typ":"JWT"})", joe)) == "its header has no 'alg'");
  CHECK(fault(p256().token(R"({"alg":["ES256"]})", joe)) == "its header has no 'alg'");
}

TEST_CASE("a type may be unknown, but not that of another kind of JWT") {
  for (const std::string_view type : {"JWT", "jwt", "at+jwt", "application/at+jwt", "Device"}) {
    CAPTURE(type);
    CHECK(fault(p256().token(R"({"alg":"ES256","typ":")" + std::string(type) + R"("})", joe)) ==
          "");
  }
  for (const std::string_view type : {R"("logout+jwt")", R"("application/DPoP+JWT")", "7"}) {
    CAPTURE(type);
    CHECK(fault(p256().token(R"({"alg":"ES256","typ":)" + std::string(type) + "}", joe)) ==
          "its header says by 'typ' that it is of another kind");
  }
}

TEST_CASE("JSON that two readers may understand differently is refused") {
  CHECK(fault(p256().token(R"({"alg":"ES256","alg":"none"})", joe)) ==
        "in its header: it has the key 'alg' twice");
  CHECK(fault(p256().token(R"({"sub":"joe","sub":"eve","exp":1700000100})")) ==
        "in its payload: it has the key 'sub' twice");
  CHECK(fault(p256().token(joe + "{}")) == "in its payload: it is not JSON, at byte 31");
  CHECK(fault(p256().token("[]")) == "in its payload: it is not a JSON object");
  CHECK(fault(p256().token("{\"sub\":\"\xFF\"}")) == "in its payload: it is not JSON, at byte 9");
}

TEST_CASE("what is not base64url is refused") {
  const std::string header = base64url(R"({"alg":"ES256"})");
  CHECK(fault("e30=." + base64url(joe) + ".AAAA") == "its header is not base64url");
  CHECK(fault("e31." + base64url(joe) + ".AAAA") == "its header is not base64url");  // stray bits
  const std::string text = header + ".e30=";
  CHECK(fault(text + "." + base64url(p256().signature(text))) == "its payload is not base64url");
}

TEST_CASE("a token is valid in its time, and before by what clocks differ") {
  const auto at = [](std::int64_t offset, std::string_view claims) {
    return fault(verifier(), ed25519().token(claims), now + std::chrono::seconds(offset));
  };
  CHECK(at(99, joe) == "");
  CHECK(at(100, joe) == "it expired at 2023-11-14 22:15:00 UTC");
  const std::string later = R"({"sub":"joe","exp":1700000900,"nbf":1700000100})";
  CHECK(at(70, later) == "");
  CHECK(at(69, later) == "it is not valid before 2023-11-14 22:15:00 UTC");
  const std::string issued = R"({"sub":"joe","exp":1700000900,"iat":1700000100})";
  CHECK(at(70, issued) == "");
  CHECK(at(69, issued) ==
        "it was issued in the future, at 2023-11-14 22:15:00 UTC: do the clocks differ?");
}

TEST_CASE("a token has to expire, and times have to be times") {
  CHECK(fault_of_claims(R"({"sub":"joe"})") == "it never expires: there is no 'exp' in it");
  for (const std::string_view time : {R"("1700000100")", "-1", "null", "true", "[1700000100]"}) {
    CAPTURE(time);
    CHECK(fault_of_claims(R"({"sub":"joe","exp":)" + std::string(time) + "}") ==
          "'exp' in it is not a time");
    CHECK(fault_of_claims(R"({"sub":"joe","exp":1700000100,"nbf":)" + std::string(time) + "}") ==
          "'nbf' in it is not a time");
  }
  CHECK(fault_of_claims(R"({"sub":"joe","exp":1700000100.5})") == "");
  CHECK(fault_of_claims(R"({"sub":"joe","exp":1e300})") == "");
  CHECK(fault_of_claims(R"({"sub":"joe","exp":18446744073709551615})") == "");
  CHECK(fault_of_claims(R"({"sub":"joe","exp":1700000100,"nbf":1e300})") ==
        "it is not valid before 2200-01-01 00:00:00 UTC");
}

TEST_CASE("the issuer has to be ours, to the letter") {
  const auto with = [](std::string_view issuer) {
    return fault_of_claims({.issuer = "https://id.example", .audiences = {}},
                           R"({"sub":"joe","exp":1700000100,"iss":)" + std::string(issuer) + "}");
  };
  CHECK(with(R"("https://id.example")") == "");
  CHECK(with(R"("https://id.example/")") == "it was issued by 'https://id.example/'");
  CHECK(with(R"("x\n\u001b[31m")") == "it was issued by 'x??[31m'");
  CHECK(with(R"(["https://id.example"])") == "it does not say who issued it");
  CHECK(fault_of_claims({.issuer = "x", .audiences = {}}, joe) == "it does not say who issued it");
}

TEST_CASE("one of the audiences has to be ours") {
  const auto with = [](std::string_view audience) {
    return fault_of_claims({.issuer = {}, .audiences = {"mqtt", "broker"}},
                           R"({"sub":"joe","exp":1700000100,"aud":)" + std::string(audience) + "}");
  };
  CHECK(with(R"("broker")") == "");
  CHECK(with(R"(["other","mqtt"])") == "");
  CHECK(with(R"("other")") == "it is for 'other'");
  CHECK(with(R"(["mqtt2","MQTT"])") == "it is for 'mqtt2'");
  CHECK(with("[]") == "it is for nobody");
  CHECK(with(R"([7,"mqtt"])") == "'aud' in it is neither a string nor a list of strings");
  CHECK(with(R"({"mqtt":true})") == "'aud' in it is neither a string nor a list of strings");
  CHECK(fault_of_claims({.issuer = {}, .audiences = {"mqtt"}}, joe) ==
        "it does not say for whom it is: there is no 'aud' in it");
}

TEST_CASE("a user has a name that MQTT allows") {
  CHECK(fault_of_claims(R"({"exp":1700000100})") ==
        "it names no user: there is no string 'sub' in it");
  CHECK(fault_of_claims(R"({"sub":7,"exp":1700000100})") ==
        "it names no user: there is no string 'sub' in it");
  for (const std::string_view name : {"", "a\\u0000b"}) {
    CHECK(fault_of_claims(R"({"exp":1700000100,"sub":")" + std::string(name) + R"("})") ==
          "'sub' in it is no user name for MQTT");
  }
}

TEST_CASE("what the bearer may do is an object of lists") {
  const JwtAcl acl = acl_of(R"({"pub":["a","b/${clientid}"],"sub":["c/#"],"all":["d"]})");
  CHECK(acl.publish == std::vector<std::string>{"d", "a", "b/${clientid}"});
  CHECK(acl.subscribe == std::vector<std::string>{"d", "c/#"});
  CHECK(acl_of("{}").publish.empty());
}

TEST_CASE("or a list of rules") {
  const JwtAcl acl = acl_of(R"([{"permission":"allow","action":"publish","topic":"a"},
                                {"permission":"allow","action":"subscribe","topic":"b"},
                                {"permission":"allow","action":"all","topic":"c"}])");
  CHECK(acl.publish == std::vector<std::string>{"a", "c"});
  CHECK(acl.subscribe == std::vector<std::string>{"b", "c"});
}

TEST_CASE("a token whose ACL is not understood in full is refused") {
  const auto followed = [](std::string_view why) {
    return "'acl' in it can't be followed: " + std::string(why);
  };
  CHECK(fault_of_acl("null") == followed("it is neither an object nor a list"));
  CHECK(fault_of_acl(R"({"deny":["a"]})") == followed("'deny' in it is not understood"));
  CHECK(fault_of_acl(R"({"pub":"a"})") == followed("'pub' in it is not a list"));
  CHECK(fault_of_acl(R"({"pub":[7]})") == followed("a topic in it is not a string"));
  CHECK(fault_of_acl(R"({"sub":["eq a/#"]})") == followed("'eq' in 'eq a/#' is not understood"));
  CHECK(fault_of_acl(R"([{"permission":"deny","action":"all","topic":"a"}])") ==
        followed("a rule in it is no 'allow' of 'publish', 'subscribe' or 'all'"));
  CHECK(fault_of_acl(R"([{"permission":"allow","action":"fly","topic":"a"}])") ==
        followed("a rule in it is no 'allow' of 'publish', 'subscribe' or 'all'"));
  CHECK(fault_of_acl(R"([{"permission":"allow","action":"all","topic":"a","qos":[0]}])") ==
        followed("'qos' in it is not understood"));
  CHECK(fault_of_acl(R"([{"permission":"allow","action":"all"}])") ==
        followed("a rule in it lacks 'permission', 'action' or 'topic'"));
  CHECK(fault_of_acl("[7]") == followed("a rule in it is not understood"));
}

TEST_CASE("a token is told from a password by its dots") {
  CHECK(looks_like_jwt(p256().token(joe)));
  CHECK(looks_like_jwt("a.b."));
  for (const std::string_view text : {"", "secret", "a.b", "..", "a.b.c.d", "a b.c.d", ".a.b"}) {
    CAPTURE(text);
    CHECK_FALSE(looks_like_jwt(text));
  }
}
