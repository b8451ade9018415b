#include <mqrig/cli/shared_options.hpp>

namespace mqrig::cli {
namespace {

constexpr Choice placements[] = {
    {"password", "the password of CONNECT"},
    {"username", "the user name of CONNECT"},
    {"auth", "the authentication data of CONNECT (MQTT 5.0)"},
    {"ws-header", "Authorization: Bearer, in the request for the WebSocket"},
};

constexpr Choice presets[] = {
    {"azure-entra", "Azure Event Grid with a token of Entra ID"},
    {"azure-custom", "Azure Event Grid with a token of another issuer"},
    {"aws-custom", "a custom authorizer of AWS IoT Core"},
    {"emqx", "EMQX"},
    {"rabbitmq", "RabbitMQ"},
    {"go-auth", "mosquitto with mosquitto-go-auth"},
};

constexpr OptionSpec options[] = {
    {.long_name = "token-file",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .env = "MQRIG_TOKEN_FILE",
     .help = "log in with the token in this file",
     .details = "It is read anew before each connection. Blanks and line ends around the token are "
                "removed."},
    {.long_name = "token-env",
     .kind = ValueKind::variable_name,
     .value_name = "VARIABLE",
     .env = "MQRIG_TOKEN_ENV",
     .help = "log in with the token in this environment variable"},
    {.long_name = "token-command",
     .kind = ValueKind::text,
     .value_name = "COMMAND",
     .minimum = 1,
     .env = "MQRIG_TOKEN_COMMAND",
     .help = "log in with the token that this shell command prints",
     .details = "It is run before each connection, and has 30 seconds."},
    {.long_name = "oauth-issuer",
     .kind = ValueKind::web_url,
     .value_name = "URL",
     .env = "MQRIG_OAUTH_ISSUER",
     .help = "log in with a token of this OAuth 2.0 provider",
     .details =
         "The provider says at URL/.well-known/openid-configuration where it gives tokens. With "
         "--oauth-client-secret-file the token is that of the client itself; else that of the "
         "person who has logged in with mqrig-login(1)."},
    {.long_name = "oauth-token-url",
     .kind = ValueKind::web_url,
     .value_name = "URL",
     .env = "MQRIG_OAUTH_TOKEN_URL",
     .help = "where an OAuth 2.0 provider gives tokens"},
    {.long_name = "oauth-client-id",
     .kind = ValueKind::text,
     .value_name = "ID",
     .minimum = 1,
     .env = "MQRIG_OAUTH_CLIENT_ID",
     .help = "who we are to the OAuth 2.0 provider"},
    {.long_name = "oauth-client-secret-file",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .env = "MQRIG_OAUTH_CLIENT_SECRET_FILE",
     .help = "read the client secret for the OAuth 2.0 provider from a file",
     .details = "One line end after the secret is removed."},
    {.long_name = "oauth-scope",
     .kind = ValueKind::text,
     .value_name = "SCOPE",
     .minimum = 1,
     .env = "MQRIG_OAUTH_SCOPE",
     .help = "what the token is to allow; several are separated by blanks"},
    {.long_name = "oauth-audience",
     .kind = ValueKind::text,
     .value_name = "NAME",
     .minimum = 1,
     .env = "MQRIG_OAUTH_AUDIENCE",
     .help = "who is to take the token"},
    {.long_name = "oauth-cafile",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .env = "MQRIG_OAUTH_CAFILE",
     .help = "certificates (PEM) to trust for the OAuth 2.0 provider"},
    {.long_name = "token-in",
     .kind = ValueKind::choice,
     .value_name = "PLACE",
     .choices = placements,
     .env = "MQRIG_TOKEN_IN",
     .help = "where the token goes: password, username, auth or ws-header",
     .details = "password is the default. auth needs --auth-method, which names the method. The "
                "token is asked for before each connection, and renewed at 80 % of its life: with "
                "auth on the connection that stands, else by another one that follows it. Nothing "
                "is lost or repeated then against the promise of its QoS, and the will is not "
                "published. Messages of QoS 0 can be missed for a moment only where the broker "
                "does not keep the session or a will without a delay has to be withdrawn. Before "
                "MQTT 5.0 a subscriber has a session that is not clean for this, and ends it at "
                "the end; after kill -9 it stays at the broker."},
    {.long_name = "token-preset",
     .kind = ValueKind::choice,
     .value_name = "BROKER",
     .choices = presets,
     .env = "MQRIG_TOKEN_PRESET",
     .help = "where the token goes, as this broker has it",
     .details =
         "azure-entra and azure-custom: auth, with the methods OAUTH2-JWT and CUSTOM-JWT. "
         "aws-custom: password, and ALPN mqtt at port 443; the user name may name the authorizer "
         "(?x-amz-customauthorizer-name=NAME). emqx and rabbitmq: password. go-auth: username."},
};

/// The option of this name, with what differs where a person logs in.
constexpr OptionSpec of_login(std::string_view name) {
  OptionSpec option;
  for (const OptionSpec& each : options) {
    if (each.long_name == name) option = each;
  }
  if (name == "oauth-issuer") {
    option.help = "the OAuth 2.0 identity provider";
    option.details =
        "Exactly as it names itself in its metadata, which say where its endpoints are: at "
        "URL/.well-known/openid-configuration, or as RFC 8414 has it. URLs have to be "
        "https, but for those of this machine itself (http://localhost).";
  } else if (name == "oauth-token-url") {
    option.help = "where the provider gives tokens";
  } else if (name == "oauth-client-id") {
    option.help = "as which client the provider knows us";
    option.details = "A public client, without a secret, that may use the device flow.";
  } else if (name == "oauth-scope") {
    option.details =
        "Many providers give a login that lasts, by a refresh token, only for the scope "
        "offline_access.";
  } else if (name == "oauth-audience") {
    option.details = "Logins for several audiences stand beside each other.";
  } else if (name == "oauth-cafile") {
    option.help = "certificates (PEM) to trust for it instead of the system's";
  }
  return option;
}

constexpr OptionSpec login_options[] = {
    of_login("oauth-issuer"),
    {.long_name = "oauth-device-url",
     .kind = ValueKind::web_url,
     .value_name = "URL",
     .env = "MQRIG_OAUTH_DEVICE_URL",
     .help = "where the provider gives codes to log in with",
     .details = "For one without metadata; --oauth-token-url is needed too then."},
    of_login("oauth-token-url"),
    of_login("oauth-client-id"),
    of_login("oauth-scope"),
    of_login("oauth-audience"),
    of_login("oauth-cafile"),
};

constexpr OptionSpec logout_options[] = {
    of_login("oauth-issuer"),   of_login("oauth-token-url"), of_login("oauth-client-id"),
    of_login("oauth-audience"), of_login("oauth-cafile"),
};

// An issuer may have a token URL beside it.
constexpr std::string_view tokens[] = {"token-file", "token-env", "token-command", "oauth-issuer"};
constexpr std::string_view token_urls[] = {"token-file", "token-env", "token-command",
                                           "oauth-token-url"};
constexpr std::string_view places[] = {"token-in", "token-preset"};

}  // namespace

constinit const OptionGroup token_group{"Tokens (OAuth 2.0)", options};
constinit const OptionGroup login_group{"The provider", login_options};
constinit const OptionGroup logout_group{"Whose login", logout_options};
constinit const Exclusive one_token{"source of tokens", tokens};
constinit const Exclusive one_token_url{"source of tokens", token_urls};
constinit const Exclusive one_token_place{"place for the token", places};

}  // namespace mqrig::cli
