#include <mqrig/auth/client_tokens.hpp>
#include <mqrig/auth/http_url.hpp>
#include <mqrig/auth/token_text.hpp>

namespace mqrig::auth {
namespace {

using Clock = std::chrono::system_clock;

}  // namespace

ClientTokens::ClientTokens(OAuthSettings settings) : client_(std::move(settings)) {}

TokenResult ClientTokens::fetch(std::stop_token stop) {
  if (!last_ || !is_fresh(*last_, Clock::now())) {
    const Clock::time_point asked = Clock::now();
    HttpForm form{{"grant_type", "client_credentials"}};
    const std::string& scope = client_.settings().scope;
    if (!scope.empty()) form.emplace_back("scope", scope);
    const OAuthAnswer answer = client_.request_token(std::move(form), std::move(stop));
    const bool usable = last_ && is_valid(*last_, Clock::now());
    if (answer.fault == OAuthFault::unreachable && usable)
      return {.token = copy_of(*last_), .error = {}};
    last_.reset();
    if (answer.fault != OAuthFault::none) return no_token(answer);
    TokenResult result = read_token_answer(
        answer.body, "the answer of the identity provider " + shown_url(client_.provider()), asked);
    if (!result.token) {
      result.fault = TokenFault::protocol;
      return result;
    }
    last_ = std::move(result.token);
  }
  return {.token = copy_of(*last_), .error = {}};
}

void ClientTokens::refused() {
  last_.reset();
}

}  // namespace mqrig::auth
