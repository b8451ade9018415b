// Private to this room.
#pragma once

#include <mqrig/auth/oauth_metadata.hpp>
#include <mqrig/auth/token_settings.hpp>
#include <optional>
#include <string>

namespace mqrig::auth {

// The client of an OAuth 2.0 provider: knows its endpoints and how to prove who it is. Members
// block, and are called by one thread at a time.
class OAuthClient {
 public:
  explicit OAuthClient(OAuthSettings settings);

  // A request to the token endpoint. The audience is added: as `audience`, and as `resource` (RFC
  // 8707) as well if it is a URI.
  OAuthAnswer request_token(HttpForm form, std::stop_token stop);
  // The same to the device authorization endpoint (RFC 8628, section 3.1), with the scope.
  OAuthAnswer request_device_code(std::stop_token stop);
  // RFC 7009; without such an endpoint nothing happens, and `supported` is false.
  OAuthAnswer revoke(const Secret& token, bool& supported, std::stop_token stop);

  const OAuthSettings& settings() const { return settings_; }
  // How a person knows it: the issuer, else the token URL.
  const std::string& provider() const;

 private:
  OAuthAnswer discover(std::stop_token stop);
  OAuthAnswer ask(const std::string& url, HttpForm form, std::stop_token stop);
  void add_audience(HttpForm& form) const;
  // Empty if it was read, or there is none.
  std::string read_secret(Secret& secret) const;

  OAuthSettings settings_;
  HttpClient http_;
  std::optional<OAuthMetadata> metadata_;
};

// What is wrong or missing in the settings; empty if nothing is. `login`: for a device login.
std::string oauth_settings_fault(const OAuthSettings& settings, bool login);

}  // namespace mqrig::auth
