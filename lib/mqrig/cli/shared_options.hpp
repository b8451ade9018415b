#pragma once

#include <mqrig/cli/option_spec.hpp>

/// Groups of options that several commands have. Data only; a command lists the ones it wants.

namespace mqrig::cli {

/// Where the broker is and which client we are: --url, --host, --id, ...
extern const OptionGroup connection_group;
/// Who we are to the broker: --username, --password, its other sources, --auth-method.
extern const OptionGroup credentials_group;
/// --token-file, --oauth-issuer, --token-in, ...
extern const OptionGroup token_group;
/// Those of them that say of which provider, for `mqrig login`, with --oauth-device-url; and for
/// `mqrig logout`.
extern const OptionGroup login_group;
extern const OptionGroup logout_group;
/// --tls, --cafile, --cert, ...
extern const OptionGroup tls_group;
/// What lies between us and the broker: --ws, --proxy, --resolve, ...
extern const OptionGroup network_group;
/// What lives as long as the session: --disable-clean-session, --keepalive, --reconnect, ...
extern const OptionGroup session_group;
/// Three of these for a command that is many clients: --bind is a list, names are templates, and -c
/// is free for their count.
extern const OptionGroup many_connections_group;
extern const OptionGroup many_credentials_group;
extern const OptionGroup many_sessions_group;
/// MQTT 5 properties of CONNECT.
extern const OptionGroup connect_properties_group;
/// The will message and its MQTT 5 properties.
extern const OptionGroup will_group;
/// What is written to standard error, the configuration file, --help: every command has these, or
/// the next group.
extern const OptionGroup general_group;
/// The same without --debug, for commands that send no packets.
extern const OptionGroup offline_general_group;

/// --url, --host and --unix are three ways to name the broker.
extern const Exclusive one_broker;
/// --id and --id-prefix.
extern const Exclusive one_client_id;
/// --password, --password-file, --password-env, ...
extern const Exclusive one_password;
/// --token-file, --token-env, --token-command, --oauth-issuer; the other with --oauth-token-url.
extern const Exclusive one_token;
extern const Exclusive one_token_url;
/// --token-in, --token-preset.
extern const Exclusive one_token_place;
/// --key-password, --key-password-file, --key-password-env.
extern const Exclusive one_key_password;
/// --cert, --pkcs12.
extern const Exclusive one_certificate;
/// --psk, --psk-file.
extern const Exclusive one_psk;
/// --proxy-password-file, --proxy-password-env.
extern const Exclusive one_proxy_password;
/// --will-payload, --will-payload-file.
extern const Exclusive one_will_payload;

/// The values of every --payload-format option.
inline constexpr Choice payload_formats[] = {
    {"utf8", "the payload is UTF-8 text"},
    {"bytes", "the payload is unspecified bytes"},
};

}  // namespace mqrig::cli
