#include <array>
#include <mqrig/cli/shared_options.hpp>

namespace mqrig::cli {
namespace {

constexpr Choice versions[] = {
    {"auto", "MQTT 5.0, and 3.1.1 if the broker refuses that"},
    {"5", "MQTT 5.0"},
    {"311", "MQTT 3.1.1"},
    {"31", "MQTT 3.1"},
    {"5.0", {}, "5"},
    {"mqttv5", {}, "5"},
    {"3.1.1", {}, "311"},
    {"mqttv311", {}, "311"},
    {"3.1", {}, "31"},
    {"mqttv31", {}, "31"},
};

constexpr OptionSpec options[] = {
    {.long_name = "url",
     .short_name = 'L',
     .kind = ValueKind::url,
     .value_name = "URL",
     .once = true,
     .env = "MQRIG_URL",
     .help = "broker, credentials and topic in one",
     .details =
         "The form is mqtt://[user[:password]@]host[:port][/topic], mqtts:// for TLS, "
         "ws://[user[:password]@]host[:port][/path] and wss:// for a WebSocket, or unix:///path "
         "for a Unix socket. The ports are 1883, 8883, 80 and 443 where none is given. Reserved "
         "characters are percent-encoded (p%40ss). May also be given as a bare word. A password "
         "in it, and what follows a '?', is wiped from the process list."},
    {.long_name = "host",
     .short_name = 'h',
     .kind = ValueKind::host,
     .value_name = "HOST[:PORT]",
     .default_value = "localhost",
     .repeatable = true,
     .env = "MQRIG_HOST",
     .help = "broker to connect to; more than one are tried in order",
     .details = "A name or an address; an IPv6 address with a port is written [::1]:1883."},
    {.long_name = "port",
     .short_name = 'p',
     .kind = ValueKind::integer,
     .value_name = "PORT",
     .minimum = 1,
     .maximum = 65535,
     .default_value = "1883",
     .env = "MQRIG_PORT",
     .help = "port of the broker, where the host names none",
     .details = "With TLS the default is 8883, with --ws it is 80, and with both 443."},
    {.long_name = "unix",
     .kind = ValueKind::path,
     .value_name = "PATH",
     .env = "MQRIG_UNIX",
     .help = "connect to a Unix socket"},
    {.long_name = "bind",
     .short_name = 'A',
     .kind = ValueKind::host,
     .value_name = "ADDRESS",
     .env = "MQRIG_BIND",
     .help = "local address to connect from"},
    {.long_name = "connect-timeout",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .default_value = "10s",
     .env = "MQRIG_CONNECT_TIMEOUT",
     .help = "give up an attempt to connect after this time",
     .details = "Covers everything up to the broker's CONNACK."},
    {.long_name = "protocol-version",
     .short_name = 'V',
     .kind = ValueKind::choice,
     .value_name = "VERSION",
     .choices = versions,
     .default_value = "auto",
     .env = "MQRIG_PROTOCOL_VERSION",
     .help = "MQTT version: auto, 5, 311 or 31",
     .details = "With auto, 5.0 is tried first, then 3.1.1. The spellings mqttv5, mqttv311, "
                "mqttv31, 5.0, 3.1.1 and 3.1 are understood too."},
    {.long_name = "id",
     .short_name = 'i',
     .kind = ValueKind::text,
     .value_name = "ID",
     .env = "MQRIG_ID",
     .help = "client identifier",
     .details = "Without one the broker chooses (MQTT 5.0), or a random one is made up."},
    {.long_name = "id-prefix",
     .short_name = 'I',
     .kind = ValueKind::text,
     .value_name = "PREFIX",
     .env = "MQRIG_ID_PREFIX",
     .help = "client identifier of this prefix and the process id"},
};

/// What differs for a command that is many clients: their names are templates.
constexpr OptionSpec of_many_clients(OptionSpec option) {
  if (option.long_name == "bind") {
    option.kind = ValueKind::text;
    option.value_name = "LIST";
    option.minimum = 1;
    option.repeatable = true;
    option.help = "local addresses to connect from, in turn";
    option.details =
        "Addresses, ranges of them such as 127.0.0.2-127.0.0.20, and interfaces, separated by "
        "commas. One address has about 28,000 ports for connections to one broker.";
  } else if (option.long_name == "host") {
    option.help = "broker to connect to; of several each client has one, in turn";
  } else if (option.long_name == "id") {
    option.value_name = "TEMPLATE";
    option.help = "client identifiers, a template as --topics";
    option.details =
        "Each client needs its own: {client} is its number. Without this option they are "
        "bench-{run}-{group}-{client}, where {run} is a random number of the run and {group} "
        "publishers, subscribers and so on.";
  } else if (option.long_name == "id-prefix") {
    option.help = "client identifiers of this prefix, the group and a number";
  } else if (option.long_name == "url") {
    option.details =
        "The form is mqtt://[user[:password]@]host[:port][/topic], mqtts:// for TLS, "
        "ws://[user[:password]@]host[:port][/path] and wss:// for a WebSocket, or unix:///path "
        "for a Unix socket. The ports are 1883, 8883, 80 and 443 where none is given. Reserved "
        "characters are percent-encoded (p%40ss). May also be given as a bare word. A password "
        "in it is wiped from the process list. A topic in it stands for --topics.";
  }
  return option;
}

constexpr auto options_of_many_clients = [] {
  auto all = std::to_array(options);
  for (OptionSpec& option : all) option = of_many_clients(option);
  return all;
}();

constexpr std::string_view brokers[] = {"url", "host", "unix"};
constexpr std::string_view client_ids[] = {"id", "id-prefix"};

}  // namespace

constinit const OptionGroup connection_group{"Connection", options};
constinit const OptionGroup many_connections_group{"Connection", options_of_many_clients};
constinit const Exclusive one_broker{"way to name the broker", brokers};
constinit const Exclusive one_client_id{"client identifier", client_ids};

}  // namespace mqrig::cli
