#include "credentials.hpp"

#include <mqrig/cli/usage_error.hpp>

#include "connect_text.hpp"
#include "enhanced_authentication.hpp"
#include "secret_option.hpp"
#include "token_options.hpp"

namespace mqrig {
namespace {

constexpr std::size_t longest_field = 65'535;  // of binary data in CONNECT

/// True when an option says more than the URL, which may hold the same.
bool overrides_url(const cli::Options& options, std::string_view name) {
  return options.has(name) && options.source(name) >= options.source("url");
}

std::string prompt(const client::Options& client) {
  return client.user_name ? "Password for " + *client.user_name + ": " : "Password: ";
}

void read_password(const cli::Options& options, client::Options& into) {
  const std::string option = secret_option(options, "password");
  if (!option.empty() && (!into.password || overrides_url(options, option))) {
    into.password = read_secret(options, "password", prompt(into));
  }
  if (into.password && into.password->size() > longest_field) {
    throw cli::UsageError("the password is longer than 65535 bytes");
  }
}

/// Last: what is begun again is known. A command that is many clients does not have it.
void read_reauthentication(const cli::Options& options, client::Options& into) {
  constexpr std::string_view name = "reauth-interval";
  if (!cli::find_option(options.command(), name) || !options.has(name)) return;
  if (options.duration(name).count() == 0) return;
  if (!into.authentication) {
    if (options.source(name) != cli::Source::flag) return;
    throw cli::UsageError(options.label(name) + " needs " + options.label("auth-method") +
                          "; a token is renewed by itself");
  }
  into.reauthentication_interval = options.duration(name);
}

}  // namespace

void read_credentials(const cli::Options& options, client::Options& into) {
  if (overrides_url(options, "username") || (options.has("username") && !into.user_name)) {
    into.user_name = checked_text(options, "username");
  }
  using Place = TokenPlacement::Place;
  const std::optional<TokenPlacement> token = token_placement(options, into);
  if (!token || token->place != Place::password) read_password(options, into);
  if (!token || token->place != Place::authentication) read_enhanced_authentication(options, into);
  if (token) use_tokens(options, *token, into);
  read_reauthentication(options, into);
}

}  // namespace mqrig
