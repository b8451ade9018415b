#pragma once

#include <mqrig/auth/token_source.hpp>
#include <string>

namespace mqrig::auth {

// A command for /bin/sh that prints a token, or JSON with one in it (read_printed_token).
class TokenCommand : public TokenSource {
 public:
  TokenCommand(std::string command, std::chrono::milliseconds timeout);
  TokenResult fetch(std::stop_token stop) override;

 private:
  std::string command_;
  std::chrono::milliseconds timeout_;
};

}  // namespace mqrig::auth
