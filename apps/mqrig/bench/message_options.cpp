#include <mqrig/cli/shared_options.hpp>

#include "command.hpp"

namespace mqrig::bench {
namespace {

using cli::Choice;
using cli::OptionSpec;
using cli::ValueKind;

constexpr OptionSpec pace_options[] = {
    {.long_name = "rate",
     .kind = ValueKind::rate,
     .value_name = "RATE",
     .own_table = true,
     .help = "messages of each client: 10, 50k/s or 30/m; open loop",
     .details = "The schedule does not wait for the broker, and latencies count from the time at "
                "which a message was to be sent. Without a rate the loop is closed: each client "
                "sends as fast as acknowledgements allow."},
    {.long_name = "total-rate",
     .kind = ValueKind::rate,
     .value_name = "RATE",
     .help = "messages of all clients together; open loop"},
    {.long_name = "inflight",
     .short_name = 'M',
     .alias = "max-inflight",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .maximum = 65535,
     .help = "messages of QoS 1 and 2 of each client on their way at once",
     .details = "Never more than the broker allows. Without it 100 in closed loop, and as many as "
                "the broker allows in open loop."},
    {.long_name = "think",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .default_value = "0",
     .help = "closed loop: pause of a client after each message",
     .details = "From its acknowledgement, or from sending it at QoS 0, to the next."},
    {.long_name = "duration",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .help = "measured time; 0 is until interrupted",
     .details = "Without it 10 seconds, or until --count messages are sent."},
    {.long_name = "count",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .own_table = true,
     .help = "end after this many messages of all publishers, or of all of sub"},
    {.long_name = "warmup",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .default_value = "0",
     .help = "run this long before measuring"},
    {.long_name = "drain-timeout",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .default_value = "5s",
     .help = "at the end, wait this long for a next message that is missing"},
};

constexpr OptionSpec message_options[] = {
    {.long_name = "topics",
     .short_name = 't',
     .alias = "topic",
     .kind = ValueKind::topic,
     .value_name = "TEMPLATE",
     .help = "topics to publish to",
     .details = "A template: {client} is the number of the client, {n} that of its message, {rand} "
                "a random number; see TEMPLATES in the description. Without it bench/{client}, "
                "bench/request in rr and bench/fanout in fanout."},
    {.long_name = "filter",
     .kind = ValueKind::topic_filter,
     .value_name = "TEMPLATE",
     .help = "topic filters to subscribe to",
     .details = "A template as --topics. Without it what fits --topics; bench/# in sub."},
    {.long_name = "qos",
     .short_name = 'q',
     .kind = ValueKind::text,
     .value_name = "QOS",
     .own_table = true,
     .help = "quality of service: 0, 1, 2, or a mix such as 0:70,1:20,2:10",
     .details = "A mix has a weight for each. Without it 0 in pub and sub, and 1 where messages "
                "are received, so that the broker and not a queue before it sets the pace."},
    {.long_name = "sub-qos",
     .kind = ValueKind::text,
     .value_name = "QOS",
     .help = "quality of service of subscriptions, or a mix of them",
     .details = "Without it the highest of --qos."},
    {.long_name = "retain",
     .short_name = 'r',
     .negated = "no-retain",
     .own_table = true,
     .help = "publish with the retain flag"},
    {.long_name = "size",
     .short_name = 's',
     .kind = ValueKind::text,
     .value_name = "SIZE",
     .default_value = "64",
     .help = "bytes of a payload: 64, 4k, or a range such as 16-1k",
     .details = "The stamp of 16 bytes is part of it: run, publisher, number and time, of which "
                "receivers tell loss, duplicates, order and latency. Below 16 bytes there is "
                "none, and messages are only counted."},
    {.long_name = "payload-file",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .help = "send the contents of a file"},
    {.long_name = "payload-template",
     .kind = ValueKind::text,
     .value_name = "TEMPLATE",
     .help = "send a text, a template as --topics"},
    {.long_name = "payload-lines",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .help = "send the lines of a file in turn; - is standard input",
     .details = "UTF-8 text, and becomes a part of the scenario."},
    {.long_name = "stamp",
     .negated = "no-stamp",
     .help = "put a stamp before payloads from a file, a template or lines",
     .details = "Without it they are sent as they are, and messages are only counted. A payload "
                "of --size has one in any case."},
    {.long_name = "share",
     .kind = ValueKind::text,
     .value_name = "TEMPLATE",
     .minimum = 1,
     .help = "name of the shared group that subscribers join",
     .details = "In shared {client} is the number of the group, and without this option groups are "
                "called bench-{client}."},
    {.long_name = "groups",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .maximum = 1'000'000,
     .default_value = "1",
     .help = "shared groups; each gets every message once"},
};

constexpr OptionSpec property_options[] = {
    {.long_name = "content-type",
     .kind = ValueKind::text,
     .value_name = "TYPE",
     .own_table = true,
     .help = "content type of the payload, such as application/json"},
    {.long_name = "payload-format",
     .kind = ValueKind::choice,
     .value_name = "FORMAT",
     .choices = cli::payload_formats,
     .own_table = true,
     .help = "what the payload is: utf8 or bytes"},
    {.long_name = "message-expiry",
     .kind = ValueKind::seconds,
     .value_name = "SECONDS",
     .maximum = 4'294'967'295,
     .own_table = true,
     .help = "how long a message is worth delivering"},
    {.long_name = "response-topic",
     .kind = ValueKind::topic,
     .value_name = "TEMPLATE",
     .own_table = true,
     .help = "rr: topics for responses",
     .details = "A template as --topics, with a topic for each requester: without this option "
                "bench/response/{client}. Before MQTT 5.0 responders take the topic from the "
                "template, too."},
    {.long_name = "user-property",
     .kind = ValueKind::key_value,
     .value_name = "KEY=VALUE",
     .repeatable = true,
     .own_table = true,
     .help = "user property of each message"},
};

constexpr Choice property_packets[] = {
    {"connect", "properties of the connection"},
    {"publish", "properties of each message"},
    {"will", "properties of the will"},
};

constexpr OptionSpec any_property_options[] = {
    {.long_name = "property",
     .short_name = 'D',
     .kind = ValueKind::property,
     .value_name = "PACKET NAME VALUE",
     .choices = property_packets,
     .repeatable = true,
     .own_table = true,
     .help = "set any MQTT 5.0 property by its name",
     .details = "PACKET is connect, publish or will. The name is as in the specification, with "
                "dashes: payload-format-indicator. For user-property a key and a value follow."},
};

constexpr std::string_view paces[] = {"rate", "total-rate", "think", "find-max"};
constexpr std::string_view payloads[] = {"size", "payload-file", "payload-template",
                                         "payload-lines"};

}  // namespace

constinit const cli::OptionGroup pace_group{"How fast and how long", pace_options};
constinit const cli::OptionGroup message_group{"Messages and topics", message_options};
constinit const cli::OptionGroup message_properties_group{"Message properties (MQTT 5.0)",
                                                          property_options};
constinit const cli::OptionGroup any_property_group{"Any property (MQTT 5.0)",
                                                    any_property_options};
constinit const cli::Exclusive one_pace{"pace", paces};
constinit const cli::Exclusive one_payload{"payload", payloads};

}  // namespace mqrig::bench
