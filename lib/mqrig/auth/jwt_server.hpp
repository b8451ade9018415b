#pragma once

#include <memory>
#include <mqrig/auth/auth_exchange.hpp>
#include <mqrig/auth/jwt_verifier.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace mqrig::auth {

// "OAUTH2-JWT" and "CUSTOM-JWT", as other brokers call it: the data is a JWT, and that is all.
bool is_jwt_method(std::string_view method) noexcept;

// One login by such a method. Reads the clock.
class JwtServer final : public ServerExchange {
 public:
  // `method` is one of them; `verifier` is not null.
  JwtServer(std::string_view method, std::shared_ptr<const JwtVerifier> verifier)
      : method_(method), verifier_(std::move(verifier)) {}

  std::string_view method() const override { return method_; }
  Outcome proceed(std::optional<std::string_view> data, std::string& answer) override;
  bool is_guess() const override { return false; }  // nobody guesses a signature
  const std::string& user_name() const override { return verdict_.identity->user_name; }
  const JwtIdentity* token() const override {
    return verdict_.identity ? &*verdict_.identity : nullptr;
  }
  std::string_view fault() const override { return verdict_.fault; }

 private:
  std::string method_;
  std::shared_ptr<const JwtVerifier> verifier_;
  JwtVerdict verdict_;
};

}  // namespace mqrig::auth
