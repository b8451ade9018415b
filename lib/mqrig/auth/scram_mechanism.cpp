#include <mqrig/auth/base64.hpp>
#include <mqrig/auth/random_bytes.hpp>
#include <mqrig/auth/scram_mechanism.hpp>

namespace mqrig::auth {

std::string_view name(ScramMechanism mechanism) {
  switch (mechanism) {
    case ScramMechanism::sha_1:
      return "SCRAM-SHA-1";
    case ScramMechanism::sha_256:
      return "SCRAM-SHA-256";
    case ScramMechanism::sha_512:
      return "SCRAM-SHA-512";
  }
  return {};
}

std::optional<ScramMechanism> scram_mechanism(std::string_view text) {
  for (const ScramMechanism mechanism : scram_mechanisms) {
    if (name(mechanism) == text) return mechanism;
  }
  return std::nullopt;
}

std::string random_scram_nonce() {
  return encode_base64(random_bytes(24));
}

}  // namespace mqrig::auth
