#include <mqrig/cli/option_spec.hpp>

#include "command.hpp"

namespace mqrig::broker_command {
namespace {

using cli::Choice;
using cli::OptionSpec;
using cli::ValueKind;

constexpr Choice versions[] = {
    {"1.2", "TLS 1.2"},
    {"1.3", "TLS 1.3"},
    {"tlsv1.2", {}, "1.2"},
    {"tlsv1.3", {}, "1.3"},
};

// A client has options of the same names: what stands at the top of the configuration file is
// meant for those.
constexpr OptionSpec options[] = {
    {.long_name = "cert",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .own_table = true,
     .env = "MQRIG_BROKER_CERT",
     .help = "certificate of the broker, and those between it and the root",
     .details = "PEM. Read again at SIGHUP, like all files of TLS: connections stay, and those to "
                "come have the new ones."},
    {.long_name = "key",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .own_table = true,
     .env = "MQRIG_BROKER_KEY",
     .help = "private key of --cert",
     .details = "PEM. The default is the file of the certificate. Where it is encrypted and "
                "nothing says its password, a person is asked for it once, at the start."},
    {.long_name = "pkcs12",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .own_table = true,
     .env = "MQRIG_BROKER_PKCS12",
     .help = "certificate, chain and key in one file of PKCS #12"},
    {.long_name = "key-password",
     .kind = ValueKind::secret,
     .value_name = "PASSWORD",
     .own_table = true,
     .env = "MQRIG_BROKER_KEY_PASSWORD",
     .help = "password of an encrypted key",
     .details = "It is wiped from the process list at once."},
    {.long_name = "key-password-file",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .own_table = true,
     .env = "MQRIG_BROKER_KEY_PASSWORD_FILE",
     .help = "read the password of the key from a file",
     .details = "One line end after the password is removed."},
    {.long_name = "key-password-env",
     .kind = ValueKind::variable_name,
     .value_name = "VARIABLE",
     .own_table = true,
     .env = "MQRIG_BROKER_KEY_PASSWORD_ENV",
     .help = "take the password of the key from this environment variable"},
    {.long_name = "cafile",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .own_table = true,
     .env = "MQRIG_BROKER_CAFILE",
     .help = "who signs the certificates of clients: a file of PEM",
     .details = "With it or --capath clients are asked for a certificate. One that is no good ends "
                "the connection; to have none is fine unless --require-certificate is given."},
    {.long_name = "capath",
     .kind = ValueKind::path,
     .value_name = "FOLDER",
     .own_table = true,
     .env = "MQRIG_BROKER_CAPATH",
     .help = "the same as a folder, hashed by openssl-rehash(1)"},
    {.long_name = "require-certificate",
     .negated = "no-require-certificate",
     .own_table = true,
     .env = "MQRIG_BROKER_REQUIRE_CERTIFICATE",
     .help = "end connections of clients that have no certificate",
     .details = "It does not go with --psk-file: a client with a key has none."},
    {.long_name = "use-identity-as-username",
     .negated = "no-use-identity-as-username",
     .own_table = true,
     .env = "MQRIG_BROKER_USE_IDENTITY_AS_USERNAME",
     .help = "the common name in a client's certificate is its user name",
     .details = "Or the identity of its pre-shared key. On listeners with TLS, whatever user name "
                "and password CONNECT has: the password file is not asked, and a client without "
                "such a name is refused. The ACL file knows the client by that name."},
    {.long_name = "crl",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .own_table = true,
     .env = "MQRIG_BROKER_CRL",
     .help = "certificates of clients that were revoked: a file of PEM",
     .details = "With it, there has to be a list of every authority of a client's chain."},
    {.long_name = "psk-file",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .own_table = true,
     .env = "MQRIG_BROKER_PSK_FILE",
     .help = "pre-shared keys of clients, lines of IDENTITY:KEY",
     .details = "The key in hexadecimal digits. With or without a certificate of the broker."},
    {.long_name = "tls-version",
     .kind = ValueKind::choice,
     .value_name = "VERSION",
     .choices = versions,
     .default_value = "1.2",
     .own_table = true,
     .env = "MQRIG_BROKER_TLS_VERSION",
     .help = "lowest version of TLS that is spoken: 1.2 or 1.3"},
    {.long_name = "tls-max",
     .kind = ValueKind::choice,
     .value_name = "VERSION",
     .choices = versions,
     .default_value = "1.3",
     .own_table = true,
     .env = "MQRIG_BROKER_TLS_MAX",
     .help = "highest version of TLS that is spoken: 1.2 or 1.3"},
    {.long_name = "ciphers",
     .kind = ValueKind::text,
     .value_name = "LIST",
     .minimum = 1,
     .own_table = true,
     .env = "MQRIG_BROKER_CIPHERS",
     .help = "ciphers that are allowed, in the words of openssl-ciphers(1)"},
    {.long_name = "alpn",
     .kind = ValueKind::text,
     .value_name = "PROTOCOL",
     .minimum = 1,
     .repeatable = true,
     .own_table = true,
     .env = "MQRIG_BROKER_ALPN",
     .help = "protocol that is agreed upon where a client names some, such as mqtt"},
    {.long_name = "tls-keylog",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .own_table = true,
     .help = "append the secrets of connections to this file, for Wireshark",
     .details = "Whoever has the file can read what was recorded of the network. The environment "
                "says nothing here, SSLKEYLOGFILE neither."},
};

}  // namespace

constinit const cli::OptionGroup tls_group{"TLS", options};

}  // namespace mqrig::broker_command
