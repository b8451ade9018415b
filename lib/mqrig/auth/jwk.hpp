// One public key of an issuer. Private to this room: includes OpenSSL.
#pragma once

#include <openssl/evp.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace mqrig::auth {

enum class JwsAlgorithm : std::uint8_t { rs256, es256, ed25519 };

// As a header or a key names it (RFC 7518, RFC 8037, RFC 9864). Nothing for all others: "none" and
// keyed hashes among them.
std::optional<JwsAlgorithm> jws_algorithm(std::string_view name);

// A key that may verify signatures, with the one algorithm that it is for: RSA of 2048 to 8192 bits
// for RS256, EC on P-256 for ES256, OKP on Ed25519 for EdDSA. Const members may be called from any
// thread.
class Jwk {
 public:
  // Nothing if the JWK (RFC 7517) is of another kind or for another use, weak or wrong: `fault` is
  // a clause about "it" then.
  static std::optional<Jwk> parse(const nlohmann::json& jwk, std::string& fault);

  // Empty: it has none.
  const std::string& id() const { return id_; }
  JwsAlgorithm algorithm() const { return algorithm_; }
  // `signature` as in a JWS: that of ES256 is R and S, 32 bytes each.
  bool verify(std::string_view message, std::string_view signature) const;

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  using Key = std::unique_ptr<EVP_PKEY, Free>;

  Jwk(std::string id, JwsAlgorithm algorithm, Key key)
      : id_(std::move(id)), algorithm_(algorithm), key_(std::move(key)) {}

  static Key read_rsa(const nlohmann::json& jwk, std::string& fault);
  static Key read_p256(const nlohmann::json& jwk, std::string& fault);
  static Key read_ed25519(const nlohmann::json& jwk, std::string& fault);

  std::string id_;
  JwsAlgorithm algorithm_;
  Key key_;
};

}  // namespace mqrig::auth
