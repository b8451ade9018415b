#include <array>
#include <mqrig/cli/shared_options.hpp>

namespace mqrig::cli {
namespace {

constexpr std::int64_t never_expires = 4'294'967'295;

// The spellings that mosquitto's clients take.
constexpr Choice no_expiry[] = {
    {"never", "the session does not expire"},
    {"-1", {}, "never"},
    {"\xE2\x88\x9E", {}, "never"},
};

constexpr OptionSpec session_options[] = {
    {.long_name = "keepalive",
     .short_name = 'k',
     .kind = ValueKind::seconds,
     .value_name = "SECONDS",
     .maximum = 65535,
     .default_value = "60",
     .env = "MQRIG_KEEPALIVE",
     .help = "ping the broker after this long without traffic; 0 is never"},
    {.long_name = "disable-clean-session",
     .short_name = 'c',
     .alias = "no-clean-start",
     .negated = "clean-start",
     .env = "MQRIG_DISABLE_CLEAN_SESSION",
     .help = "go on with the session that the broker keeps for this client",
     .details = "Needs --id. Unless --session-expiry-interval says otherwise, the session then "
                "never expires."},
    {.long_name = "session-expiry-interval",
     .short_name = 'x',
     .kind = ValueKind::seconds,
     .value_name = "SECONDS",
     .maximum = never_expires,
     .choices = no_expiry,
     .env = "MQRIG_SESSION_EXPIRY_INTERVAL",
     .help = "how long the broker keeps the session after the end (MQTT 5.0)",
     .details = "Whole seconds (or 10m, 1h, 7d), or never. Without it the session ends with the "
                "connection, and with --disable-clean-session it never expires."},
    {.long_name = "ack-timeout",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .default_value = "60s",
     .env = "MQRIG_ACK_TIMEOUT",
     .help = "give up on an acknowledgement after this time; 0 is never"},
    {.long_name = "reconnect",
     .negated = "no-reconnect",
     .default_value = "true",
     .env = "MQRIG_RECONNECT",
     .help = "connect again when the connection is lost",
     .details = "A refusal that will not change, such as wrong credentials, ends the run in any "
                "case."},
    {.long_name = "reconnect-delay",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .default_value = "1s",
     .env = "MQRIG_RECONNECT_DELAY",
     .help = "wait before connecting again; doubles with each failure"},
    {.long_name = "reconnect-max-delay",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .default_value = "30s",
     .env = "MQRIG_RECONNECT_MAX_DELAY",
     .help = "longest wait before connecting again"},
};

/// What differs for a command that is many clients: -c counts them, one that is refused does not
/// end the others, and the load comes back soon after a fault.
constexpr auto options_of_many_sessions = [] {
  auto all = std::to_array(session_options);
  for (OptionSpec& option : all) {
    if (option.short_name == 'c') option.short_name = '\0';
    if (option.long_name == "reconnect") {
      option.help = "connect again when an attempt failed or the connection is lost";
      option.details =
          "A client that gets a refusal that will not change, such as wrong credentials, gives up "
          "in any case.";
    }
    if (option.long_name == "reconnect-delay") option.default_value = "100ms";
    if (option.long_name == "reconnect-max-delay") option.default_value = "5s";
  }
  return all;
}();

constexpr OptionSpec connect_properties[] = {
    {.long_name = "receive-maximum",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .maximum = 65535,
     .env = "MQRIG_RECEIVE_MAXIMUM",
     .help = "messages of QoS 1 and 2 that the broker may send ahead"},
    {.long_name = "maximum-packet-size",
     .kind = ValueKind::size,
     .value_name = "SIZE",
     .minimum = 1,
     .maximum = 4'294'967'295,
     .env = "MQRIG_MAXIMUM_PACKET_SIZE",
     .help = "largest packet that the broker may send"},
    {.long_name = "topic-alias-maximum",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .maximum = 65535,
     .env = "MQRIG_TOPIC_ALIAS_MAXIMUM",
     .help = "topic aliases that the broker may use"},
    {.long_name = "connect-user-property",
     .kind = ValueKind::key_value,
     .value_name = "KEY=VALUE",
     .repeatable = true,
     .help = "user property of the connection"},
};

}  // namespace

constinit const OptionGroup session_group{"Session", session_options};
constinit const OptionGroup many_sessions_group{"Session", options_of_many_sessions};
constinit const OptionGroup connect_properties_group{"Connection properties (MQTT 5.0)",
                                                     connect_properties};

}  // namespace mqrig::cli
