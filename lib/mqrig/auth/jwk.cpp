#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <mqrig/auth/base64url.hpp>
#include <mqrig/auth/jwk.hpp>
#include <mqrig/auth/strict_json.hpp>

namespace mqrig::auth {
namespace {

using Json = nlohmann::json;

constexpr int fewest_rsa_bits = 2048;
constexpr int most_rsa_bits = 8192;     // verifying must not take long
constexpr int most_exponent_bits = 32;  // the same
constexpr std::size_t coordinate_size = 32;

template <auto function>
struct Release {
  template <typename T>
  void operator()(T* object) const {
    function(object);
  }
};
using BigNumber = std::unique_ptr<BIGNUM, Release<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Release<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Release<OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Release<ECDSA_SIG_free>>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Empty where it is missing, too.
std::string text_member(const Json& jwk, const char* name) {
  const Json* member = find_member(jwk, name);
  return member != nullptr && member->is_string() ? member->get<std::string>() : std::string();
}

std::optional<std::string> bytes_member(const Json& jwk, const char* name, std::string& fault) {
  std::optional<std::string> bytes = decode_base64url(text_member(jwk, name));
  if (bytes && !bytes->empty()) return bytes;
  fault = std::string("it has no '") + name + "' in base64url";
  return std::nullopt;
}

BigNumber number_of(std::string_view bytes) {
  return BigNumber(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

EVP_PKEY* make_key(const char* kind, const Parameters& parameters) {
  EVP_PKEY* key = nullptr;
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  if (!context || !parameters || EVP_PKEY_fromdata_init(context.get()) <= 0) return nullptr;
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) <= 0) {
    return nullptr;
  }
  return key;
}

bool is_sound(EVP_PKEY* key) {
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  return context && EVP_PKEY_public_check(context.get()) == 1;
}

// "use" and "key_ops" (RFC 7517, sections 4.2 and 4.3): each may be missing.
bool may_verify(const Json& jwk) {
  const Json* use = find_member(jwk, "use");
  if (use != nullptr && *use != "sig") return false;
  const Json* operations = find_member(jwk, "key_ops");
  return operations == nullptr ||
         (operations->is_array() &&
          std::find(operations->begin(), operations->end(), "verify") != operations->end());
}

std::optional<JwsAlgorithm> algorithm_of_kind(const Json& jwk) {
  const std::string kind = text_member(jwk, "kty");
  const std::string curve = text_member(jwk, "crv");
  if (kind == "RSA") return JwsAlgorithm::rs256;
  if (kind == "EC" && curve == "P-256") return JwsAlgorithm::es256;
  if (kind == "OKP" && curve == "Ed25519") return JwsAlgorithm::ed25519;
  return std::nullopt;
}

// From R and S to the form that OpenSSL knows. Empty on a wrong length.
std::string encoded_ecdsa(std::string_view signature) {
  if (signature.size() != 2 * coordinate_size) return {};
  BigNumber r = number_of(signature.substr(0, coordinate_size));
  BigNumber s = number_of(signature.substr(coordinate_size));
  const EcdsaSignature pair(ECDSA_SIG_new());
  if (!r || !s || !pair || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
  static_cast<void>(r.release());  // the pair has them now
  static_cast<void>(s.release());
  const int size = i2d_ECDSA_SIG(pair.get(), nullptr);
  std::string encoded(static_cast<std::size_t>(std::max(size, 0)), '\0');
  auto* at = reinterpret_cast<unsigned char*>(encoded.data());
  if (size > 0) i2d_ECDSA_SIG(pair.get(), &at);
  return encoded;
}

}  // namespace

std::optional<JwsAlgorithm> jws_algorithm(std::string_view name) {
  if (name == "RS256") return JwsAlgorithm::rs256;
  if (name == "ES256") return JwsAlgorithm::es256;
  if (name == "EdDSA" || name == "Ed25519") return JwsAlgorithm::ed25519;
  return std::nullopt;
}

Jwk::Key Jwk::read_rsa(const Json& jwk, std::string& fault) {
  const auto modulus = bytes_member(jwk, "n", fault);
  const auto exponent = modulus ? bytes_member(jwk, "e", fault) : std::nullopt;
  if (!exponent) return nullptr;
  const BigNumber n = number_of(*modulus);
  const BigNumber e = number_of(*exponent);
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!n || !e || !builder) return nullptr;
  const int bits = BN_num_bits(n.get());
  if (bits < fewest_rsa_bits || bits > most_rsa_bits) {
    fault = "it is RSA of " + std::to_string(bits) + " bits, and has to be of 2048 to 8192";
    return nullptr;
  }
  const int exponent_bits = BN_num_bits(e.get());
  if (!BN_is_odd(n.get()) || !BN_is_odd(e.get()) || exponent_bits < 2 ||
      exponent_bits > most_exponent_bits) {
    fault = "its modulus or its exponent is none of an RSA key";
    return nullptr;
  }
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return Key(make_key("RSA", Parameters(OSSL_PARAM_BLD_to_param(builder.get()))));
}

Jwk::Key Jwk::read_p256(const Json& jwk, std::string& fault) {
  const auto x = bytes_member(jwk, "x", fault);
  const auto y = x ? bytes_member(jwk, "y", fault) : std::nullopt;
  if (!y) return nullptr;
  if (x->size() != coordinate_size || y->size() != coordinate_size) {
    fault = "'x' and 'y' have to be of 32 bytes";
    return nullptr;
  }
  const std::string point = '\4' + *x + *y;  // uncompressed (SEC 1, section 2.3.3)
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!builder) return nullptr;
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  Key key(make_key("EC", Parameters(OSSL_PARAM_BLD_to_param(builder.get()))));
  if (key && is_sound(key.get())) return key;
  fault = "it is not a point on the curve";
  return nullptr;
}

Jwk::Key Jwk::read_ed25519(const Json& jwk, std::string& fault) {
  const auto x = bytes_member(jwk, "x", fault);
  if (!x) return nullptr;
  if (x->size() != coordinate_size) {
    fault = "'x' has to be of 32 bytes";
    return nullptr;
  }
  return Key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(*x), x->size()));
}

std::optional<Jwk> Jwk::parse(const Json& jwk, std::string& fault) {
  fault.clear();
  const auto algorithm = algorithm_of_kind(jwk);
  if (!algorithm) {
    fault = "it is neither RSA nor EC with P-256 nor OKP with Ed25519";
    return std::nullopt;
  }
  const Json* named = find_member(jwk, "alg");
  if (!may_verify(jwk) ||
      (named != nullptr && jws_algorithm(text_member(jwk, "alg")) != algorithm)) {
    fault = "its 'use', 'key_ops' or 'alg' is not that of RS256, ES256 or EdDSA";
    return std::nullopt;
  }
  Key key = *algorithm == JwsAlgorithm::rs256   ? read_rsa(jwk, fault)
            : *algorithm == JwsAlgorithm::es256 ? read_p256(jwk, fault)
                                                : read_ed25519(jwk, fault);
  ERR_clear_error();
  if (!key) {
    if (fault.empty()) fault = "OpenSSL makes no key of it";
    return std::nullopt;
  }
  return Jwk(text_member(jwk, "kid"), *algorithm, std::move(key));
}

bool Jwk::verify(std::string_view message, std::string_view signature) const {
  const bool has_digest = algorithm_ != JwsAlgorithm::ed25519;
  const std::string encoded =
      algorithm_ == JwsAlgorithm::es256 ? encoded_ecdsa(signature) : std::string(signature);
  const DigestContext context(EVP_MD_CTX_new());
  const bool right =
      !encoded.empty() && context &&
      EVP_DigestVerifyInit(context.get(), nullptr, has_digest ? EVP_sha256() : nullptr, nullptr,
                           key_.get()) == 1 &&
      EVP_DigestVerify(context.get(), bytes_of(encoded), encoded.size(), bytes_of(message),
                       message.size()) == 1;
  ERR_clear_error();  // what others look for in the queue is not of ours
  return right;
}

}  // namespace mqrig::auth
