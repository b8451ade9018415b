#include "file_keys.hpp"

namespace mqrig::bridge_command {
namespace {

using cli::Choice;
using cli::OptionSpec;
using cli::ValueKind;

constexpr OptionSpec top[] = {
    {.long_name = "spool",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .help = "keep messages in this file until the target has taken them",
     .details =
         "A message of QoS 1 or 2 is on the disk before its source is told that it is taken, "
         "and survives any end of the process or the machine. The file is made when it is "
         "missing, and belongs to one process at a time; mqrig-spool(1) looks into it. "
         "Without a spool nothing is stored: the source is told after the target has taken "
         "the message."},
    {.long_name = "metrics",
     .kind = ValueKind::host,
     .value_name = "HOST:PORT",
     .help = "serve metrics for Prometheus at http://HOST:PORT/metrics",
     .details = "There is no authentication: HOST should be localhost or in a network that may see "
                "them. With port 0 a free one is taken, and named on standard error."},
};

constexpr OptionSpec link[] = {
    {.long_name = "name",
     .kind = ValueKind::text,
     .value_name = "NAME",
     .minimum = 1,
     .help = "name of the link: letters, digits, '_', '.' and '-'",
     .details = "It is part of client identifiers, of the names of queues in the spool, and of "
                "metrics: under another name a link starts anew."},
    {.long_name = "spool",
     .negated = "no-spool",
     .help = "keep messages of this link in the spool",
     .details = "The default is true where the file names a spool."},
    {.long_name = "window",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .maximum = 65535,
     .default_value = "1000",
     .help = "messages of QoS 1 and 2 on their way to a broker",
     .details = "A broker may want fewer (Receive Maximum)."},
    {.long_name = "rate",
     .kind = ValueKind::rate,
     .value_name = "RATE",
     .help = "messages in each direction: 500/s, 6000/m",
     .details = "Without a rate messages go as fast as the brokers take them."},
    {.long_name = "loop-prevention",
     .negated = "no-loop-prevention",
     .default_value = "true",
     .help = "drop messages that have been at the target already",
     .details = "MQTT 5.0 carries the way of a message in the user property mqrig-path. An older "
                "broker is told that a bridge connects, and sends back nothing that came over it. "
                "That does not end a ring of three or more brokers: below 5.0 prefixes or exclude "
                "have to."},
    {.long_name = "max-hops",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .maximum = 1000,
     .help = "bridges that a message may pass, this one included",
     .details = "The default is 1 for rules of both directions, and 16 for others."},
    {.long_name = "notification-topic",
     .kind = ValueKind::topic,
     .value_name = "TOPIC",
     .help = "publish 1 there while both brokers are connected, else 0",
     .details = "Retained, at the local broker; also as the will of the bridge."},
    {.long_name = "notify-remote",
     .negated = "no-notify-remote",
     .help = "publish it at the remote broker as well"},
    {.long_name = "status-topic",
     .kind = ValueKind::topic,
     .value_name = "TOPIC",
     .help = "publish counters below this topic of the local broker",
     .details = "Retained, for each direction: TOPIC/out/received, and so on for forwarded, queued "
                "and queued-bytes, and for what was dropped because it was filtered, looped, "
                "invalid, refused, expired, full (by the limits) or offline (QoS 0)."},
    {.long_name = "status-interval",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .maximum = 86'400,
     .default_value = "10s",
     .help = "publish the counters this often"},
};

constexpr Choice policies[] = {
    {"block", "nothing more is read from the source until there is room"},
    {"drop-oldest", "the oldest waiting message makes room"},
    {"reject", "the new message is dropped; MQTT 5.0 tells the source so"},
};

constexpr OptionSpec limits[] = {
    {.long_name = "bytes",
     .kind = ValueKind::size,
     .value_name = "SIZE",
     .default_value = "0",
     .help = "bytes that wait, topics and properties included; 0 is any"},
    {.long_name = "messages",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .default_value = "0",
     .help = "messages that wait; 0 is any number"},
    {.long_name = "age",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .default_value = "0",
     .help = "drop messages that have waited longer; 0 is never"},
    {.long_name = "policy",
     .kind = ValueKind::choice,
     .value_name = "WHAT",
     .choices = policies,
     .default_value = "block",
     .help = "what gives way when too much waits",
     .details =
         "What has been read when a limit is reached is taken all the same, so that block may "
         "pass it by one read of the network. Acknowledgements come by the same connection as "
         "messages: while block reads nothing from a broker, no more than window messages go "
         "there, so that a queue that is full holds up the other direction of its link, too."},
};

constexpr Choice formats[] = {
    {"json-array", "a JSON array; a payload that is no JSON is a string in it"},
    {"lines", "a line each"},
};

constexpr OptionSpec batch[] = {
    {.long_name = "format",
     .kind = ValueKind::choice,
     .value_name = "FORMAT",
     .choices = formats,
     .help = "join messages of a topic into one: json-array or lines"},
    {.long_name = "count",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .maximum = 1'000'000,
     .default_value = "100",
     .help = "messages that are joined, at most"},
    {.long_name = "linger",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .maximum = 86'400,
     .default_value = "200ms",
     .help = "wait this long for others, at most"},
};

// Not user-property, which has a table.
constexpr OptionSpec properties[] = {
    {.long_name = "payload-format-indicator",
     .kind = ValueKind::integer,
     .value_name = "NUMBER",
     .maximum = 1,
     .help = "1 for UTF-8 text, 0 for unspecified bytes"},
    {.long_name = "message-expiry-interval",
     .kind = ValueKind::integer,
     .value_name = "SECONDS",
     .maximum = 4'294'967'295,
     .help = "seconds after which the message is of no use"},
    {.long_name = "content-type",
     .kind = ValueKind::text,
     .value_name = "TYPE",
     .help = "what the payload is, such as application/json"},
    {.long_name = "response-topic",
     .kind = ValueKind::topic,
     .value_name = "TOPIC",
     .help = "where a response is awaited"},
    {.long_name = "correlation-data",
     .kind = ValueKind::text,
     .value_name = "DATA",
     .help = "what a response is to carry"},
};

template <const auto& options>
const cli::CommandSpec& keys() {
  static constexpr cli::OptionGroup group{"Keys", options};
  static constexpr const cli::OptionGroup* groups[] = {&group};
  static constexpr cli::CommandSpec spec{
      .name = "bridge", .summary = "keys of a bridge file", .groups = groups};
  return spec;
}

constexpr KeyTable tables[] = {
    {"Top of the file", "", "Of all links together.", top_keys},
    {"Link", "[[link]]",
     "One link between two brokers. There may be any number of them, each with a name "
     "of its own.",
     link_keys},
    {"Limits", "[link.limits]",
     "How much may wait in each direction of a link. Without a spool that is what the source has "
     "sent and the target has not taken yet.",
     limit_keys},
    {"Brokers", "[link.local] and [link.remote]",
     "The two brokers of a link, in the words of options of mqrig-sub(1). One of url, host and "
     "unix "
     "names the broker. A bridge connects as often as it takes, and goes on with the session that "
     "the broker keeps for it.",
     side_keys},
    {"Rule", "[[link.rule]]",
     "Which messages go over the link, and what becomes of them. A message goes by each rule that "
     "matches it, but never twice to one topic.",
     rule_keys},
    {"Batch", "[link.rule.batch]",
     "Messages of one topic that follow each other, joined into one. Works with a spool and "
     "without.",
     batch_keys},
    {"Properties to set", "[link.rule.set-properties]",
     "MQTT 5.0 properties that every message of the rule gets, in place of those that it came "
     "with. User properties stand in a table of their own: user-property = { site = \"north\" }.",
     property_keys},
};

}  // namespace

std::span<const KeyTable> key_tables() {
  return tables;
}

const cli::CommandSpec& top_keys() {
  return keys<top>();
}
const cli::CommandSpec& link_keys() {
  return keys<link>();
}
const cli::CommandSpec& limit_keys() {
  return keys<limits>();
}
const cli::CommandSpec& batch_keys() {
  return keys<batch>();
}
const cli::CommandSpec& property_keys() {
  return keys<properties>();
}

}  // namespace mqrig::bridge_command
