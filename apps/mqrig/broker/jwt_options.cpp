#include "command.hpp"

namespace mqrig::broker_command {
namespace {

using cli::OptionSpec;
using cli::ValueKind;

constexpr OptionSpec options[] = {
    {.long_name = "jwt-jwks",
     .kind = ValueKind::path,
     .value_name = "FILE|URL",
     .env = "MQRIG_BROKER_JWT_JWKS",
     .help = "let clients in by tokens that are signed with these keys",
     .details =
         "A JWK Set (RFC 7517), in a file that is read again at SIGHUP, or at a URL. That is "
         "https, or http to this machine, and is fetched at the start, every hour, at SIGHUP, and "
         "when a token names a key that is not known, though not more than once a minute. The "
         "broker waits for them up to two seconds before it says that it is ready. As long as "
         "there are no keys, whoever comes with a token is told to come again (reason 0x88). "
         "Tokens are JWTs by RS256, ES256 or EdDSA, as the key says; they have to expire (exp), "
         "and may be 30 seconds early. The client gives one as the password, and the user name is "
         "then the one in the token, whatever else it gives; or in MQTT 5.0 by the authentication "
         "method OAUTH2-JWT or CUSTOM-JWT, and then it may give a newer token on the same "
         "connection. A connection ends when its token has expired, with reason 0xA0. Users in the "
         "--password-file may log in by their passwords, too."},
    {.long_name = "jwt-issuer",
     .kind = ValueKind::text,
     .value_name = "ISSUER",
     .env = "MQRIG_BROKER_JWT_ISSUER",
     .help = "the issuer (iss) that tokens have to be of",
     .details =
         "Both are compared to the letter. Without --jwt-jwks it has to be a URL: the issuer is "
         "asked where its keys are, at /.well-known/openid-configuration. Without this option "
         "any issuer is right whose tokens are signed with the keys."},
    {.long_name = "jwt-audience",
     .kind = ValueKind::text,
     .value_name = "AUDIENCE",
     .repeatable = true,
     .env = "MQRIG_BROKER_JWT_AUDIENCE",
     .help = "for whom tokens have to be (aud)",
     .details =
         "A token has to be for one of them. Without this option tokens that were issued for "
         "another service are valid here, too."},
    {.long_name = "jwt-user-claim",
     .kind = ValueKind::text,
     .value_name = "CLAIM",
     .default_value = "sub",
     .env = "MQRIG_BROKER_JWT_USER_CLAIM",
     .help = "the claim that is the user name",
     .details =
         "The claim acl says what the client may do with topics, if it is there: "
         "{\"pub\": [FILTER...], \"sub\": [FILTER...], \"all\": [FILTER...]}, or a list of "
         "{\"permission\": \"allow\", \"action\": \"publish\"|\"subscribe\"|\"all\", \"topic\": "
         "FILTER}, where ${clientid} and ${username} stand for the names. What it does not list "
         "is forbidden, and so is what the --acl-file forbids. A token with any other acl is "
         "refused."},
};

}  // namespace

constinit const cli::OptionGroup jwt_group{"Tokens", options};

}  // namespace mqrig::broker_command
