#include <algorithm>
#include <mqrig/auth/jwk_set.hpp>
#include <mqrig/auth/strict_json.hpp>

namespace mqrig::auth {
namespace {

using Json = nlohmann::json;

constexpr std::size_t largest = 1U << 20;
constexpr std::size_t most_keys = 64;  // a token that names none is tried with each

// "key 'a'", or "key 2" without an identifier.
std::string name_of(const Json& jwk, std::size_t index) {
  const Json* id = find_member(jwk, "kid");
  if (id != nullptr && id->is_string()) return "key " + shown(id->get_ref<const std::string&>());
  return "key " + std::to_string(index + 1);
}

bool is_private(const Json& jwk) {
  return find_member(jwk, "d") != nullptr || find_member(jwk, "p") != nullptr;
}

}  // namespace

JwkSet JwkSet::parse(std::string_view text, std::string& fault) {
  if (text.size() > largest) {
    fault = "it is larger than 1 MiB";
    return {};
  }
  const Json set = parse_strict_object(text, fault);
  if (!fault.empty()) return {};
  const Json* list = find_member(set, "keys");
  if (list == nullptr || !list->is_array() || list->size() > most_keys) {
    fault = "it is no JWK Set: there has to be a list 'keys' of at most 64 keys";
    return {};
  }
  JwkSet made;
  std::string passed_over;  // the first one
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Json& jwk = (*list)[i];
    if (is_private(jwk)) {
      fault = name_of(jwk, i) + " is there with its private part: give public keys only";
      return {};
    }
    std::string why;
    if (auto key = Jwk::parse(jwk, why)) {
      made.keys_.push_back(*std::move(key));
    } else if (passed_over.empty()) {
      passed_over = "; " + name_of(jwk, i) + ": " + why;
    }
  }
  if (made.keys_.empty()) fault = "it has no key for RS256, ES256 or EdDSA" + passed_over;
  return made;
}

std::vector<const Jwk*> JwkSet::find(const std::string* id, JwsAlgorithm algorithm) const {
  std::vector<const Jwk*> found;
  for (const Jwk& key : keys_) {
    if (key.algorithm() == algorithm && (id == nullptr || key.id() == *id)) found.push_back(&key);
  }
  return found;
}

bool JwkSet::contains(std::string_view id) const {
  return std::any_of(keys_.begin(), keys_.end(), [&](const Jwk& key) { return key.id() == id; });
}

}  // namespace mqrig::auth
