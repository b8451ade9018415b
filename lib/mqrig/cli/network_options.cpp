#include <mqrig/cli/shared_options.hpp>

namespace mqrig::cli {
namespace {

constexpr OptionSpec options[] = {
    {.long_name = "ws",
     .negated = "no-ws",
     .env = "MQRIG_WS",
     .help = "use a WebSocket with --host, as ws:// and wss:// URLs do"},
    {.long_name = "ws-path",
     .kind = ValueKind::url_path,
     .value_name = "PATH",
     .default_value = "/mqtt",
     .env = "MQRIG_WS_PATH",
     .help = "path of the WebSocket of --ws",
     .details = "What follows a '?' in it is wiped from the process list."},
    {.long_name = "ws-header",
     .kind = ValueKind::secret,
     .value_name = "HEADER",
     .repeatable = true,
     .env = "MQRIG_WS_HEADER",
     .help = "header field of the request for the WebSocket",
     .details =
         "As in --ws-header 'NAME: VALUE'. It is wiped from the process list, as it may be a "
         "secret."},
    {.long_name = "proxy",
     .kind = ValueKind::proxy_url,
     .value_name = "URL",
     .env = "MQRIG_PROXY",
     .help = "reach the broker through this proxy",
     .details =
         "http://[user[:password]@]host[:port] and https:// (CONNECT), socks5:// (names are "
         "looked up here) or socks5h:// (by the proxy); host:port alone is http://, and nothing "
         "is no proxy. Without this option the environment says "
         "it as for curl(1): https_proxy or HTTPS_PROXY for wss://, http_proxy for ws://, else "
         "all_proxy or ALL_PROXY, but for brokers on this machine. A password in it is wiped from "
         "the process list."},
    {.long_name = "proxy-username",
     .alias = "proxy-user",
     .kind = ValueKind::text,
     .value_name = "NAME",
     .minimum = 1,
     .env = "MQRIG_PROXY_USERNAME",
     .help = "user name for the proxy"},
    {.long_name = "proxy-password-file",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .env = "MQRIG_PROXY_PASSWORD_FILE",
     .help = "read the password for the proxy from a file",
     .details = "One line end after the password is removed."},
    {.long_name = "proxy-password-env",
     .kind = ValueKind::variable_name,
     .value_name = "VARIABLE",
     .env = "MQRIG_PROXY_PASSWORD_ENV",
     .help = "take the password for the proxy from this environment variable"},
    {.long_name = "proxy-cafile",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .env = "MQRIG_PROXY_CAFILE",
     .help = "certificates (PEM) to trust for an https:// proxy"},
    {.long_name = "no-proxy",
     .kind = ValueKind::text,
     .value_name = "LIST",
     .env = "MQRIG_NO_PROXY",
     .help = "hosts to reach without a proxy; '*' for all",
     .details = "Names (with those below them), addresses and networks (10.0.0.0/8), separated by "
                "commas. Holds for --proxy too. Without this option and --proxy the variables "
                "no_proxy and NO_PROXY say it."},
    {.long_name = "resolve",
     .kind = ValueKind::text,
     .value_name = "HOST:PORT:ADDRESS",
     .minimum = 1,
     .repeatable = true,
     .env = "MQRIG_RESOLVE",
     .help = "connect to this address for this host and port",
     .details = "Nobody is asked for the name, which stays that of TLS. Several addresses are "
                "separated by commas; an IPv6 address stands in brackets; a port of * is any."},
    {.long_name = "srv",
     .negated = "no-srv",
     .env = "MQRIG_SRV",
     .help = "look up the brokers of --host, a domain, by its SRV records",
     .details = "_mqtt._tcp, _secure-mqtt._tcp with TLS, _ws._tcp or _wss._tcp names hosts and "
                "ports, which are tried in the order that it says, also when one of them does not "
                "serve. There is no port to give then."},
};

constexpr std::string_view proxy_passwords[] = {"proxy-password-file", "proxy-password-env"};

}  // namespace

constinit const OptionGroup network_group{"WebSocket, proxy and names", options};
constinit const Exclusive one_proxy_password{"password for the proxy", proxy_passwords};

}  // namespace mqrig::cli
