#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::auth {

// What a token says of itself, not verified: for messages, and for when to renew it.
struct JwtClaims {
  std::string subject;
  std::string issuer;
  std::vector<std::string> audience;
  std::optional<std::chrono::system_clock::time_point> issued;
  std::optional<std::chrono::system_clock::time_point> not_before;
  std::optional<std::chrono::system_clock::time_point> expires;
};

// Nothing if the text is no JWT (RFC 7519) in compact form; tokens may be of other kinds as well.
std::optional<JwtClaims> read_jwt_claims(std::string_view token);

}  // namespace mqrig::auth
