#include <array>
#include <mqrig/cli/shared_options.hpp>

namespace mqrig::cli {
namespace {

constexpr OptionSpec options[] = {
    {.long_name = "username",
     .short_name = 'u',
     .kind = ValueKind::text,
     .value_name = "NAME",
     .env = "MQRIG_USERNAME",
     .help = "user name for the broker"},
    {.long_name = "password",
     .short_name = 'P',
     .alias = "pw",
     .kind = ValueKind::secret,
     .value_name = "PASSWORD",
     .env = "MQRIG_PASSWORD",
     .help = "password for the broker",
     .details = "It is wiped from the process list at once, but the options below and the "
                "environment keep it out of the shell's history too."},
    {.long_name = "password-file",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .env = "MQRIG_PASSWORD_FILE",
     .help = "read the password from a file",
     .details = "One line end after the password is removed."},
    {.long_name = "password-env",
     .kind = ValueKind::variable_name,
     .value_name = "VARIABLE",
     .env = "MQRIG_PASSWORD_ENV",
     .help = "take the password from this environment variable"},
    {.long_name = "password-fd",
     .kind = ValueKind::integer,
     .value_name = "NUMBER",
     .maximum = 65535,
     .in_config = false,
     .help = "read the password from this open file descriptor",
     .details = "As in --password-fd 3 3< FILE. One line end after the password is removed."},
    {.long_name = "password-command",
     .kind = ValueKind::text,
     .value_name = "COMMAND",
     .minimum = 1,
     .env = "MQRIG_PASSWORD_COMMAND",
     .help = "take the password from what this shell command prints",
     .details = "It is run once, before the first connection, and has 30 seconds. One line end "
                "after the password is removed. A command that fails ends the run."},
    {.long_name = "ask-password",
     .alias = "password-prompt",
     .negated = "no-ask-password",
     .env = "MQRIG_ASK_PASSWORD",
     .help = "ask for the password on the terminal, without showing it"},
    {.long_name = "auth-method",
     .kind = ValueKind::text,
     .value_name = "METHOD",
     .minimum = 1,
     .env = "MQRIG_AUTH_METHOD",
     .help = "enhanced authentication by this method (MQTT 5.0)",
     .details = "SCRAM-SHA-1, SCRAM-SHA-256 and SCRAM-SHA-512 take user name and password from "
                "the options above, and send no password: both sides prove that they know it. "
                "Another method sends what --auth-data-file has, and goes no further if the broker "
                "asks back."},
    {.long_name = "auth-data-file",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .env = "MQRIG_AUTH_DATA_FILE",
     .help = "authentication data of a method that is not SCRAM, byte for byte"},
    {.long_name = "reauth-interval",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .default_value = "0s",
     .env = "MQRIG_REAUTH_INTERVAL",
     .help = "authenticate again by --auth-method after this time; 0 is never",
     .details = "On the connection that stands, and again so long after it has succeeded. A broker "
                "that is not content ends the connection. Tokens are renewed by themselves."},
};

/// What differs for a command that is many clients: their names are templates, and they do not
/// authenticate again.
constexpr auto options_of_many_clients = [] {
  std::array<OptionSpec, std::size(options) - 1> all;
  auto* into = all.begin();
  for (const OptionSpec& option : options) {
    if (option.long_name == "reauth-interval") continue;
    *into = option;
    if (option.long_name == "username") {
      into->value_name = "TEMPLATE";
      into->help = "user name for the broker, a template as --topics";
    }
    ++into;
  }
  return all;
}();

constexpr std::string_view passwords[] = {"password",    "password-file",    "password-env",
                                          "password-fd", "password-command", "ask-password"};

}  // namespace

constinit const OptionGroup credentials_group{"Credentials", options};
constinit const OptionGroup many_credentials_group{"Credentials", options_of_many_clients};
constinit const Exclusive one_password{"password", passwords};

}  // namespace mqrig::cli
