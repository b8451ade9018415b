// The public keys of an issuer. Private to this room.
#pragma once

#include <mqrig/auth/jwk.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::auth {

// A JWK Set (RFC 7517, section 5). Const members may be called from any thread.
class JwkSet {
 public:
  // Keys that are not fit to verify signatures are passed over. `fault` is a clause about "it" when
  // none is left, or when the text is no JWK Set or holds a key that should be known to nobody.
  static JwkSet parse(std::string_view text, std::string& fault);

  // Keys with this identifier, for this algorithm. Of a token that names none: all keys for it.
  std::vector<const Jwk*> find(const std::string* id, JwsAlgorithm algorithm) const;
  bool contains(std::string_view id) const;
  std::size_t size() const { return keys_.size(); }

 private:
  std::vector<Jwk> keys_;
};

}  // namespace mqrig::auth
