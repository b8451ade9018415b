// Private to this room.
#pragma once

#include <mqrig/auth/http_client.hpp>
#include <mqrig/auth/token_source.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::auth {

// Why an OAuth 2.0 provider gave nothing.
enum class OAuthFault : std::uint8_t {
  none,
  stopped,
  unreachable,  // or it can't answer now
  tls,          // it is not trusted, or nothing could be agreed upon
  refused,      // it says no, or has no such endpoint
  input,        // the client secret could not be read
  protocol,     // what it says is not OAuth 2.0
};

// What a provider answered to a request.
struct OAuthAnswer {
  nlohmann::json body;  // an object
  OAuthFault fault = OAuthFault::none;
  bool permanent = false;  // as in TokenResult
  std::string code;        // of the error, as in RFC 6749, section 5.2; empty if it gave none
  std::string error;       // a clause for the person
};

// `secrets`, those of the request, are kept out of the error even if the provider repeats them.
OAuthAnswer read_oauth_answer(HttpAnswer answer, const std::string& url,
                              const std::vector<std::string_view>& secrets);

// One that is made here, and permanent.
OAuthAnswer oauth_failure(OAuthFault fault, std::string error);

// The same for whoever wants a token. Not for an answer without a fault.
TokenResult no_token(const OAuthAnswer& answer);

}  // namespace mqrig::auth
