#include <mqrig/cli/shared_options.hpp>

#include "command.hpp"

namespace mqrig::broker_command {
namespace {

using cli::OptionSpec;
using cli::ValueKind;

constexpr OptionSpec listener_options[] = {
    {.long_name = "port",
     .short_name = 'p',
     .kind = ValueKind::integer,
     .value_name = "PORT",
     .maximum = 65535,
     .default_value = "1883",
     .own_table = true,
     .env = "MQRIG_BROKER_PORT",
     .help = "listen on this port of localhost; 0 is a free one",
     .details = "On 127.0.0.1 and, where the machine has it, on ::1. The port that was chosen for "
                "0 is in the URL on standard output. With --cert, --pkcs12 or --psk-file it speaks "
                "TLS, and the default is 8883, unless a --listen with mqtts or wss does."},
    {.long_name = "listen",
     .kind = ValueKind::text,
     .value_name = "URL",
     .repeatable = true,
     .env = "MQRIG_BROKER_LISTEN",
     .help = "listen on mqtt, mqtts, ws or wss://HOST[:PORT] or unix:///PATH",
     .details =
         "mqtts is TLS, ws is WebSocket, wss is both; the default ports are 1883, 8883, 80 "
         "and 443. A path behind ws://HOST:PORT is the only one that is served, and without "
         "one all are. HOST is an address, an interface, localhost, or *, 0.0.0.0 or [::] for all "
         "addresses. Replaces the default listener; together with --port both listen. An "
         "address beyond this machine needs --password-file, --jwt-jwks or --allow-anonymous; or "
         "TLS that asks every client for a certificate or a pre-shared key."},
    {.long_name = "proxy-protocol",
     .negated = "no-proxy-protocol",
     .env = "MQRIG_BROKER_PROXY_PROTOCOL",
     .help = "expect a header of the PROXY protocol on each TCP connection",
     .details = "Version 1 or 2. Sent by a load balancer such as HAProxy, it says where the client "
                "comes from: "
                "that address counts for the throttle of logins and stands in the log. Nobody but "
                "the proxy may reach the listeners, since whoever does can name any address; a "
                "connection without the header is closed. Not for Unix sockets and --metrics."},
    {.long_name = "workers",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .maximum = 256,
     .default_value = "1",
     .help = "serve with this many processes that share the ports",
     .details = "For tests of many connections: clients of different workers do not see each "
                "other's messages, and limits hold for each worker, that of descriptors (ulimit "
                "-n) among them. The kernel deals connections out by chance, so that one worker "
                "gets some hundreds more than another: 52 workers of 20,000 descriptors have room "
                "for 1,000,000. What comes to a worker that is full is closed at once, with a "
                "warning. Not with --state, --metrics and Unix sockets. All of them end when one "
                "fails."},
    {.long_name = "pid-file",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .help = "write the process id to this file while running",
     .details = "The file is locked: a second broker with the same file does not start. One that "
                "a killed broker left behind is taken over."},
    {.long_name = "ready-fd",
     .kind = ValueKind::integer,
     .value_name = "NUMBER",
     .minimum = 3,
     .maximum = 1'048'576,
     .in_config = false,
     .help = "write a line to this descriptor when all listeners are open",
     .details = "The descriptor is closed then. A service manager that sets NOTIFY_SOCKET is told "
                "in any case."},
};

constexpr OptionSpec access_options[] = {
    {.long_name = "allow-anonymous",
     .negated = "no-allow-anonymous",
     .env = "MQRIG_BROKER_ALLOW_ANONYMOUS",
     .help = "let clients in that give no user name",
     .details = "Without --password-file, --jwt-jwks and --jwt-issuer this is the default as long "
                "as all listeners are on this machine, and must be said if one is not, unless TLS "
                "asks each of its clients for a certificate (--require-certificate) or a "
                "pre-shared key (--psk-file alone). With one of them it is off unless said."},
    {.long_name = "password-file",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .own_table = true,
     .env = "MQRIG_BROKER_PASSWORD_FILE",
     .help = "users and the hashes of their passwords",
     .details = "Made by mqrig-passwd(1); those of mosquitto_passwd(1) are read too. Read again at "
                "SIGHUP."},
    {.long_name = "acl-file",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .env = "MQRIG_BROKER_ACL_FILE",
     .help = "who may publish, subscribe and read what",
     .details =
         "In the form of mosquitto.conf(5): lines with user, topic and pattern. What no line "
         "allows is forbidden. Read again at SIGHUP."},
};

constexpr OptionSpec state_options[] = {
    {.long_name = "state",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .env = "MQRIG_BROKER_STATE",
     .help = "keep sessions and retained messages in this SQLite file",
     .details = "Sessions, their subscriptions, queued messages and messages in flight, and "
                "retained messages survive any end of the process or the machine. A message is "
                "acknowledged after it is on the disk. Without this option they live as long as "
                "the broker."},
};

constexpr OptionSpec status_options[] = {
    {.long_name = "sys-interval",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .maximum = 86'400,
     .default_value = "10s",
     .help = "publish the state of the broker below $SYS this often; 0 is never",
     .details =
         "The topics are those of mosquitto(8). Clients may not publish there, but for "
         "$SYS/broker/connection/NAME/state, where bridges tell whether they are connected."},
    {.long_name = "metrics",
     .kind = ValueKind::host,
     .value_name = "HOST:PORT",
     .env = "MQRIG_BROKER_METRICS",
     .help = "serve metrics for Prometheus at http://HOST:PORT/metrics",
     .details = "There is no authentication: HOST should be localhost or in a network that may see "
                "them. With port 0 a free one is taken, and named on standard error."},
    {.long_name = "verbose",
     .short_name = 'v',
     .negated = "no-verbose",
     .own_table = true,
     .help = "report connections, subscriptions and refusals on standard error"},
};

constexpr cli::OptionGroup listener_group{"Listeners", listener_options};
constexpr cli::OptionGroup access_group{"Access", access_options};
constexpr cli::OptionGroup state_group{"State", state_options};
constexpr cli::OptionGroup status_group{"Status", status_options};

constexpr const cli::OptionGroup* groups[] = {
    &listener_group, &tls_group,    &access_group, &jwt_group,          &state_group,
    &limits_group,   &faults_group, &status_group, &cli::general_group,
};

constexpr const cli::Exclusive* exclusives[] = {&cli::one_certificate, &cli::one_key_password};

constexpr std::string_view usage[] = {"[-p PORT] [--listen URL]... [OPTION...]"};

constexpr cli::Example examples[] = {
    {"mqrig broker", "Serve the clients of this machine on port 1883."},
    {"url=$(mqrig broker -p 0 --pid-file pid &)",
     "Start one for a script on any free port; kill $(cat pid) stops it."},
    {"mqrig broker --listen mqtt://0.0.0.0 --password-file users --acl-file rules",
     "Serve a network, with users that mqrig-passwd(1) has made."},
    {"mqrig broker --listen mqtts://0.0.0.0 --listen wss://0.0.0.0:8443/mqtt --cert cert.pem --key "
     "key.pem --password-file users",
     "The same by TLS, for programs and for web pages."},
    {"mqrig broker --listen mqtts://0.0.0.0 --cert cert.pem --key key.pem --cafile clients.pem "
     "--use-identity-as-username",
     "Let in who has a certificate of this authority, by the name in it."},
    {"mqrig broker --jwt-issuer https://id.example.org/realms/home --jwt-audience mqtt",
     "Let in who has a token of this identity provider."},
    {"mqrig broker --state broker.db", "Lose nothing that was acknowledged, whatever happens."},
    {"mqrig broker --chaos drop-connection=1%,delay=50ms+-20ms --seed 7",
     "Show a device what bad networks are like, the same way each time."},
};

constexpr std::string_view see_also[] = {"mqrig(1)", "mqrig-passwd(1)", "mqrig-pub(1)",
                                         "mqrig-sub(1)", "mosquitto.conf(5)"};

constinit const cli::CommandSpec spec{
    .name = "broker",
    .summary = "run an MQTT broker for development, tests and demos",
    .description =
        "Serves MQTT 3.1, 3.1.1 and 5.0 from one process, by default for the clients of this "
        "machine only.\n\n"
        "Standard output carries the URL of each listener, alone on a line, as soon as all of them "
        "are open, and is closed then: a script can read it to its end. Everything else goes to "
        "standard error.\n\n"
        "SIGINT and SIGTERM stop the broker: MQTT 5.0 clients are told so with DISCONNECT and "
        "reason 0x8B, and the state is saved. A second one ends it at once. SIGHUP reads the "
        "password file, the ACL file, the keys for tokens, certificates, keys and CRLs again; "
        "connections stay, and "
        "where a file is faulty the old rules do. SIGUSR1 prints a line about connections and "
        "messages.\n\n"
        "Bridges of other brokers are known by the highest bit of the protocol level in their "
        "CONNECT, if they speak 3.1 or 3.1.1, as mosquitto's do: they are not sent back what they "
        "have published, and get the retain flag of what others have published as it was. In 5.0 "
        "bridges ask for that with each subscription.",
    .usage = usage,
    .groups = groups,
    .exclusives = exclusives,
    .examples = examples,
    .exit_notes =
        "Zero means that the broker was stopped by a signal, which is how it is meant to end; "
        "130 or 143 that a second signal cut that short. It is 2 also when a listener beyond "
        "this machine lets in who has proved nothing, and --allow-anonymous is missing, 3 when a "
        "listener could not be opened, and 10 when a file of passwords, rules, keys for tokens, "
        "state, certificates or keys could not be read, 4 when certificates or keys are of no "
        "use.",
    .see_also = see_also,
};

}  // namespace

const cli::CommandSpec& command() {
  return spec;
}

}  // namespace mqrig::broker_command
