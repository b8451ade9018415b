#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mqrig/auth/secret.hpp>
#include <optional>
#include <stop_token>
#include <string>

namespace mqrig::auth {

// An access token. What is known of it comes from the token itself where it is a JWT, else from
// whoever issued it.
struct Token {
  Secret text;
  std::optional<std::chrono::system_clock::time_point> issued;
  std::optional<std::chrono::system_clock::time_point> expires;
  std::string subject;   // for the person
  std::string audience;  // the same; several are separated by ", "
};

// Why there is no token.
enum class TokenFault : std::uint8_t {
  input,           // a file, a variable or what was read from it: missing, unreadable, malformed
  command_failed,  // or took too long
  tls,             // the provider is not trusted, or nothing could be agreed upon
  unreachable,     // the provider, or it can't answer now
  refused,         // by the provider; or expired; or nobody has logged in
  protocol,        // what the provider says is not OAuth 2.0
};

struct TokenResult {
  std::optional<Token> token;
  std::string error;  // a clause for the person when there is none; holds no secret
  TokenFault fault = TokenFault::input;  // when there is none
  // Asking again is of no use before a person has done something: the credentials are refused, a
  // file is missing.
  bool permanent = false;
};

// Where tokens come from: a file, the environment, a command, an identity provider. Asked before
// every connect; gives a token that is good for a while yet, or says why it has none.
class TokenSource {
 public:
  virtual ~TokenSource() = default;
  // Blocks: to be called on a thread of its own, by one thread at a time. Soon after `stop` is
  // requested it returns without a token.
  virtual TokenResult fetch(std::stop_token stop) = 0;
  // What was given last was refused: the next fetch() must not give it again from memory.
  virtual void refused() {}
};

}  // namespace mqrig::auth
