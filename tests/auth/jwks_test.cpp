#include <doctest/doctest.h>

#include <mqrig/auth/jwt_verifier.hpp>
#include <string>
#include <tests/auth/jwt_issuer.hpp>

using namespace mqrig::auth;
using namespace mqrig::auth::tests;

namespace {

const JwtIssuer& rsa() {
  static const JwtIssuer issuer = JwtIssuer::rsa();
  return issuer;
}
const JwtIssuer& p256() {
  static const JwtIssuer issuer = JwtIssuer::p256();
  return issuer;
}

// Why a set is not taken; empty if it is.
std::string fault(std::string_view jwks) {
  JwtVerifier verifier({});
  return verifier.set_keys(jwks);
}

bool knows(std::string_view jwks, const JwtIssuer& issuer) {
  JwtVerifier verifier({});
  CHECK(verifier.set_keys(jwks) == "");
  const std::string token = issuer.token_of("a", R"({"sub":"joe","exp":2000000000})");
  return verifier.verify(token, {}).identity.has_value();
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

constexpr std::string_view none_left = "it has no key for RS256, ES256 or EdDSA; key 'a': ";

std::string none_left_since(std::string_view why) {
  return std::string(none_left) + std::string(why);
}

}  // namespace

TEST_CASE("RSA, P-256 and Ed25519 keys are taken") {
  CHECK(knows(rsa().jwks(R"("kid":"a")"), rsa()));
  CHECK(knows(p256().jwks(R"("kid":"a")"), p256()));
  const JwtIssuer ed25519 = JwtIssuer::ed25519();
  CHECK(knows(ed25519.jwks(R"("kid":"a")"), ed25519));
}

TEST_CASE("members that are for others are passed over") {
  CHECK(knows(p256().jwks(R"("kid":"a","x5c":["AAAA"],"x5t":"b","use":"sig","alg":"ES256",
                             "key_ops":["verify"])"),
              p256()));
}

TEST_CASE("a key for another use or algorithm is none of ours") {
  for (const std::string_view more :
       {R"("use":"enc")", R"("use":7)", R"("key_ops":["encrypt"])", R"("key_ops":"verify")",
        R"("alg":"RS512")", R"("alg":"PS256")", R"("alg":"HS256")", R"("alg":"ES256")",
        R"("alg":null)"}) {
    CAPTURE(more);
    CHECK(fault(rsa().jwks(R"("kid":"a",)" + std::string(more))) ==
          none_left_since("its 'use', 'key_ops' or 'alg' is not that of RS256, ES256 or EdDSA"));
  }
}

TEST_CASE("keys of other kinds are passed over as long as another one is left") {
  const std::string others =
      R"({"kty":"oct","k":"c2VjcmV0","kid":"h"},{"kty":"EC","crv":"P-384","x":"AA","y":"AA"},7,null)";
  CHECK(knows(jwks_of({others, p256().jwk(R"("kid":"a")")}), p256()));
  CHECK(fault(R"({"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"a"}]})") ==
        none_left_since("it is neither RSA nor EC with P-256 nor OKP with Ed25519"));
  CHECK(fault(R"({"keys":[]})") == "it has no key for RS256, ES256 or EdDSA");
}

TEST_CASE("a weak RSA key is not taken") {
  CHECK(fault(JwtIssuer::rsa(1024).jwks(R"("kid":"a")")) ==
        none_left_since("it is RSA of 1024 bits, and has to be of 2048 to 8192"));
  const std::string exponent_one = replaced(rsa().jwks(R"("kid":"a")"), R"("AQAB")", R"("AQ")");
  CHECK(fault(exponent_one) ==
        none_left_since("its modulus or its exponent is none of an RSA key"));
}

TEST_CASE("a point beside the curve is not taken") {
  const std::string point = R"({"kid":"a","kty":"EC","crv":"P-256","x":")" +
                            base64url(std::string(32, '\1')) + R"(","y":")" +
                            base64url(std::string(32, '\2')) + R"("})";
  CHECK(fault(jwks_of({point})) == none_left_since("it is not a point on the curve"));
}

TEST_CASE("numbers of a wrong length or form are not taken") {
  CHECK(fault(R"({"keys":[{"kid":"a","kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}]})") ==
        none_left_since("'x' and 'y' have to be of 32 bytes"));
  CHECK(fault(R"({"keys":[{"kid":"a","kty":"OKP","crv":"Ed25519","x":"AAAA"}]})") ==
        none_left_since("'x' has to be of 32 bytes"));
  CHECK(fault(R"({"keys":[{"kid":"a","kty":"RSA","n":"AA==","e":"AQAB"}]})") ==
        none_left_since("it has no 'n' in base64url"));
  CHECK(fault(R"({"keys":[{"kid":"a","kty":"RSA","e":"AQAB"}]})") ==
        none_left_since("it has no 'n' in base64url"));
}

TEST_CASE("a set with a private key is refused as a whole") {
  CHECK(fault(jwks_of({p256().jwk(), rsa().jwk(R"("kid":"a","d":"AAAA")")})) ==
        "key 'a' is there with its private part: give public keys only");
  CHECK(fault(jwks_of({p256().jwk(R"("d":"AAAA")")})) ==
        "key 1 is there with its private part: give public keys only");
}

TEST_CASE("what is no JWK Set is refused") {
  CHECK(fault("") == "it is not JSON, at byte 1");
  CHECK(fault("[]") == "it is not a JSON object");
  CHECK(fault("{} {}") == "it is not JSON, at byte 4");
  CHECK(fault(p256().jwk()) ==
        "it is no JWK Set: there has to be a list 'keys' of at most 64 keys");
  CHECK(fault(R"({"keys":[],"keys":[]})") == "it has the key 'keys' twice");
  CHECK(fault(R"({"keys":1e999})") == "it has a number that is too large");
  CHECK(fault("{\"keys\":" + std::string(100'000, '[')) == "it nests too deeply");
  CHECK(fault(std::string((1 << 20) + 1, ' ')) == "it is larger than 1 MiB");
}

TEST_CASE("a set that is refused leaves the old keys") {
  JwtVerifier verifier({});
  CHECK(verifier.set_keys(p256().jwks()) == "");
  CHECK(verifier.set_keys("{}") != "");
  CHECK(verifier.verify(p256().token(R"({"sub":"joe","exp":2000000000})"), {}).identity);
}

TEST_CASE("a new set takes the place of the old one") {
  JwtVerifier verifier({});
  CHECK(verifier.set_keys(p256().jwks(R"("kid":"old")")) == "");
  CHECK(verifier.set_keys(rsa().jwks(R"("kid":"new")")) == "");
  CHECK_FALSE(verifier.verify(p256().token(R"({"sub":"joe","exp":2000000000})"), {}).identity);
  CHECK(verifier.verify(rsa().token_of("new", R"({"sub":"joe","exp":2000000000})"), {}).identity);
}

TEST_CASE("a key that is not known may be worth a look") {
  JwtVerifier verifier({});
  CHECK(verifier.set_keys(p256().jwks(R"("kid":"a")")) == "");
  int looks = 0;
  bool comes = false;
  verifier.set_on_unknown_key([&] {
    ++looks;
    return comes;
  });
  verifier.verify(p256().token("{}"), {});
  verifier.verify("no token", {});
  verifier.verify(p256().token(R"({"alg":"none","kid":"b"})", "{}"), {});
  verifier.verify(rsa().token_of("a", "{}"), {});
  CHECK(looks == 0);
  JwtVerdict verdict = verifier.verify(p256().token_of("b", "{}"), {});
  CHECK(looks == 1);
  CHECK(verdict.fault == "its key 'b' is not known");
  CHECK_FALSE(verdict.undecided);
  comes = true;
  verdict = verifier.verify(p256().token_of("b", "{}"), {});
  CHECK(verdict.fault == "its key 'b' is not known yet");
  CHECK(verdict.undecided);
  CHECK_FALSE(verdict.identity);
}

TEST_CASE("without keys nothing is said of a token, unless it can't be valid") {
  const JwtVerifier verifier({});
  const JwtVerdict verdict = verifier.verify(p256().token("{}"), {});
  CHECK(verdict.undecided);
  CHECK(verdict.fault == "there are no keys yet to check it with");
  CHECK_FALSE(verdict.identity);
  CHECK_FALSE(verifier.verify("no token", {}).undecided);
  CHECK_FALSE(verifier.verify(p256().token(R"({"alg":"none"})", "{}"), {}).undecided);
}
