#pragma once

#include <mqrig/auth/oauth_client.hpp>
#include <mqrig/auth/stored_login.hpp>
#include <mqrig/auth/token_source.hpp>

namespace mqrig::auth {

// Tokens for a person who has logged in (DeviceLogin). They are kept in the file of the login, and
// so shared by all processes; after 80 % of the life of one, the refresh token gives the next
// (RFC 6749, section 6). While the provider can't be reached, the old one is good to its end.
class LoginTokens : public TokenSource {
 public:
  explicit LoginTokens(OAuthSettings settings);
  TokenResult fetch(std::stop_token stop) override;
  void refused() override;

 private:
  // What the file has, without asking anybody. `renewable`: the refresh token may give one.
  TokenResult look(bool& renewable);
  TokenResult renew(std::stop_token stop);
  // The token of the file has neither expired nor been refused.
  bool is_usable() const;

  OAuthClient client_;
  StoredLoginFile file_;
  std::optional<StoredLogin> login_;
  Secret last_;  // what was given last
  Secret refused_;
};

// Reads the answer that ended a login or renewed it. The new refresh token, if there is one, takes
// the place of the old one in `login`, and the token that of the old token.
TokenResult take_login(const OAuthAnswer& answer, const std::string& provider,
                       std::chrono::system_clock::time_point asked, StoredLogin& login);

}  // namespace mqrig::auth
