#include <mqrig/auth/jwt_server.hpp>

namespace mqrig::auth {

bool is_jwt_method(std::string_view method) noexcept {
  return method == "OAUTH2-JWT" || method == "CUSTOM-JWT";
}

JwtServer::Outcome JwtServer::proceed(std::optional<std::string_view> data, std::string& answer) {
  answer.clear();
  verdict_ = verifier_->verify(data.value_or(std::string_view()), std::chrono::system_clock::now());
  if (verdict_.undecided) return Outcome::undecided;
  return verdict_.identity ? Outcome::accepted : Outcome::refused;
}

}  // namespace mqrig::auth
