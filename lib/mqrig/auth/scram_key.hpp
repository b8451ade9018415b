// The functions that SCRAM is made of (RFC 5802, section 2.2). Private to this room.
#pragma once

#include <array>
#include <cstddef>
#include <mqrig/auth/scram_mechanism.hpp>
#include <string_view>

namespace mqrig::auth {

// What the hash function of a mechanism gives. Overwritten when it is no longer needed.
class ScramKey {
 public:
  ScramKey() = default;
  explicit ScramKey(ScramMechanism mechanism);
  ScramKey(const ScramKey&) = default;
  ScramKey& operator=(const ScramKey&) = default;
  ~ScramKey();

  unsigned char* data() { return bytes_.data(); }
  std::size_t size() const { return size_; }
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes_.data()), size_}; }

 private:
  std::array<unsigned char, 64> bytes_{};
  std::size_t size_ = 0;
};

// Bytes.
std::size_t scram_key_size(ScramMechanism mechanism);

// H(), HMAC() and Hi(). They throw std::runtime_error when libcrypto cannot do it, because a policy
// of the system forbids the function.
ScramKey scram_hash(ScramMechanism mechanism, std::string_view bytes);
ScramKey scram_hmac(ScramMechanism mechanism, std::string_view key, std::string_view bytes);
// `password` is prepared (sasl_prep), `iterations` 1 to max_iterations.
ScramKey salted_password(ScramMechanism mechanism, std::string_view password, std::string_view salt,
                         unsigned iterations);

// Byte by byte; both of one size.
ScramKey exclusive_or(std::string_view one, std::string_view other, ScramMechanism mechanism);

// Takes as long whether they are equal or not, if their sizes are.
bool same_bytes(std::string_view one, std::string_view other);

}  // namespace mqrig::auth
