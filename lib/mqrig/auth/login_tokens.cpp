#include <mqrig/auth/http_url.hpp>
#include <mqrig/auth/login_tokens.hpp>
#include <mqrig/auth/token_text.hpp>

namespace mqrig::auth {
namespace {

using Clock = std::chrono::system_clock;

// The file of the login can't be used.
TokenResult no_file(std::string error) {
  return {.token = {}, .error = std::move(error), .fault = TokenFault::input, .permanent = true};
}

// How to log in, for the person.
std::string login_command(const OAuthSettings& settings) {
  std::string command = "mqrig login";
  const std::pair<const char*, std::string> options[] = {
      {" --oauth-issuer ", shown_url(settings.issuer)},
      {" --oauth-token-url ", shown_url(settings.token_url)},
      {" --oauth-client-id ", settings.client_id},
      {" --oauth-audience ", settings.audience},
  };
  for (const auto& [name, value] : options) {
    if (!value.empty()) command.append(name).append(value);
  }
  return command;
}

TokenResult not_logged_in(const OAuthSettings& settings, const std::string& why) {
  return {.token = {},
          .error = why + ": run '" + login_command(settings) + "'",
          .fault = TokenFault::refused,
          .permanent = true};
}

}  // namespace

LoginTokens::LoginTokens(OAuthSettings settings)
    : client_(std::move(settings)), file_(client_.settings()) {}

TokenResult LoginTokens::fetch(std::stop_token stop) {
  bool renewable = false;
  TokenResult result = look(renewable);
  if (!result.token && renewable) {
    const std::string error = file_.lock(stop);
    if (!error.empty()) return no_file(error);
    result = look(renewable);  // another process may have renewed it
    if (!result.token && renewable) result = renew(stop);
    const bool away = !result.token && result.fault == TokenFault::unreachable;
    if (away && !stop.stop_requested() && is_usable()) {
      result = {.token = copy_of(*login_->access), .error = {}};
    }
    file_.unlock();
  }
  if (result.token) last_ = Secret(result.token->text.view());
  return result;
}

TokenResult LoginTokens::look(bool& renewable) {
  const OAuthSettings& settings = client_.settings();
  const std::string error = file_.load(login_);
  renewable = login_ && !login_->refresh_token.view().empty();
  if (!error.empty()) return no_file(error);
  if (!login_) return not_logged_in(settings, "not logged in");
  if (!login_->access || login_->access->text.view() == refused_.view()) {
    return not_logged_in(settings, "the login was refused");
  }
  const Token& access = *login_->access;
  const Clock::time_point now = Clock::now();
  if (renewable ? !is_fresh(access, now) : access.expires && *access.expires <= now) {
    return not_logged_in(settings, "the login has expired");
  }
  return {.token = copy_of(access), .error = {}};
}

bool LoginTokens::is_usable() const {
  return login_ && login_->access && login_->access->text.view() != refused_.view() &&
         is_valid(*login_->access, Clock::now());
}

TokenResult LoginTokens::renew(std::stop_token stop) {
  const Clock::time_point asked = Clock::now();
  HttpForm form{{"grant_type", "refresh_token"},
                {"refresh_token", std::string(login_->refresh_token.view())}};
  const std::string& scope = client_.settings().scope;
  if (!scope.empty()) form.emplace_back("scope", scope);
  const OAuthAnswer answer = client_.request_token(std::move(form), std::move(stop));
  if (answer.code == "invalid_grant") {
    return not_logged_in(client_.settings(), answer.error);
  }
  TokenResult result = take_login(answer, client_.provider(), asked, *login_);
  if (!result.token) return result;
  // Before it is used: the old refresh token may be of no use any more.
  const std::string error = file_.save(*login_);
  if (!error.empty()) return no_file(error);
  return result;
}

void LoginTokens::refused() {
  refused_ = Secret(last_.view());
}

TokenResult take_login(const OAuthAnswer& answer, const std::string& provider,
                       Clock::time_point asked, StoredLogin& login) {
  if (answer.fault != OAuthFault::none) return no_token(answer);
  TokenResult result = read_token_answer(
      answer.body, "the answer of the identity provider " + shown_url(provider), asked);
  const auto refresh = answer.body.find("refresh_token");
  if (refresh != answer.body.end() && refresh->is_string()) {
    login.refresh_token = Secret(refresh->get_ref<const std::string&>());
  }
  if (result.token) login.access = copy_of(*result.token);
  if (!result.token) result.fault = TokenFault::protocol;
  return result;
}

}  // namespace mqrig::auth
