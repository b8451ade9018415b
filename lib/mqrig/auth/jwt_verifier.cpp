#include <algorithm>
#include <mqrig/auth/base64url.hpp>
#include <mqrig/auth/jwk_set.hpp>
#include <mqrig/auth/jwt_rules.hpp>
#include <mqrig/auth/jwt_verifier.hpp>
#include <mqrig/auth/strict_json.hpp>
#include <utility>

namespace mqrig::auth {
namespace {

using Json = nlohmann::json;

constexpr std::size_t largest = 64U << 10;
constexpr std::size_t longest_key_id = 1'024;

// A JWS in compact form (RFC 7515, section 3.1); views into the token.
struct Parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_text;  // header and payload
};

// Nothing unless there are three of them.
std::optional<Parts> split(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  if (token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  return Parts{.header = token.substr(0, first),
               .payload = token.substr(first + 1, second - first - 1),
               .signature = token.substr(second + 1),
               .signed_text = token.substr(0, second)};
}

struct Header {
  JwsAlgorithm algorithm = JwsAlgorithm::rs256;
  std::optional<std::string> key_id;
};

// A JWT that says that it is of another kind, such as "logout+jwt" (RFC 8725, section 3.11).
bool is_of_another_kind(const Json& header) {
  const Json* claim = find_member(header, "typ");
  if (claim == nullptr) return false;
  if (!claim->is_string()) return true;
  std::string type = claim->get<std::string>();
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return type.ends_with("+jwt") && type != "at+jwt" && type != "application/at+jwt";
}

std::string read_header(const Json& json, Header& into) {
  const Json* name = find_member(json, "alg");
  if (name == nullptr || !name->is_string()) return "its header has no 'alg'";
  const auto& text = name->get_ref<const std::string&>();
  const std::optional<JwsAlgorithm> algorithm = jws_algorithm(text);
  if (!algorithm) return "its algorithm is " + shown(text) + ", not RS256, ES256 or EdDSA";
  if (find_member(json, "crit") != nullptr) return "its header has 'crit' for what is not known";
  if (is_of_another_kind(json)) return "its header says by 'typ' that it is of another kind";
  into.algorithm = *algorithm;
  if (const Json* id = find_member(json, "kid")) {
    if (!id->is_string()) return "'kid' in its header is not a string";
    into.key_id = id->get<std::string>();
    if (into.key_id->size() > longest_key_id) return "'kid' in its header is too long";
  }
  return {};
}

// `part` is "header" or "payload".
Json read_part(std::string_view text, const char* part, std::string& fault) {
  const std::optional<std::string> decoded = decode_base64url(text);
  if (!decoded) {
    fault = std::string("its ") + part + " is not base64url";
    return {};
  }
  Json json = parse_strict_object(*decoded, fault);
  if (!fault.empty()) fault = std::string("in its ") + part + ": " + fault;
  return json;
}

bool is_verified(const Parts& parts, const std::vector<const Jwk*>& keys) {
  const std::optional<std::string> signature = decode_base64url(parts.signature);
  return signature && std::any_of(keys.begin(), keys.end(), [&](const Jwk* key) {
           return key->verify(parts.signed_text, *signature);
         });
}

}  // namespace

struct JwtVerifier::State {
  Settings settings;
  JwkSet keys;
  std::function<bool()> on_unknown_key;

  // Why the signature does not count.
  std::string check_signature(const Parts& parts, bool& undecided) const;
};

std::string JwtVerifier::State::check_signature(const Parts& parts, bool& undecided) const {
  std::string fault;
  const Json json = read_part(parts.header, "header", fault);
  Header header;
  if (fault.empty()) fault = read_header(json, header);
  if (!fault.empty()) return fault;
  undecided = keys.size() == 0;
  if (undecided) return "there are no keys yet to check it with";
  const std::string* id = header.key_id ? &*header.key_id : nullptr;
  const std::vector<const Jwk*> candidates = keys.find(id, header.algorithm);
  if (is_verified(parts, candidates)) return {};
  if (id != nullptr && !keys.contains(*id)) {
    undecided = on_unknown_key && on_unknown_key();
    return "its key " + shown(*id) + " is not known" + (undecided ? " yet" : "");
  }
  if (candidates.empty()) return "its algorithm is not that of the key";
  return "its signature is wrong";
}

JwtVerifier::JwtVerifier(Settings settings)
    : state_(std::make_unique<State>(
          State{.settings = std::move(settings), .keys = {}, .on_unknown_key = {}})) {}

JwtVerifier::~JwtVerifier() = default;

std::string JwtVerifier::set_keys(std::string_view jwks) {
  std::string fault;
  JwkSet keys = JwkSet::parse(jwks, fault);
  if (fault.empty()) state_->keys = std::move(keys);
  return fault;
}

JwtVerdict JwtVerifier::verify(std::string_view token,
                               std::chrono::system_clock::time_point now) const {
  JwtVerdict verdict;
  std::string& fault = verdict.fault;
  const std::optional<Parts> parts = split(token);
  if (token.size() > largest) {
    fault = "it is larger than 64 KiB";
  } else if (!parts) {
    fault = "it is no signed JWT: there have to be three parts with dots between them";
  } else {
    fault = state_->check_signature(*parts, verdict.undecided);
  }
  if (!fault.empty()) return verdict;
  const Json claims = read_part(parts->payload, "payload", fault);
  if (fault.empty()) verdict.identity = check_jwt_claims(claims, state_->settings, now, fault);
  return verdict;
}

void JwtVerifier::set_on_unknown_key(std::function<bool()> on_unknown_key) {
  state_->on_unknown_key = std::move(on_unknown_key);
}

bool looks_like_jwt(std::string_view text) noexcept {
  const std::optional<Parts> parts = split(text);
  const auto is_part = [](std::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
             c == '-' || c == '_';
    });
  };
  return parts && is_part(parts->header) && is_part(parts->payload);
}

}  // namespace mqrig::auth
