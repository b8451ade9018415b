#include <mqrig/cli/shared_options.hpp>

#include "pub.hpp"

namespace mqrig::pub {
namespace {

using cli::Choice;
using cli::OptionSpec;
using cli::ValueKind;

constexpr OptionSpec source_options[] = {
    {.long_name = "message",
     .short_name = 'm',
     .kind = ValueKind::text,
     .value_name = "TEXT",
     .once = true,
     .in_config = false,
     .help = "publish this text"},
    {.long_name = "file",
     .short_name = 'f',
     .kind = ValueKind::path,
     .value_name = "FILE",
     .once = true,
     .in_config = false,
     .help = "publish the contents of a file; - is standard input"},
    {.long_name = "stdin-file",
     .short_name = 's',
     .in_config = false,
     .help = "publish all of standard input as one message"},
    {.long_name = "stdin-line",
     .short_name = 'l',
     .in_config = false,
     .help = "publish each line of standard input"},
    {.long_name = "stdin-null",
     .short_name = '0',
     .alias = "null",
     .in_config = false,
     .help = "publish each NUL-terminated record of standard input"},
    {.long_name = "ndjson",
     .in_config = false,
     .help = "publish each JSON object of standard input, one a line",
     .details = "The objects have the shape that mqrig sub --json prints: topic, payload, enc, "
                "qos, retain and props. What an object does not say comes from the options."},
    {.long_name = "null-message",
     .short_name = 'n',
     .in_config = false,
     .help = "publish an empty message",
     .details = "With --retain it clears the retained message of the topic."},
};

constexpr OptionSpec message_options[] = {
    {.long_name = "topic",
     .short_name = 't',
     .kind = ValueKind::topic,
     .value_name = "TOPIC",
     .once = true,
     .env = "MQRIG_TOPIC",
     .help = "topic to publish to"},
    {.long_name = "topic-separator",
     .kind = ValueKind::text,
     .value_name = "TEXT",
     .minimum = 1,
     .help = "each record starts with its topic, then this separator",
     .details = "For --stdin-line and --stdin-null. With --topic, that topic is put in front of "
                "each record's own, with a slash between."},
    {.long_name = "qos",
     .short_name = 'q',
     .kind = ValueKind::integer,
     .value_name = "QOS",
     .maximum = 2,
     .default_value = "0",
     .env = "MQRIG_QOS",
     .help = "quality of service: 0, 1 or 2",
     .details = "At most once, at least once, exactly once."},
    {.long_name = "retain",
     .short_name = 'r',
     .negated = "no-retain",
     .env = "MQRIG_RETAIN",
     .help = "the broker keeps the message for later subscribers"},
    {.long_name = "max-inflight",
     .short_name = 'M',
     .alias = "inflight",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .maximum = 65535,
     .env = "MQRIG_MAX_INFLIGHT",
     .help = "messages of QoS 1 and 2 on their way at once",
     .details =
         "Without it, as many as the broker allows at QoS 1, and at most 1000 at QoS 2, which "
         "many brokers handle slowly. Before MQTT 5.0, where no broker says, at most 20 of "
         "QoS 2."},
    {.long_name = "repeat",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .default_value = "1",
     .help = "publish a single message this many times"},
    {.long_name = "repeat-delay",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .default_value = "0",
     .help = "wait between the repetitions"},
    {.long_name = "rate",
     .kind = ValueKind::rate,
     .value_name = "RATE",
     .env = "MQRIG_RATE",
     .help = "publish at most this fast, such as 100/s or 600/m"},
    {.long_name = "skip-invalid",
     .negated = "no-skip-invalid",
     .help = "warn of input that can't be published, and go on",
     .details = "Otherwise the first invalid line ends the run with exit code 10, after all before "
                "it is delivered. Skipped lines do not change the exit code."},
};

constexpr OptionSpec spool_options[] = {
    {.long_name = "spool",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .minimum = 1,
     .once = true,
     .in_config = false,
     .help = "keep messages in this file until they are delivered",
     .details = "See SPOOL in the description. The file is made if it is missing; it can be read "
                "by its owner only, and used by one mqrig at a time. FILE-wal belongs to it."},
    {.long_name = "resume",
     .in_config = false,
     .help = "go on where an earlier run with this spool ended",
     .details = "Sends what waits in the spool, then reads on: a file from behind the last record "
                "that is in the spool, and it must be the same file, with more at its end at "
                "most; a pipe from where it is. Of a single message what is missing of --repeat is "
                "sent: nothing, when it was taken over before. With -l and < /dev/null only what "
                "waits is sent."},
    {.long_name = "spool-limit",
     .kind = ValueKind::size,
     .value_name = "SIZE",
     .minimum = 1,
     .default_value = "1G",
     .in_config = false,
     .help = "read no more input while so much waits in the spool"},
};

constexpr OptionSpec property_options[] = {
    {.long_name = "content-type",
     .kind = ValueKind::text,
     .value_name = "TYPE",
     .help = "content type of the payload, such as application/json"},
    {.long_name = "payload-format",
     .kind = ValueKind::choice,
     .value_name = "FORMAT",
     .choices = cli::payload_formats,
     .help = "what the payload is: utf8 or bytes"},
    {.long_name = "message-expiry",
     .kind = ValueKind::seconds,
     .value_name = "SECONDS",
     .maximum = 4'294'967'295,
     .help = "how long the message is worth delivering"},
    {.long_name = "response-topic",
     .kind = ValueKind::topic,
     .value_name = "TOPIC",
     .help = "topic for a response"},
    {.long_name = "correlation-data",
     .kind = ValueKind::text,
     .value_name = "TEXT",
     .help = "data that comes back with a response"},
    {.long_name = "topic-alias",
     .kind = ValueKind::integer,
     .value_name = "NUMBER",
     .minimum = 1,
     .maximum = 65535,
     .help = "number that replaces the topic from the second message on"},
    {.long_name = "user-property",
     .kind = ValueKind::key_value,
     .value_name = "KEY=VALUE",
     .repeatable = true,
     .help = "user property of the message"},
};

constexpr Choice property_packets[] = {
    {"connect", "properties of the connection"},
    {"publish", "properties of each message"},
    {"will", "properties of the will"},
    {"disconnect", "properties of the disconnection"},
};

constexpr OptionSpec any_property_options[] = {
    {.long_name = "property",
     .short_name = 'D',
     .kind = ValueKind::property,
     .value_name = "PACKET NAME VALUE",
     .choices = property_packets,
     .repeatable = true,
     .help = "set any MQTT 5.0 property by its name",
     .details = "PACKET is connect, publish, will or disconnect. The name is as in the "
                "specification, with dashes: payload-format-indicator. For user-property a key "
                "and a value follow."},
};

constexpr cli::OptionGroup source_group{"What to publish (one of these)", source_options};
constexpr cli::OptionGroup message_group{"How to publish it", message_options};
constexpr cli::OptionGroup spool_group{"Messages that survive a crash", spool_options};
constexpr cli::OptionGroup property_group{"Message properties (MQTT 5.0)", property_options};
constexpr cli::OptionGroup any_property_group{"Any property (MQTT 5.0)", any_property_options};

constexpr const cli::OptionGroup* groups[] = {
    &source_group,
    &message_group,
    &spool_group,
    &property_group,
    &cli::connection_group,
    &cli::credentials_group,
    &cli::token_group,
    &cli::tls_group,
    &cli::network_group,
    &cli::session_group,
    &cli::connect_properties_group,
    &cli::will_group,
    &any_property_group,
    &cli::general_group,
};

constexpr std::string_view message_sources[] = {"message",    "file",   "stdin-file",  "stdin-line",
                                                "stdin-null", "ndjson", "null-message"};
constexpr cli::Exclusive one_source{"message source", message_sources, true};

constexpr const cli::Exclusive* exclusives[] = {
    &one_source,           &cli::one_broker,    &cli::one_client_id,      &cli::one_password,
    &cli::one_token,       &cli::one_token_url, &cli::one_token_place,    &cli::one_key_password,
    &cli::one_certificate, &cli::one_psk,       &cli::one_proxy_password, &cli::one_will_payload,
};

constexpr std::string_view positionals[] = {"url"};

constexpr std::string_view usage[] = {
    "[OPTION...] -t TOPIC {-m TEXT | -f FILE | -n}",
    "[OPTION...] -t TOPIC {-s | -l | -0}",
    "[OPTION...] --ndjson",
    "[OPTION...] --spool FILE [--resume] -t TOPIC -l",
    "[OPTION...] mqtt://[USER@]HOST[:PORT]/TOPIC {-m TEXT | ...}",
};

constexpr cli::Example examples[] = {
    {"mqrig pub -t home/door -m open", "Publish one message."},
    {"mqrig pub -h broker -t log/app -q 1 -l < app.log",
     "Publish each line of a file, and be sure that every one arrived."},
    {"mqrig pub -h broker -t log/app -q 2 -l --spool app.spool --resume < app.log",
     "The same, exactly once, however often it is killed and run again."},
    {"mqrig pub mqtt://broker/home/lamp -n -r", "Clear a retained message."},
    {"mqrig sub -t 'a/#' -j | mqrig pub -h other --ndjson",
     "Copy messages, topics and properties to another broker."},
    {"mqrig pub -t job -m go --response-topic done --user-property id=7",
     "Publish with MQTT 5.0 properties."},
};

constexpr std::string_view see_also[] = {"mqrig(1)", "mqrig-spool(1)", "mqrig-sub(1)"};

constinit const cli::CommandSpec spec{
    .name = "pub",
    .summary = "publish MQTT messages",
    .description =
        "Publishes messages to an MQTT broker: one from the command line or a file, or a stream "
        "of them from standard input.\n\n"
        "Standard input is read as fast as the broker takes messages, no faster: memory stays "
        "small however long the input is. When the connection is lost, mqrig connects again and "
        "goes on; at QoS 1 and 2 nothing is lost.\n\n"
        "SPOOL. With --spool each message is on the disk before it counts as read, many in one "
        "write, and stays there until the broker has taken it. Input is read while the broker is "
        "away, too, up to --spool-limit; when it has ended, the run waits 60 seconds more for a "
        "connection. A run that ends early, by kill -9 or loss of power even, is continued by the "
        "same command with --resume: at QoS 1 no message is lost, at QoS 2 none comes twice "
        "either, as long as the broker keeps its session, which never expires unless "
        "--session-expiry-interval says otherwise and is ended when everything is delivered. "
        "At a signal all whole lines that were read from a pipe go into the spool, past its limit "
        "if need be; a line whose end is not there yet is lost, and that is said. "
        "Without --resume a spool in which messages wait is refused. Messages that the broker "
        "refuses are kept in it with the reason. Its queue is called pub: see mqrig-spool(1).",
    .usage = usage,
    .positionals = positionals,
    .groups = groups,
    .exclusives = exclusives,
    .examples = examples,
    .exit_notes =
        "Zero means: at QoS 0, that everything was written to the connection and that it ended "
        "cleanly; at QoS 1 and 2, that the broker acknowledged every message. A connection that "
        "is lost while messages of QoS 0 go out ends the run with 8, after the rest of the input; "
        "so does a broker that is away for more than 60 seconds, at once. "
        "With --spool zero means that the input was read to its end and that nothing waits in the "
        "spool any more. Every other end says how many messages wait. 1: the spool could not be "
        "written, such as on a full disk. 10: it could not be opened, messages wait in it and "
        "--resume was not given, or the input is not the file or the message that is to be "
        "continued.",
    .see_also = see_also,
};

}  // namespace

const cli::CommandSpec& command() {
  return spec;
}

}  // namespace mqrig::pub
