#pragma once

#include <chrono>
#include <memory>
#include <mqrig/auth/secret.hpp>
#include <mqrig/auth/token_source.hpp>
#include <optional>
#include <string>

namespace mqrig::auth {

// An OAuth 2.0 provider and the client that asks it. Empty members are not given. URLs are https;
// http is for loopback hosts only.
struct OAuthSettings {
  std::string issuer;      // its metadata name all URLs that are not given here
  std::string token_url;   // the token endpoint
  std::string device_url;  // of logins: the device authorization endpoint
  std::string client_id;
  // How the client proves who it is; at most one of both. With neither, the stored login of a
  // person is used (DeviceLogin).
  std::string client_secret_file;  // read anew for each request; one line end is removed
  std::optional<Secret> client_secret;
  std::string scope;     // one or several, separated by blanks
  std::string audience;  // who is to take the token
  std::string ca_file;   // PEM; trusted instead of the system's roots
};

// Where tokens come from: exactly one of file, environment, command and OAuth.
struct TokenSettings {
  std::string file;         // a path
  std::string environment;  // the name of a variable
  std::string command;      // for /bin/sh
  std::chrono::milliseconds command_timeout = std::chrono::seconds{30};
  OAuthSettings oauth;  // given when it has an issuer, a token URL or a client ID
};

// Looks at the settings only: no file is read, nothing runs and nobody is asked before fetch().
// Without a source `error` is a clause for the person: what is missing, or does not go together.
std::unique_ptr<TokenSource> make_token_source(TokenSettings settings, std::string& error);

}  // namespace mqrig::auth
