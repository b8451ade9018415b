#include <mqrig/cli/option_spec.hpp>

#include "command.hpp"

namespace mqrig::broker_command {
namespace {

using cli::Choice;
using cli::OptionSpec;
using cli::ValueKind;

constexpr std::int64_t max_integer = 4'294'967'295;

constexpr Choice when_full[] = {
    {"oldest", "the oldest waiting message makes room"},
    {"newest", "the new message is dropped"},
    {"disconnect", "the client is disconnected (0x97), or has been already"},
};

constexpr Choice never[] = {{"never", "as long as the client wants"}};

constexpr OptionSpec limits[] = {
    {.long_name = "max-connections",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .maximum = max_integer,
     .default_value = "0",
     .help = "clients at a time; 0 is as many as possible",
     .details = "What is possible is decided by the limit of descriptors (ulimit -Hn). A client "
                "counts when its CONNECT was accepted. Up to 100 more network connections are let "
                "in, so that CONNACK can say that there is no room (0x89 in MQTT 5.0); what goes "
                "beyond is closed without an answer."},
    {.long_name = "max-packet-size",
     .kind = ValueKind::size,
     .value_name = "SIZE",
     .minimum = 32,
     .maximum = 268'435'460,
     .default_value = "100M",
     .help = "largest packet that a client may send"},
    {.long_name = "connect-timeout",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .maximum = 3600,
     .default_value = "10s",
     .own_table = true,
     .help = "drop connections that have sent no whole CONNECT by then"},
    {.long_name = "receive-maximum",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .maximum = 65535,
     .default_value = "1000",
     .own_table = true,
     .help = "unacknowledged messages that an MQTT 5.0 client may send"},
    {.long_name = "max-inflight",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .maximum = 65535,
     .default_value = "1000",
     .help = "unacknowledged messages on their way to a client",
     .details = "A client may want fewer; what goes beyond is queued."},
    {.long_name = "max-topic-aliases",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .maximum = 65535,
     .default_value = "10",
     .help = "topic aliases for each direction of a connection"},
    {.long_name = "max-queued-messages",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .maximum = max_integer,
     .default_value = "10000",
     .help = "QoS 1 and 2 messages that wait for a client"},
    {.long_name = "max-queued-bytes",
     .kind = ValueKind::size,
     .value_name = "SIZE",
     .default_value = "64M",
     .help = "memory for messages that wait for a client"},
    {.long_name = "max-queued-bytes-in-all",
     .kind = ValueKind::size,
     .value_name = "SIZE",
     .default_value = "1G",
     .help = "memory for messages that wait for all clients together",
     .details = "A message that waits for several clients counts for each of them."},
    {.long_name = "when-full",
     .kind = ValueKind::choice,
     .value_name = "WHAT",
     .choices = when_full,
     .default_value = "oldest",
     .help = "what gives way when too much waits for a client"},
    {.long_name = "max-output-bytes",
     .kind = ValueKind::size,
     .value_name = "SIZE",
     .minimum = 1,
     .default_value = "4M",
     .help = "unsent bytes of a connection",
     .details = "For a client that reads more slowly than messages come, QoS 0 messages are "
                "dropped beyond this, and others queued."},
    {.long_name = "max-sessions",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .maximum = max_integer,
     .default_value = "1000000",
     .help = "sessions, of clients that are away too; 0 is any number"},
    {.long_name = "max-subscriptions",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .maximum = max_integer,
     .default_value = "100000",
     .help = "subscriptions of a client"},
    {.long_name = "max-retained-messages",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .default_value = "1000000",
     .help = "retained messages"},
    {.long_name = "max-retained-bytes",
     .kind = ValueKind::size,
     .value_name = "SIZE",
     .default_value = "1G",
     .help = "memory for retained messages"},
    {.long_name = "max-topic-levels",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .maximum = 65535,
     .default_value = "200",
     .help = "levels of a topic or a topic filter"},
    {.long_name = "max-keep-alive",
     .kind = ValueKind::seconds,
     .value_name = "SECONDS",
     .maximum = 65535,
     .default_value = "0",
     .help = "longest keep alive of a client; 0 is any",
     .details = "An MQTT 5.0 client is told to keep this one; of an older one that wants a longer "
                "one, or none, only the connection is watched."},
    {.long_name = "max-session-expiry",
     .kind = ValueKind::seconds,
     .value_name = "SECONDS",
     .maximum = max_integer,
     .choices = never,
     .default_value = "never",
     .help = "longest time for which a session is kept without its client"},
};

constexpr OptionSpec faults[] = {
    {.long_name = "chaos",
     .kind = ValueKind::text,
     .value_name = "LIST",
     .help = "make faults on purpose: drop-publish=1%,delay=50ms+-20ms",
     .details = "A list of NAME=VALUE, separated by commas. With the probability that is the "
                "value, in percent or from 0 to 1, drop-connection cuts the connection at a packet "
                "of the client, refuse answers CONNECT with 0x89 (server busy), drop-puback, "
                "drop-pubrec and drop-pubcomp leave out that acknowledgement, drop-publish leaves "
                "out a message to a client, duplicate sends it twice (to be seen at QoS 0 and 1; "
                "at QoS 2 a client drops the copy), corrupt changes a bit of its payload, reorder "
                "lets it change places with the next one of another topic, and reorder-topic with "
                "the next one of its own topic, as no broker may. delay is a time by which "
                "everything to a client is held up; +-TIME behind it lets it vary. --metrics and "
                "the topics below $SYS/broker/faults count each kind."},
    {.long_name = "chaos-control",
     .negated = "no-chaos-control",
     .help = "let clients change the faults over $CONTROL/mqrig/chaos",
     .details = "The payload of a message to that topic is the LIST of --chaos; an empty one ends "
                "the faults. Any client that may publish there can do that."},
    {.long_name = "seed",
     .kind = ValueKind::integer,
     .value_name = "NUMBER",
     .help = "make the same faults again",
     .details = "Without it a seed is drawn, and named on standard error."},
};

}  // namespace

constinit const cli::OptionGroup limits_group{"Limits", limits};
constinit const cli::OptionGroup faults_group{"Faults", faults};

}  // namespace mqrig::broker_command
