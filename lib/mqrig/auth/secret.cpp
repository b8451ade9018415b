#include <openssl/crypto.h>

#include <mqrig/auth/secret.hpp>

namespace mqrig::auth {

Secret::~Secret() {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

}  // namespace mqrig::auth
