#include <openssl/crypto.h>

#include <algorithm>
#include <mqrig/auth/base64.hpp>
#include <mqrig/auth/password_fields.hpp>
#include <mqrig/auth/password_hash.hpp>
#include <mqrig/auth/random_bytes.hpp>
#include <mqrig/auth/sha512.hpp>

namespace mqrig::auth {
namespace {

constexpr std::string_view pbkdf2_mark = "$7$";
constexpr std::string_view sha512_mark = "$6$";
constexpr std::size_t salt_size = 12;  // the one size that every version of mosquitto reads

}  // namespace

PasswordHash PasswordHash::make(std::string_view password, unsigned iterations) {
  PasswordHash made;
  made.iterations_ = std::clamp(iterations, 1U, max_iterations);
  made.salt_ = random_bytes(salt_size);
  made.hash_ = bytes_of(pbkdf2_sha512(password, made.salt_, made.iterations_));
  return made;
}

std::optional<PasswordHash> PasswordHash::parse(std::string_view text) {
  PasswordHash read;
  std::string_view rest = text.substr(std::min(text.size(), pbkdf2_mark.size()));
  if (text.starts_with(pbkdf2_mark)) {
    const std::optional<unsigned> iterations = parse_iterations(take_field(rest));
    if (!iterations) return std::nullopt;
    read.iterations_ = *iterations;
  } else if (!text.starts_with(sha512_mark)) {
    return std::nullopt;
  }
  std::optional<std::string> salt = decode_base64(take_field(rest));
  std::optional<std::string> hash = decode_base64(rest);
  if (!salt || salt->empty() || !hash || hash->size() != Digest().size()) return std::nullopt;
  read.salt_ = std::move(*salt);
  read.hash_ = std::move(*hash);
  return read;
}

std::string PasswordHash::text() const {
  std::string text(iterations_ == 0 ? sha512_mark : pbkdf2_mark);
  if (iterations_ != 0) text += std::to_string(iterations_) + "$";
  return text + encode_base64(salt_) + "$" + encode_base64(hash_);
}

bool PasswordHash::matches(std::string_view password) const {
  const Digest found =
      iterations_ == 0 ? sha512({password, salt_}) : pbkdf2_sha512(password, salt_, iterations_);
  return CRYPTO_memcmp(found.data(), hash_.data(), found.size()) == 0;
}

void spend_time(std::string_view password, unsigned iterations) {
  if (iterations == 0) return;
  // What nobody looks at, the compiler would leave out.
  volatile unsigned char unused = pbkdf2_sha512(password, "no salt", iterations)[0];
  static_cast<void>(unused);
}

}  // namespace mqrig::auth
