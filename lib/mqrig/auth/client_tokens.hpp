#pragma once

#include <mqrig/auth/oauth_client.hpp>
#include <mqrig/auth/token_source.hpp>
#include <optional>

namespace mqrig::auth {

// Tokens for a client itself: its client credentials (RFC 6749, section 4.4). One is remembered
// until 80 % of its life have passed, and to its end while the provider can't be reached.
class ClientTokens : public TokenSource {
 public:
  explicit ClientTokens(OAuthSettings settings);
  TokenResult fetch(std::stop_token stop) override;
  void refused() override;

 private:
  OAuthClient client_;
  std::optional<Token> last_;
};

}  // namespace mqrig::auth
