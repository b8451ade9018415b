// Private to this room.
#pragma once

#include <mqrig/auth/oauth_answer.hpp>
#include <string>

namespace mqrig::auth {

// What a provider says of itself (OpenID Connect Discovery 1.0, RFC 8414). URLs are empty where it
// has no such endpoint.
struct OAuthMetadata {
  std::string token_url;
  std::string device_url;
  std::string revocation_url;
  std::string keys_url;         // "jwks_uri"
  bool secret_in_form = false;  // client_secret_post, for there is no client_secret_basic
};

// Asks an issuer at /.well-known/openid-configuration, or else where RFC 8414 says. The answer has
// a fault if there is no metadata, or if it is that of another issuer.
OAuthAnswer read_metadata(const HttpClient& http, const std::string& issuer,
                          OAuthMetadata& metadata, std::stop_token stop);

}  // namespace mqrig::auth
