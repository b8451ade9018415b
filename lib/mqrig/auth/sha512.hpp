// SHA-512 and what is built on it. Private to this room: includes OpenSSL.
//
// Only libcrypto's SHA-512 itself is used. Its EVP interface, which has HMAC and PBKDF2 too, brings
// every algorithm of the library into a static program: 4 MB, whose relocations cost each start a
// hundred page faults, also of commands that hash nothing. And it is slower by a third: it
// allocates in every iteration.
#pragma once

#include <openssl/sha.h>

#include <array>
#include <initializer_list>
#include <string_view>

namespace mqrig::auth {

using Digest = std::array<unsigned char, SHA512_DIGEST_LENGTH>;

inline std::string_view bytes_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// The digest of the parts, one behind the other.
Digest sha512(std::initializer_list<std::string_view> parts);

// HMAC-SHA512 (RFC 2104) with one key, for any number of messages. Wipes what depends on the key.
class HmacSha512 {
 public:
  explicit HmacSha512(std::string_view key);
  HmacSha512(const HmacSha512&) = delete;
  HmacSha512& operator=(const HmacSha512&) = delete;
  ~HmacSha512();

  // The code of a message, given in parts, one behind the other.
  Digest operator()(std::initializer_list<std::string_view> parts) const;

 private:
  SHA512_CTX inner_;
  SHA512_CTX outer_;
};

// The first block of PBKDF2-HMAC-SHA512 (RFC 8018, section 5.2). Zero iterations count as one.
Digest pbkdf2_sha512(std::string_view password, std::string_view salt, unsigned iterations);

}  // namespace mqrig::auth
