#include <strings.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <mqrig/auth/jwt.hpp>
#include <mqrig/auth/strict_json.hpp>
#include <mqrig/auth/token_text.hpp>
#include <nlohmann/json.hpp>

namespace mqrig::auth {
namespace {

using Json = nlohmann::json;
using Clock = std::chrono::system_clock;

// Clocks differ: a token that was made a moment ago may seem to be one of the future.
constexpr std::chrono::minutes leeway{1};
// Between two ways to say the same end.
constexpr std::chrono::seconds rounding{2};

TokenResult no_token(std::string error, TokenFault fault = TokenFault::input) {
  return {.token = {}, .error = std::move(error), .fault = fault};
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

std::string fault_of(std::string_view text) {
  if (text.empty()) return "is empty: a token was expected";
  if (text.size() > longest_token) {
    return "holds more than the 65535 bytes that MQTT allows for a token";
  }
  const bool visible =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (!visible) return "holds no token: there are blanks, line ends or other characters in it";
  return {};
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all.append(all.empty() ? "" : ", ").append(text);
  return all;
}

std::string fault_of(const Token& token, const std::optional<JwtClaims>& claims,
                     Clock::time_point now) {
  if (token.expires && *token.expires <= now) {
    return "holds a token that expired at " + time_text(*token.expires);
  }
  if (claims && claims->not_before && *claims->not_before > now + leeway) {
    return "holds a token that is not valid before " + time_text(*claims->not_before);
  }
  return {};
}

// `expires` is what others say: they may know better than the token.
TokenResult make_token(std::string_view text, const std::string& origin, Clock::time_point now,
                       std::optional<Clock::time_point> expires) {
  std::string fault = fault_of(text);
  if (!fault.empty()) return no_token(origin + " " + fault);
  Token token;
  token.text = Secret(text);
  const std::optional<JwtClaims> claims = read_jwt_claims(text);
  if (claims) {
    token.subject = claims->subject;
    token.audience = joined(claims->audience);
    token.issued = claims->issued;
    token.expires = claims->expires;
  }
  // Whole seconds make a token end a little before what was told along with it: the broker goes by
  // the token.
  const bool rounded = expires && token.expires && *token.expires <= *expires &&
                       *expires - *token.expires < rounding;
  if (expires && !rounded) token.expires = expires;
  fault = fault_of(token, claims, now);
  if (!fault.empty()) return no_token(origin + " " + fault, TokenFault::refused);
  return {.token = std::move(token), .error = {}};
}

std::optional<Clock::time_point> read_utc(const std::string& text) {
  tm parts{};
  const char* const end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (end == nullptr) return std::nullopt;
  std::string_view rest = end;
  if (rest.starts_with('.')) {
    rest.remove_prefix(std::min(rest.find_first_not_of("0123456789", 1), rest.size()));
  }
  if (rest != "Z") return std::nullopt;
  return Clock::from_time_t(::timegm(&parts));
}

const std::string* text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : found->get_ptr<const std::string*>();
}

// Nothing for what says nothing: null, an empty text, or zero of a token that was just handed out.
std::optional<std::chrono::seconds> lifetime_of(const Json& answer) {
  constexpr double longest = 3e9;  // 95 years: what clocks can hold beyond now
  const auto found = answer.find("expires_in");
  if (found == answer.end()) return std::nullopt;
  double seconds = 0;
  if (found->is_number()) seconds = found->get<double>();
  // Some providers write a text.
  if (found->is_string())
    seconds = std::strtod(found->get_ref<const std::string&>().c_str(), nullptr);
  const bool known = seconds < 0 || seconds >= 1;
  if (!known) return std::nullopt;
  return std::chrono::seconds(static_cast<std::int64_t>(std::clamp(seconds, 0.0, longest)));
}

// RFC 6749, section 7.1: a token of another type is not to be used. What that is; empty: nothing.
std::string other_type(const Json& answer) {
  const auto found = answer.find("token_type");
  if (found == answer.end() || found->is_null()) return {};
  if (!found->is_string()) return "a type that is no text";
  const auto& type = found->get_ref<const std::string&>();
  return ::strcasecmp(type.c_str(), "Bearer") == 0 ? std::string() : "the type " + shown(type);
}

TokenResult read_credential(const Json& status, const std::string& origin, Clock::time_point now) {
  const std::string* const token = text_of(status, "token");
  if (!token) return no_token(origin + " holds an ExecCredential without a token");
  std::optional<Clock::time_point> expires;
  if (const std::string* const stamp = text_of(status, "expirationTimestamp")) {
    expires = read_utc(*stamp);
    if (!expires) {
      return no_token(origin + " holds an expirationTimestamp that is no time in UTC");
    }
  }
  return make_token(*token, origin, now, expires);
}

}  // namespace

std::string time_text(Clock::time_point time) {
  const std::time_t seconds = Clock::to_time_t(time);
  tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[40];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts);
  return {text, size};
}

TokenResult read_token(std::string_view text, const std::string& origin, Clock::time_point now) {
  return make_token(trimmed(text), origin, now, {});
}

TokenResult read_token_answer(const Json& answer, const std::string& origin,
                              Clock::time_point now) {
  const std::string* const text = text_of(answer, "access_token");
  if (!text) return no_token(origin + " holds no \"access_token\"");
  const std::string type = other_type(answer);
  if (!type.empty()) {
    return no_token(origin + " holds a token of " + type + ", and MQTT takes bearer tokens only");
  }
  const std::optional<std::chrono::seconds> lifetime = lifetime_of(answer);
  std::optional<Clock::time_point> expires;
  if (lifetime) expires = now + *lifetime;
  TokenResult result = make_token(*text, origin, now, expires);
  if (result.token && (lifetime || !result.token->issued)) result.token->issued = now;
  return result;
}

Token copy_of(const Token& token) {
  return {.text = Secret(token.text.view()),
          .issued = token.issued,
          .expires = token.expires,
          .subject = token.subject,
          .audience = token.audience};
}

bool is_fresh(const Token& token, Clock::time_point now) {
  if (!token.expires) return true;
  const Clock::time_point issued = token.issued.value_or(now);
  return now < issued + (*token.expires - issued) / 5 * 4;
}

bool is_valid(const Token& token, Clock::time_point now) {
  return !token.expires || now < *token.expires;
}

TokenResult read_printed_token(std::string_view text, const std::string& origin,
                               Clock::time_point now) {
  if (!trimmed(text).starts_with('{')) return read_token(text, origin, now);
  const Json object = Json::parse(text, nullptr, false);
  if (!object.is_object()) return no_token(origin + " holds JSON that is not well-formed");
  const auto status = object.find("status");
  if (status != object.end() && status->is_object()) return read_credential(*status, origin, now);
  return read_token_answer(object, origin, now);
}

}  // namespace mqrig::auth
