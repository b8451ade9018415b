#include <mqrig/auth/one_step_exchange.hpp>

namespace mqrig::auth {

std::unique_ptr<ClientExchange> OneStepExchange::clone() const {
  std::optional<Secret> data;
  if (data_) data.emplace(data_->view());
  return std::make_unique<OneStepExchange>(method_, std::move(data));
}

std::optional<std::string> OneStepExchange::begin() {
  if (!data_) return std::nullopt;
  return std::string(data_->view());
}

std::optional<std::string> OneStepExchange::proceed(std::string_view /*data*/, std::string& fault) {
  fault = "the server asks back, and there is nothing more to say by the method '" + method_ + "'";
  return std::nullopt;
}

bool OneStepExchange::finish(std::optional<std::string_view> /*data*/, std::string& /*fault*/) {
  return true;
}

}  // namespace mqrig::auth
