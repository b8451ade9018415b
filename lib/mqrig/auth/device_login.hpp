#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mqrig/auth/token_settings.hpp>
#include <stop_token>
#include <string>

namespace mqrig::auth {

// How a login, or its end, went wrong.
enum class LoginFault : std::uint8_t {
  none,
  stopped,
  unreachable,  // the provider, or it can't answer now
  tls,          // the provider is not trusted, or nothing could be agreed upon
  refused,      // by the provider, or by the person
  protocol,     // what the provider says is not OAuth 2.0
  settings,     // something is missing, or does not go together
  local,        // the login can't be stored, or read
};

struct LoginResult {
  LoginFault fault = LoginFault::none;
  std::string error;  // a clause for the person; holds no secret
};

// Logs a person in at a provider (RFC 8628): the person opens a page on any device and types a code
// there, while wait() asks the provider whether that has been done. The login is stored for the
// token source of the same settings (make_token_source).
class DeviceLogin {
 public:
  // What the person is to do.
  struct Request {
    std::string url;
    std::string complete_url;  // with the code in it; may be empty
    std::string code;
    std::chrono::seconds lifetime{};  // of the code
  };

  // What has come of it.
  struct Outcome {
    std::string subject;     // who has logged in, where the token says so
    std::string path;        // of the file
    bool renewable = false;  // the provider gave a refresh token
    std::string expires;     // when the first token does, for the person; empty if nobody knows
  };

  // A fault in the settings is the error of start().
  explicit DeviceLogin(OAuthSettings settings);
  DeviceLogin(const DeviceLogin&) = delete;
  DeviceLogin& operator=(const DeviceLogin&) = delete;
  ~DeviceLogin();

  LoginResult start(Request& request, std::stop_token stop = {});
  // After start(). Returns when the person has said yes or no, or the code has expired.
  LoginResult wait(Outcome& outcome, std::stop_token stop = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// How a logout went.
struct LogoutResult {
  bool found = false;    // there was one
  bool revoked = false;  // the provider has taken it back
  LoginFault fault = LoginFault::none;
  std::string error;  // why it was not removed, or not revoked although there is an endpoint
};

// Removes a stored login, and takes it back at the provider where that has a revocation endpoint
// (RFC 7009). It is removed even if the provider can't be asked.
LogoutResult log_out(OAuthSettings settings, std::stop_token stop = {});

}  // namespace mqrig::auth
