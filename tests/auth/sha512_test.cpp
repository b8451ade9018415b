#include <doctest/doctest.h>

#include <mqrig/auth/sha512.hpp>
#include <string>

using namespace mqrig::auth;

namespace {

std::string hex(const Digest& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : digest) text += {digits[byte >> 4], digits[byte & 15]};
  return text;
}

}  // namespace

TEST_CASE("a digest is that of the parts, one behind the other") {
  CHECK(hex(sha512({"abc"})) ==
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  CHECK(sha512({"a", "", "bc"}) == sha512({"abc"}));
}

TEST_CASE("HMAC gives the codes of RFC 4231, also for a key longer than a block") {
  CHECK(hex(HmacSha512("Jefe")({"what do ya want ", "for nothing?"})) ==
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8"
        "f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
  const HmacSha512 hmac(std::string(131, '\xAA'));
  for (int times = 0; times < 2; ++times) {
    CHECK(hex(hmac({"Test Using Larger Than Block-Size Key - Hash Key First"})) ==
          "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd221"
          "5d6a1e5295e64f73f63f0aec8b915a985d786598");
  }
}

TEST_CASE("PBKDF2 gives what other implementations give") {
  CHECK(hex(pbkdf2_sha512("password", "salt", 1)) ==
        "867f70cf1ade02cff3752599a3a53dc4af34c7a669815ae5d513554e1c8cf252c02d470a285a0501bad999bfe9"
        "43c08f050235d7d68b1da55e63f73b60a57fce");
  CHECK(hex(pbkdf2_sha512("password", "salt", 1000)) ==
        "afe6c5530785b6cc6b1c6453384731bd5ee432ee549fd42fb6695779ad8a1c5bf59de69c48f774efc4007d5298"
        "f9033c0241d5ab69305e7b64eceeb8d834cfec");
  CHECK(hex(pbkdf2_sha512(std::string(200, 'p'), "salt", 2)) ==
        "0557029baeb4ba610258820dbe91999b7103d70c89ce171e5c96a67b39ccb7bc3e0ed797739f27961a528528ca"
        "31c0b53541d8d2ee71338d8a91c18a337c240e");
}
