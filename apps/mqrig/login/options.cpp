#include <mqrig/cli/shared_options.hpp>

#include "login.hpp"

namespace mqrig::login {
namespace {

constexpr const cli::OptionGroup* login_groups[] = {&cli::login_group, &cli::offline_general_group};
constexpr const cli::OptionGroup* logout_groups[] = {&cli::logout_group,
                                                     &cli::offline_general_group};

constexpr std::string_view login_usage[] = {
    "--oauth-issuer URL --oauth-client-id ID [OPTION...]",
    "--oauth-device-url URL --oauth-token-url URL --oauth-client-id ID [OPTION...]",
};
constexpr std::string_view logout_usage[] = {
    "--oauth-issuer URL --oauth-client-id ID [OPTION...]",
    "--oauth-token-url URL --oauth-client-id ID [OPTION...]",
};

constexpr cli::Example login_examples[] = {
    {"mqrig login --oauth-issuer https://id.example --oauth-client-id mqtt --oauth-scope "
     "offline_access",
     "Log in; a page and a code for it are shown."},
    {"mqrig sub -t 'home/#' --oauth-issuer https://id.example --oauth-client-id mqtt",
     "Use the login from then on."},
};
constexpr cli::Example logout_examples[] = {
    {"mqrig logout --oauth-issuer https://id.example --oauth-client-id mqtt", "Log out."},
};

constexpr std::string_view login_see_also[] = {"mqrig-logout(1)", "mqrig(1)"};
constexpr std::string_view logout_see_also[] = {"mqrig-login(1)", "mqrig(1)"};

constinit const cli::CommandSpec login_spec{
    .name = "login",
    .summary = "log in at an OAuth 2.0 identity provider",
    .description =
        "Shows the address of a page and a code on standard error, and waits until a person has "
        "opened the page, on this machine or any other, and typed the code there. It is the device "
        "flow of RFC 8628: no password is seen by this program.\n\n"
        "The login is stored for the other commands, which use it when they are called with the "
        "same --oauth-issuer (or --oauth-token-url), --oauth-client-id and --oauth-audience and "
        "without a client secret. It is a file that nobody else can read, in "
        "$XDG_STATE_HOME/mqrig/tokens, or in ~/.local/state/mqrig/tokens if that variable is not "
        "set. It lasts until the refresh token of the provider expires or is revoked; where the "
        "provider gives none, as long as its first token.",
    .usage = login_usage,
    .groups = login_groups,
    .examples = login_examples,
    .exit_notes =
        "Zero means that the login is stored. 5 is a refusal, by the provider or by the person, or "
        "a code that nobody confirmed in time; 3 and 4 mean that the provider could not be asked.",
    .see_also = login_see_also,
};

constinit const cli::CommandSpec logout_spec{
    .name = "logout",
    .summary = "forget a login at an OAuth 2.0 identity provider",
    .description =
        "Removes what mqrig-login(1) has stored, and has the provider revoke it where it has an "
        "endpoint for that (RFC 7009). Tokens that brokers have accepted are good until they "
        "expire. The login is removed from this machine even if the provider can't be asked.",
    .usage = logout_usage,
    .groups = logout_groups,
    .examples = logout_examples,
    .exit_notes =
        "Zero means that the login is gone. 1 means that there was none, or that it could not be "
        "removed; 3, 4, 5 and 9 that it was removed here and could not be revoked.",
    .see_also = logout_see_also,
};

}  // namespace

const cli::CommandSpec& command() {
  return login_spec;
}

const cli::CommandSpec& logout_command() {
  return logout_spec;
}

}  // namespace mqrig::login
