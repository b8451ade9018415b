#include "file_keys.hpp"

namespace mqrig::bridge_command {
namespace {

using cli::Choice;
using cli::OptionSpec;
using cli::ValueKind;

constexpr Choice directions[] = {
    {"out", "from the local to the remote broker"},
    {"in", "from the remote to the local broker"},
    {"both", "either way"},
};

constexpr Choice retain_rules[] = {
    {"keep", "as the message was published"},
    {"drop", "never retained at the target"},
    {"force", "always retained at the target"},
};

constexpr Choice splits[] = {
    {"none", "the payload stays as it is"},
    {"json-array", "a message for each element of a JSON array"},
    {"lines", "a message for each line"},
};

constexpr OptionSpec options[] = {
    {.long_name = "topics",
     .kind = ValueKind::topic_filter,
     .value_name = "FILTER",
     .repeatable = true,
     .help = "messages that go: topic filters, without prefix"},
    {.long_name = "exclude",
     .kind = ValueKind::topic_filter,
     .value_name = "FILTER",
     .repeatable = true,
     .help = "messages that do not go",
     .details = "In the terms of the broker that they come from, with its prefix."},
    {.long_name = "direction",
     .kind = ValueKind::choice,
     .value_name = "WAY",
     .choices = directions,
     .default_value = "out",
     .help = "which way messages go: out, in or both"},
    {.long_name = "local-prefix",
     .kind = ValueKind::text,
     .value_name = "PREFIX",
     .help = "stands before the topic at the local broker",
     .details = "As in mosquitto.conf(5): it is taken off on the way out, and put before the topic "
                "on the way in. A slash at its end is part of it."},
    {.long_name = "remote-prefix",
     .kind = ValueKind::text,
     .value_name = "PREFIX",
     .help = "stands before the topic at the remote broker"},
    {.long_name = "target",
     .kind = ValueKind::text,
     .value_name = "PATTERN",
     .minimum = 1,
     .help = "topic at the target, made of parts: cloud/{1}/t/{#}",
     .details = "{1}, {2} and so on are what each + of the filter has matched, {#} is what its # "
                "has, and {topic} the whole topic; {{ and }} are braces. Where # has matched "
                "nothing, as a/# does a, a slash before {#} is left out. The prefix of the source "
                "is taken off before, and that of the target put before it. Not for both "
                "directions at once."},
    {.long_name = "max-qos",
     .kind = ValueKind::integer,
     .value_name = "QOS",
     .maximum = 2,
     .default_value = "2",
     .help = "highest QoS at the target",
     .details = "The bridge subscribes with it, too."},
    {.long_name = "qos",
     .kind = ValueKind::integer,
     .value_name = "QOS",
     .maximum = 2,
     .help = "QoS at the target, whatever a message came with"},
    {.long_name = "retain",
     .kind = ValueKind::choice,
     .value_name = "WHAT",
     .choices = retain_rules,
     .default_value = "keep",
     .help = "what becomes of the retain flag: keep, drop or force"},
    {.long_name = "initial-retained",
     .negated = "no-initial-retained",
     .default_value = "true",
     .help = "send what is retained when the bridge subscribes",
     .details =
         "Once, as long as the source keeps the session of the bridge. Below MQTT 5.0 without a "
         "spool it comes again at each start of the bridge, and false takes "
         "loop-prevention = false: to what says that it is a bridge, a broker sends what was "
         "retained like any other message."},
    {.long_name = "pass-properties",
     .negated = "no-pass-properties",
     .default_value = "true",
     .help = "pass MQTT 5.0 properties on, user properties included"},
    {.long_name = "remove-properties",
     .kind = ValueKind::text,
     .value_name = "NAME",
     .minimum = 1,
     .repeatable = true,
     .help = "MQTT 5.0 properties that do not pass",
     .details = "By name: content-type. \"user-property secret\" is that of the key secret, "
                "user-property alone are all of them."},
    {.long_name = "map-response-topic",
     .negated = "no-map-response-topic",
     .default_value = "true",
     .help = "turn response topics into those of the target",
     .details = "As topics that go the other way are turned; one that no rule covers stays as it "
                "is."},
    {.long_name = "expiry",
     .kind = ValueKind::seconds,
     .value_name = "TIME",
     .minimum = 1,
     .maximum = 4'294'967'295,
     .help = "expiry of messages that have none: 90, 10m, 1h",
     .details = "What has not left when it has passed is dropped; the target is told what is left "
                "of it (MQTT 5.0)."},
    {.long_name = "filter",
     .kind = ValueKind::text,
     .value_name = "EXPRESSION",
     .minimum = 1,
     .help = "messages that go: payload.temp > 20",
     .details = "An expression in JavaScript (ECMAScript 5) over topic, payload (what it says as "
                "JSON, or its text), text, size, qos, retain, user (the user properties) and "
                "properties (the others by their names). Loops are refused: map, filter and "
                "reduce do their work, and a message can't make one endless. A regular expression "
                "can still take long."},
    {.long_name = "transform",
     .kind = ValueKind::text,
     .value_name = "EXPRESSION",
     .minimum = 1,
     .help = "new payload: ({site: user.site, data: payload})",
     .details = "The same kind of expression. A text becomes the payload as it is, everything else "
                "as JSON; for undefined and null the message does not go."},
    {.long_name = "split",
     .kind = ValueKind::choice,
     .value_name = "FORMAT",
     .choices = splits,
     .default_value = "none",
     .help = "make several messages of one: json-array or lines",
     .details = "Before the filter, which sees each of them."},
    {.long_name = "spool-qos-0",
     .negated = "no-spool-qos-0",
     .help = "keep messages of QoS 0 while the target is away",
     .details = "Else they are dropped, and counted."},
};

constexpr cli::OptionGroup group{"Keys", options};
constexpr const cli::OptionGroup* groups[] = {&group};
constexpr cli::CommandSpec spec{.name = "bridge", .summary = "keys of a rule", .groups = groups};

}  // namespace

const cli::CommandSpec& rule_keys() {
  return spec;
}

}  // namespace mqrig::bridge_command
