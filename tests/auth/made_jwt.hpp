#pragma once

#include <algorithm>
#include <mqrig/auth/base64.hpp>
#include <string>
#include <string_view>

namespace mqrig::auth::tests {

inline std::string base64url(std::string_view bytes) {
  std::string text = encode_base64(bytes);
  text.resize(std::min(text.find('='), text.size()));
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

// One with these claims that nobody has signed.
inline std::string made_jwt(std::string_view claims) {
  return base64url(R"({"alg":"ES256"})") + "." + base64url(claims) + ".c2lnbmF0dXJl";
}

}  // namespace mqrig::auth::tests
