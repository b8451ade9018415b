#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::auth {

// What a verified token allows at most, within the broker's own rules: the claim "acl", in one of
// the forms
//   {"pub": ["a/b"], "sub": ["c/#"], "all": ["d/${clientid}/+"]}
//   [{"permission": "allow", "action": "publish"|"subscribe"|"all", "topic": "a/b"}]
// What is in neither list is not allowed. ${clientid} and ${username} are left in for whoever knows
// them. A claim that says anything else, "deny" or a QoS, makes the whole token invalid.
struct JwtAcl {
  std::vector<std::string> publish;  // topic filters, not checked to be valid
  std::vector<std::string> subscribe;
};

struct JwtIdentity {
  std::string user_name;  // a UTF-8 Encoded String of MQTT, of 1 to 65,535 bytes
  // Until when the token may be used: the claim "exp".
  std::chrono::system_clock::time_point expires;
  std::optional<JwtAcl> acl;  // none: the claims say nothing

  // For the log: "'joe' until 2026-11-22 06:30:00 UTC".
  std::string text() const;
};

// What a token is worth.
struct JwtVerdict {
  std::optional<JwtIdentity> identity;  // of one that is valid
  // Otherwise, why not: a clause for the log about "it", the token, of which it holds nothing but
  // key id, algorithm and claims.
  std::string fault;
  // Whether it is valid can't be said yet: the keys that would tell are still to come.
  bool undecided = false;
};

// Checks JWTs (RFC 7519, and as RFC 8725 recommends) against the keys of their issuer: RS256, ES256
// and EdDSA. The algorithm is the key's, never the token's word for it; "none" and keyed hashes are
// refused, and keys that come with the token are of no account.
//
// A token has up to 64 KiB and has to have "exp". Its type may be missing, "JWT", "at+jwt" or
// unknown, though not that of another kind of JWT ("logout+jwt"). One that names a key is checked
// with keys of this identifier only.
//
// To be used by one thread at a time; reads no clock, and never blocks: RS256 takes some 30 us,
// ES256 and EdDSA three times as long.
class JwtVerifier {
 public:
  struct Settings {
    std::string issuer;                  // empty: any
    std::vector<std::string> audiences;  // one of them must be in "aud"; empty: any
    std::string user_claim = "sub";
    // For clocks that differ: how early a token may come. None is good for longer than it says.
    std::chrono::seconds leeway{30};
  };
  explicit JwtVerifier(Settings settings);  // without keys: nothing can be said of a token
  ~JwtVerifier();
  JwtVerifier(const JwtVerifier&) = delete;
  JwtVerifier& operator=(const JwtVerifier&) = delete;

  // A JWK Set (RFC 7517). Keys that are not for these algorithms, or weak, are passed over. On an
  // error, a clause about "it", the old keys stay.
  std::string set_keys(std::string_view jwks);

  JwtVerdict verify(std::string_view token, std::chrono::system_clock::time_point now) const;
  // Called by verify() when a token names a key that is not in the set: it may be new, and the set
  // is worth being fetched again; or the sender has made it up. True if the set is fetched now, and
  // may have the key then: the token is undecided. False, or without a function: it is refused.
  void set_on_unknown_key(std::function<bool()> on_unknown_key);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Three parts of base64url between dots, as a password rarely has; not looked at any closer.
bool looks_like_jwt(std::string_view text) noexcept;

}  // namespace mqrig::auth
