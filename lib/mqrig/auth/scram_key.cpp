#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <mqrig/auth/scram_key.hpp>
#include <stdexcept>
#include <string>

namespace mqrig::auth {
namespace {

const EVP_MD* hash_function(ScramMechanism mechanism) {
  switch (mechanism) {
    case ScramMechanism::sha_1:
      return EVP_sha1();
    case ScramMechanism::sha_256:
      return EVP_sha256();
    case ScramMechanism::sha_512:
      return EVP_sha512();
  }
  return nullptr;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

void require(bool done, ScramMechanism mechanism) {
  if (done) return;
  throw std::runtime_error("libcrypto has no hash function for " + std::string(name(mechanism)));
}

}  // namespace

ScramKey::ScramKey(ScramMechanism mechanism) : size_(scram_key_size(mechanism)) {}

ScramKey::~ScramKey() {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

std::size_t scram_key_size(ScramMechanism mechanism) {
  switch (mechanism) {
    case ScramMechanism::sha_1:
      return 20;
    case ScramMechanism::sha_256:
      return 32;
    case ScramMechanism::sha_512:
      return 64;
  }
  return 0;
}

ScramKey scram_hash(ScramMechanism mechanism, std::string_view bytes) {
  ScramKey key(mechanism);
  require(EVP_Digest(bytes.data(), bytes.size(), key.data(), nullptr, hash_function(mechanism),
                     nullptr) == 1,
          mechanism);
  return key;
}

ScramKey scram_hmac(ScramMechanism mechanism, std::string_view key, std::string_view bytes) {
  ScramKey code(mechanism);
  require(HMAC(hash_function(mechanism), key.data(), static_cast<int>(key.size()), bytes_of(bytes),
               bytes.size(), code.data(), nullptr) != nullptr,
          mechanism);
  return code;
}

ScramKey salted_password(ScramMechanism mechanism, std::string_view password, std::string_view salt,
                         unsigned iterations) {
  ScramKey key(mechanism);
  require(
      PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), bytes_of(salt),
                        static_cast<int>(salt.size()), static_cast<int>(iterations),
                        hash_function(mechanism), static_cast<int>(key.size()), key.data()) == 1,
      mechanism);
  return key;
}

ScramKey exclusive_or(std::string_view one, std::string_view other, ScramMechanism mechanism) {
  ScramKey result(mechanism);
  for (std::size_t i = 0; i < result.size(); ++i) {
    result.data()[i] = static_cast<unsigned char>(one[i] ^ other[i]);
  }
  return result;
}

bool same_bytes(std::string_view one, std::string_view other) {
  return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace mqrig::auth
