// Issues JWTs with keys made for the run, also such as no issuer would.
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tests/auth/made_jwt.hpp>
#include <vector>

namespace mqrig::auth::tests {

class JwtIssuer {
 public:
  static JwtIssuer rsa(unsigned bits = 2048) {
    return JwtIssuer(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{bits}), "RS256");
  }
  static JwtIssuer p256() {
    return JwtIssuer(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), "ES256");
  }
  static JwtIssuer ed25519() {
    return JwtIssuer(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), "EdDSA");
  }

  const std::string& algorithm() const { return algorithm_; }

  // The public key. `more` are further members: R"("kid":"a")".
  std::string jwk(std::string_view more = {}) const {
    const std::string rest = more.empty() ? "}" : "," + std::string(more) + "}";
    if (algorithm_ == "RS256") {
      return R"({"kty":"RSA","n":")" + number("n") + R"(","e":")" + number("e") + '"' + rest;
    }
    if (algorithm_ == "ES256") {
      return R"({"kty":"EC","crv":"P-256","x":")" + number("qx", 32) + R"(","y":")" +
             number("qy", 32) + '"' + rest;
    }
    std::string raw(32, '\0');
    std::size_t size = raw.size();
    check(EVP_PKEY_get_raw_public_key(key_.get(), bytes(raw), &size));
    return R"({"kty":"OKP","crv":"Ed25519","x":")" + base64url(raw) + '"' + rest;
  }
  std::string jwks(std::string_view more = {}) const { return R"({"keys":[)" + jwk(more) + "]}"; }

  std::string token(std::string_view claims) const {
    return token(R"({"alg":")" + algorithm_ + R"("})", claims);
  }
  std::string token(std::string_view header, std::string_view claims) const {
    const std::string text = base64url(header) + "." + base64url(claims);
    return text + "." + base64url(signature(text));
  }
  std::string token_of(std::string_view key_id, std::string_view claims) const {
    return token(R"({"alg":")" + algorithm_ + R"(","kid":")" + std::string(key_id) + R"("})",
                 claims);
  }

  // As in a JWS: that of ES256 is R and S.
  std::string signature(std::string_view text) const {
    std::string der = plain_signature(text);
    return algorithm_ == "ES256" ? raw_ecdsa(der) : der;
  }
  // As OpenSSL makes it: that of ES256 is DER.
  std::string plain_signature(std::string_view text) const {
    const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
    const EVP_MD* digest = algorithm_ == "EdDSA" ? nullptr : EVP_sha256();
    check(EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get()));
    std::string made(1024, '\0');
    std::size_t size = made.size();
    check(EVP_DigestSign(context.get(), bytes(made), &size,
                         reinterpret_cast<const unsigned char*>(text.data()), text.size()));
    made.resize(size);
    return made;
  }

  // What an attacker would take for the secret of a keyed hash.
  std::string public_key_in_der() const {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key_.get(), &der);
    std::string text(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return text;
  }

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(BIGNUM* number) const { BN_free(number); }
  };

  JwtIssuer(EVP_PKEY* key, std::string algorithm) : key_(key), algorithm_(std::move(algorithm)) {
    check(key != nullptr);
  }

  static void check(int result) {
    if (result != 1) throw std::runtime_error("OpenSSL has failed");
  }
  static unsigned char* bytes(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
  }

  // One of the numbers that the key is made of, with zeros up to `size` bytes.
  std::string number(const char* name, int size = 0) const {
    BIGNUM* read = nullptr;
    check(EVP_PKEY_get_bn_param(key_.get(), name, &read));
    const std::unique_ptr<BIGNUM, Free> owned(read);
    std::string text(static_cast<std::size_t>(size == 0 ? BN_num_bytes(read) : size), '\0');
    BN_bn2binpad(read, bytes(text), static_cast<int>(text.size()));
    return base64url(text);
  }

  // SEQUENCE of two INTEGERs, all of them shorter than 128 bytes.
  static std::string raw_ecdsa(std::string_view der) {
    std::string raw;
    der.remove_prefix(2);
    while (!der.empty()) {
      const auto size = static_cast<std::size_t>(der[1]);
      const std::string integer = std::string(32, '\0').append(der.substr(2, size));
      raw += integer.substr(integer.size() - 32);
      der.remove_prefix(2 + size);
    }
    return raw;
  }

  std::unique_ptr<EVP_PKEY, Free> key_;
  std::string algorithm_;
};

// The set of several keys.
inline std::string jwks_of(const std::vector<std::string>& keys) {
  std::string text;
  for (const std::string& key : keys) text.append(text.empty() ? "" : ",").append(key);
  return R"({"keys":[)" + text + "]}";
}

}  // namespace mqrig::auth::tests
