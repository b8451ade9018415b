#include <algorithm>
#include <mqrig/auth/jwt_acl.hpp>
#include <mqrig/auth/jwt_rules.hpp>
#include <mqrig/auth/strict_json.hpp>
#include <mqrig/auth/token_text.hpp>

namespace mqrig::auth {
namespace {

using Json = nlohmann::json;
using Time = std::chrono::system_clock::time_point;

constexpr double latest = 7'258'118'400;  // 2200: far from what a clock in nanoseconds can hold
constexpr std::size_t longest_user_name = 65'535;

// NumericDate (RFC 7519, section 2). Empty if the claim is missing; `fault` if it is none.
std::optional<Time> read_time(const Json& claims, const char* name, std::string& fault) {
  const Json* claim = find_member(claims, name);
  if (claim == nullptr) return std::nullopt;
  const double seconds = claim->is_number() ? claim->get<double>() : -1;
  if (!(seconds >= 0)) {
    fault = std::string("'") + name + "' in it is not a time";
    return std::nullopt;
  }
  const std::chrono::duration<double> since_1970(std::min(seconds, latest));
  return Time(std::chrono::duration_cast<Time::duration>(since_1970));
}

std::string fault_of_times(const Json& claims, std::chrono::seconds leeway, Time now,
                           Time& expires) {
  std::string fault;
  const std::optional<Time> end = read_time(claims, "exp", fault);
  const std::optional<Time> begin = read_time(claims, "nbf", fault);
  const std::optional<Time> issued = read_time(claims, "iat", fault);
  if (!fault.empty()) return fault;
  if (!end) return "it never expires: there is no 'exp' in it";
  expires = *end;
  if (expires <= now) return "it expired at " + time_text(*end);
  if (begin && *begin > now + leeway) return "it is not valid before " + time_text(*begin);
  if (issued && *issued > now + leeway) {
    return "it was issued in the future, at " + time_text(*issued) + ": do the clocks differ?";
  }
  return {};
}

std::string fault_of_issuer(const Json& claims, const std::string& issuer) {
  if (issuer.empty()) return {};
  const Json* claim = find_member(claims, "iss");
  if (claim == nullptr || !claim->is_string()) return "it does not say who issued it";
  const auto& text = claim->get_ref<const std::string&>();
  return text == issuer ? std::string() : "it was issued by " + shown(text);
}

// A string, or a list of strings.
std::string fault_of_audience(const Json& claims, const std::vector<std::string>& audiences) {
  if (audiences.empty()) return {};
  const Json* claim = find_member(claims, "aud");
  if (claim == nullptr) return "it does not say for whom it is: there is no 'aud' in it";
  const Json list = claim->is_array() ? *claim : Json::array({*claim});
  std::string others;
  for (const Json& each : list) {
    if (!each.is_string()) return "'aud' in it is neither a string nor a list of strings";
    const auto& text = each.get_ref<const std::string&>();
    if (std::find(audiences.begin(), audiences.end(), text) != audiences.end()) return {};
    if (others.empty()) others = shown(text);
  }
  return "it is for " + (others.empty() ? "nobody" : others);
}

std::string fault_of_user(const Json& claims, const std::string& name, std::string& user_name) {
  const Json* claim = find_member(claims, name.c_str());
  if (claim == nullptr || !claim->is_string()) {
    return "it names no user: there is no string " + shown(name) + " in it";
  }
  user_name = claim->get<std::string>();
  // It is UTF-8, as all JSON [MQTT-1.5.4-1]; the rest of what a user name must not be:
  const bool fits = !user_name.empty() && user_name.size() <= longest_user_name &&
                    user_name.find('\0') == std::string::npos;
  return fits ? std::string() : shown(name) + " in it is no user name for MQTT";
}

}  // namespace

std::string JwtIdentity::text() const {
  return shown(user_name) + " until " + time_text(expires);
}

std::optional<JwtIdentity> check_jwt_claims(const Json& claims,
                                            const JwtVerifier::Settings& settings, Time now,
                                            std::string& fault) {
  JwtIdentity identity;
  fault = fault_of_issuer(claims, settings.issuer);
  if (fault.empty()) fault = fault_of_audience(claims, settings.audiences);
  if (fault.empty()) fault = fault_of_times(claims, settings.leeway, now, identity.expires);
  if (fault.empty()) fault = fault_of_user(claims, settings.user_claim, identity.user_name);
  if (!fault.empty()) return std::nullopt;
  if (const Json* claim = find_member(claims, "acl")) {
    identity.acl = parse_jwt_acl(*claim, fault);
    if (!identity.acl) {
      fault = "'acl' in it can't be followed: " + fault;
      return std::nullopt;
    }
  }
  return identity;
}

}  // namespace mqrig::auth
