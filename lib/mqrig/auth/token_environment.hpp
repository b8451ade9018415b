#pragma once

#include <mqrig/auth/token_source.hpp>
#include <string>

namespace mqrig::auth {

// A variable of the environment. It can't change, and so whatever is wrong with it is permanent.
class TokenEnvironment : public TokenSource {
 public:
  explicit TokenEnvironment(std::string name);
  TokenResult fetch(std::stop_token stop) override;

 private:
  std::string name_;
};

}  // namespace mqrig::auth
