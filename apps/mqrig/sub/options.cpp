#include <mqrig/cli/shared_options.hpp>

#include "../message_view.hpp"
#include "exec_settings.hpp"
#include "spool_settings.hpp"
#include "sub.hpp"

namespace mqrig::sub {
namespace {

using cli::Choice;
using cli::OptionSpec;
using cli::ValueKind;

constexpr Choice retain_handling[] = {
    {"always", "with every subscription"},
    {"new", "only if the subscription is new"},
    {"never", "not at all"},
};

constexpr OptionSpec subscription_options[] = {
    {.long_name = "topic",
     .short_name = 't',
     .kind = ValueKind::topic_filter,
     .value_name = "FILTER",
     .repeatable = true,
     .env = "MQRIG_TOPIC",
     .help = "topic filter to subscribe to",
     .details = "+ stands for one level, a final # for all the rest: quote it for the shell."},
    {.long_name = "qos",
     .short_name = 'q',
     .kind = ValueKind::integer,
     .value_name = "QOS",
     .maximum = 2,
     .default_value = "0",
     .env = "MQRIG_QOS",
     .help = "highest quality of service to receive with: 0, 1 or 2"},
    {.long_name = "unsubscribe",
     .short_name = 'U',
     .kind = ValueKind::topic_filter,
     .value_name = "FILTER",
     .repeatable = true,
     .help = "end this subscription of a kept session",
     .details = "Useful with --disable-clean-session. Done after the subscriptions of --topic."},
    {.long_name = "no-local", .negated = "local", .help = "leave out our own messages (MQTT 5.0)"},
    {.long_name = "retain-as-published",
     .negated = "no-retain-as-published",
     .help = "keep the retain flag as the publisher set it (MQTT 5.0)"},
    {.long_name = "retain-handling",
     .kind = ValueKind::choice,
     .value_name = "WHEN",
     .choices = retain_handling,
     .default_value = "always",
     .help = "when the broker sends retained messages (MQTT 5.0)",
     .details = "always, new (only for a subscription that did not exist) or never."},
    {.long_name = "subscription-id",
     .kind = ValueKind::integer,
     .value_name = "NUMBER",
     .minimum = 1,
     .maximum = 268'435'455,
     .help = "number that comes back with each message (MQTT 5.0)"},
    {.long_name = "subscribe-user-property",
     .kind = ValueKind::key_value,
     .value_name = "KEY=VALUE",
     .repeatable = true,
     .help = "user property of the subscription (MQTT 5.0)"},
};

constexpr OptionSpec embedded_options[] = {
    {.long_name = "embedded",
     .in_config = false,
     .help = "run a broker in this process, and subscribe to that",
     .details = "With --port, --host, --unix or a URL on the command line it listens there, on "
                "this machine only, for others to publish to; without, there is no port at all. It "
                "ends with the subscriber. What mqrig-broker(1) can do beyond that takes a broker "
                "of its own."},
};

constexpr OptionSpec selection_options[] = {
    {.long_name = "filter-out",
     .short_name = 'T',
     .kind = ValueKind::topic_filter,
     .value_name = "FILTER",
     .repeatable = true,
     .help = "drop messages whose topic matches this filter"},
    {.long_name = "skip-retained",
     .short_name = 'R',
     .negated = "no-skip-retained",
     .help = "drop retained messages"},
    {.long_name = "retained-only",
     .negated = "no-retained-only",
     .help = "print retained messages only; end at the first that is not"},
    {.long_name = "remove-retained",
     .in_config = false,
     .help = "clear each retained message that arrives",
     .details = "Messages that --filter-out or --skip-retained drops are left alone."},
    {.long_name = "random-filter",
     .kind = ValueKind::number,
     .value_name = "PERCENT",
     .maximum = 100,
     .default_value = "100",
     .help = "print only about this share of the messages"},
};

constexpr OptionSpec end_options[] = {
    {.long_name = "count",
     .short_name = 'C',
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .help = "end after this many messages",
     .details = "With --exec those count whose command has succeeded."},
    {.long_name = "timeout",
     .short_name = 'W',
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .help = "end after this time, with exit code 7",
     .details = "Counts from the start, connecting included."},
    {.long_name = "idle-timeout",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .help = "end after this time without a message",
     .details = "Counts from the broker's answer to the subscriptions, and from each message. The "
                "exit code is 7 if --count was given and not reached, else 0."},
    {.long_name = "exit-after-subscribe",
     .short_name = 'E',
     .in_config = false,
     .help = "end as soon as the broker has acknowledged the subscriptions",
     .details = "With --disable-clean-session this sets up a session for later. Messages that come "
                "already are neither printed nor acknowledged."},
};

constexpr Choice property_packets[] = {
    {"connect", "properties of the connection"},
    {"subscribe", "properties of the subscription"},
    {"unsubscribe", "properties of the unsubscription"},
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
     .details = "PACKET is connect, subscribe, unsubscribe, will or disconnect. The name is as in "
                "the specification, with dashes: subscription-identifier. For user-property a key "
                "and a value follow."},
};

constexpr cli::OptionGroup subscription_group{"Subscription", subscription_options};
constexpr cli::OptionGroup embedded_group{"Embedded broker", embedded_options};
constexpr cli::OptionGroup selection_group{"Which messages", selection_options};
constexpr cli::OptionGroup end_group{"When to end", end_options};
constexpr cli::OptionGroup any_property_group{"Any property (MQTT 5.0)", any_property_options};

constexpr const cli::OptionGroup* groups[] = {
    &subscription_group,
    &message_output_group,
    &exec_group,
    &spool_group,
    &selection_group,
    &end_group,
    &embedded_group,
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

constexpr std::string_view retained[] = {"skip-retained", "retained-only"};
constexpr cli::Exclusive one_retained{"choice of retained messages", retained};

constexpr const cli::Exclusive* exclusives[] = {
    &one_message_format,    &one_retained,         &cli::one_broker,    &cli::one_client_id,
    &cli::one_password,     &cli::one_token,       &cli::one_token_url, &cli::one_token_place,
    &cli::one_key_password, &cli::one_certificate, &cli::one_psk,       &cli::one_proxy_password,
    &cli::one_will_payload,
};

constexpr std::string_view positionals[] = {"url"};

constexpr std::string_view usage[] = {
    "[OPTION...] -t FILTER...",
    "[OPTION...] mqtt://[USER@]HOST[:PORT]/FILTER",
};

constexpr cli::Example examples[] = {
    {"mqrig sub -t 'home/#' -v", "Follow a tree of topics."},
    {"mqrig sub -t sensors/+/temperature -j | jq -r .payload", "Pass messages on as JSON."},
    {"mqrig sub -t reply -C 1 -W 5s", "Wait for one message, five seconds at most."},
    {"mqrig sub -t '#' --retained-only -F '%t' --idle-timeout 2s", "List what a broker retains."},
    {"mqrig sub -h broker -i tail -c -x 1h -q 1 -t jobs",
     "Miss nothing while away for up to an hour."},
    {"mqrig sub -i worker -c -q 1 -t 'jobs/#' --exec './job {2}' --exec-jobs 4 --exec-timeout 1m",
     "Run a program for each message, and acknowledge it when that has succeeded."},
    {"mqrig sub -i logger -q 2 -t 'log/#' --spool inbox.spool --exec './store'",
     "Handle each message, whatever is killed meanwhile."},
    {"mqrig sub --embedded -p 1884 -v -t '#'", "See what a device sends, without a broker."},
};

constexpr std::string_view see_also[] = {"mqrig(1)", "mqrig-broker(1)", "mqrig-pub(1)", "jq(1)"};

constinit const cli::CommandSpec spec{
    .name = "sub",
    .summary = "subscribe to MQTT topics, and print messages or run commands for them",
    .description =
        "Subscribes to topics of an MQTT broker and prints what arrives: payloads on lines, "
        "payloads with their topics, JSON, or any format. Or runs a command for each message.\n\n"
        "A message is acknowledged after it was written; with --exec, after its command has "
        "succeeded; "
        "with --spool, after it is on the disk. When the reader of the output is slow, "
        "mqrig reads less from the broker: memory stays small and the connection alive. When "
        "the connection is lost, mqrig says so, connects again and goes on.",
    .usage = usage,
    .positionals = positionals,
    .groups = groups,
    .exclusives = exclusives,
    .examples = examples,
    .exit_notes =
        "Zero means that the run ended as asked: by --count, --idle-timeout, "
        "--exit-after-subscribe, --retained-only, a closed pipe, or a signal where none of these "
        "was given. A time that is over before --count is reached, and any --timeout, is 7. When "
        "the broker refuses some of the subscriptions, the others go on, and the end is 6. A "
        "program of "
        "--exec that cannot be found is 2 at the start and 1 later; with --exec-failed stop, a "
        "command that fails for good is 1. A spool that cannot be opened is 10.",
    .see_also = see_also,
};

}  // namespace

const cli::CommandSpec& command() {
  return spec;
}

}  // namespace mqrig::sub
