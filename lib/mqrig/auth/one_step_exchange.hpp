#pragma once

#include <mqrig/auth/auth_exchange.hpp>
#include <mqrig/auth/secret.hpp>
#include <optional>
#include <string>

namespace mqrig::auth {

// An enhanced authentication that is over with its first step: the client says something, such as a
// ticket, and the server takes it or not. A server that asks for more is not answered.
class OneStepExchange final : public ClientExchange {
 public:
  // Without `data` the method is all that is said.
  OneStepExchange(std::string method, std::optional<Secret> data)
      : method_(std::move(method)), data_(std::move(data)) {}

  std::string_view method() const override { return method_; }
  std::unique_ptr<ClientExchange> clone() const override;
  std::optional<std::string> begin() override;
  std::optional<std::string> proceed(std::string_view data, std::string& fault) override;
  bool finish(std::optional<std::string_view> data, std::string& fault) override;

 private:
  std::string method_;
  std::optional<Secret> data_;
};

}  // namespace mqrig::auth
