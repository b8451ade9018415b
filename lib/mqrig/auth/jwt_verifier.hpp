#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::auth {

// What a verified token allows beyond the broker's own rules.
struct JwtAcl {
  std::vector<std::string> publish;  // topic filters
  std::vector<std::string> subscribe;
};

struct JwtIdentity {
  std::string user_name;
  std::chrono::system_clock::time_point expires;
  std::optional<JwtAcl> acl;  // none: the claims say nothing
};

// Checks JWTs against the keys of their issuer: RS256, ES256 and EdDSA. The algorithm is the key's,
// never the token's word for it; "none" and keyed hashes are refused.
class JwtVerifier {
 public:
  struct Settings {
    std::string issuer;                  // empty: any
    std::vector<std::string> audiences;  // one of them must be in "aud"; empty: any
    std::string user_claim = "sub";
    std::chrono::seconds leeway{30};  // for clocks that differ
  };
  explicit JwtVerifier(Settings settings);
  ~JwtVerifier();
  JwtVerifier(const JwtVerifier&) = delete;
  JwtVerifier& operator=(const JwtVerifier&) = delete;

  // A JWK Set (RFC 7517). Keys of other kinds are passed over. On an error, a clause, the old keys
  // stay.
  std::string set_keys(std::string_view jwks);

  // Why not is a clause for the log, which holds nothing of the token but key id and claims.
  std::optional<JwtIdentity> verify(std::string_view token,
                                    std::chrono::system_clock::time_point now,
                                    std::string& fault) const;
  // A token named a key that is not in the set: it may be new, and the set is worth fetching again.
  bool knows_key_of(std::string_view token) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mqrig::auth
