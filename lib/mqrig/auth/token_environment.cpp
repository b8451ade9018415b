#include <cstdlib>
#include <mqrig/auth/token_environment.hpp>
#include <mqrig/auth/token_text.hpp>

namespace mqrig::auth {

TokenEnvironment::TokenEnvironment(std::string name) : name_(std::move(name)) {}

TokenResult TokenEnvironment::fetch(std::stop_token) {
  const char* const text = std::getenv(name_.c_str());
  if (text == nullptr) {
    return {
        .token = {},
        .error = "the environment variable " + name_ + ", which is to hold the token, is not set",
        .permanent = true};
  }
  TokenResult result =
      read_token(text, "the environment variable " + name_, std::chrono::system_clock::now());
  result.permanent = !result.token;
  return result;
}

}  // namespace mqrig::auth
