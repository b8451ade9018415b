#include <mqrig/auth/client_tokens.hpp>
#include <mqrig/auth/login_tokens.hpp>
#include <mqrig/auth/token_command.hpp>
#include <mqrig/auth/token_environment.hpp>
#include <mqrig/auth/token_file.hpp>
#include <mqrig/auth/token_settings.hpp>

namespace mqrig::auth {
namespace {

bool is_given(const OAuthSettings& oauth) {
  return !oauth.issuer.empty() || !oauth.token_url.empty() || !oauth.client_id.empty();
}

}  // namespace

std::unique_ptr<TokenSource> make_token_source(TokenSettings settings, std::string& error) {
  const bool oauth = is_given(settings.oauth);
  const int sources =
      !settings.file.empty() + !settings.environment.empty() + !settings.command.empty() + oauth;
  if (sources != 1) {
    error = sources == 0 ? "no source of tokens is given"
                         : "tokens can come from a file, the environment, a command or OAuth: only "
                           "one of them can be given";
    return nullptr;
  }
  if (!settings.file.empty()) return std::make_unique<TokenFile>(std::move(settings.file));
  if (!settings.environment.empty()) {
    return std::make_unique<TokenEnvironment>(std::move(settings.environment));
  }
  if (!settings.command.empty()) {
    return std::make_unique<TokenCommand>(std::move(settings.command), settings.command_timeout);
  }
  error = oauth_settings_fault(settings.oauth, false);
  if (!error.empty()) return nullptr;
  const bool secret = settings.oauth.client_secret || !settings.oauth.client_secret_file.empty();
  if (secret) return std::make_unique<ClientTokens>(std::move(settings.oauth));
  return std::make_unique<LoginTokens>(std::move(settings.oauth));
}

}  // namespace mqrig::auth
