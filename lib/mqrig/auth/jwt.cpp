#include <algorithm>
#include <cmath>
#include <mqrig/auth/base64.hpp>
#include <mqrig/auth/jwt.hpp>
#include <nlohmann/json.hpp>

namespace mqrig::auth {
namespace {

using Json = nlohmann::json;
using Time = std::chrono::system_clock::time_point;

constexpr std::size_t largest = 64U << 10;

// Base64url without padding (RFC 7515, section 2).
std::optional<std::string> decode_part(std::string_view part) {
  if (part.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
  std::string text(part);
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  return decode_base64(text);
}

Json read_object(std::string_view part) {
  const std::optional<std::string> text = decode_part(part);
  return text ? Json::parse(*text, nullptr, false) : Json(Json::value_t::discarded);
}

std::string text_of(const Json& claims, const char* name) {
  const auto found = claims.find(name);
  return found != claims.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::vector<std::string> texts_of(const Json& claims, const char* name) {
  const auto found = claims.find(name);
  std::vector<std::string> texts;
  if (found == claims.end()) return texts;
  if (found->is_string()) texts.push_back(found->get<std::string>());
  if (!found->is_array()) return texts;
  for (const Json& each : *found) {
    if (each.is_string()) texts.push_back(each.get<std::string>());
  }
  return texts;
}

// NumericDate: seconds since 1970, with or without a fraction. Nothing for one that no clock can
// hold.
std::optional<Time> time_of(const Json& claims, const char* name) {
  constexpr double latest = 9e9;  // the year 2255; nanoseconds in 64 bits end in 2262
  const auto found = claims.find(name);
  if (found == claims.end() || !found->is_number()) return std::nullopt;
  const double seconds = found->get<double>();
  if (!(std::abs(seconds) < latest)) return std::nullopt;
  return Time(std::chrono::duration_cast<Time::duration>(std::chrono::duration<double>(seconds)));
}

}  // namespace

std::optional<JwtClaims> read_jwt_claims(std::string_view token) {
  if (token.size() > largest) return std::nullopt;
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
  if (token.find('.', second + 1) != std::string_view::npos) return std::nullopt;  // encrypted
  if (!read_object(token.substr(0, first)).is_object()) return std::nullopt;
  const Json claims = read_object(token.substr(first + 1, second - first - 1));
  if (!claims.is_object()) return std::nullopt;
  return JwtClaims{.subject = text_of(claims, "sub"),
                   .issuer = text_of(claims, "iss"),
                   .audience = texts_of(claims, "aud"),
                   .issued = time_of(claims, "iat"),
                   .not_before = time_of(claims, "nbf"),
                   .expires = time_of(claims, "exp")};
}

}  // namespace mqrig::auth
