#include <mqrig/cli/shared_options.hpp>

#include "command.hpp"

namespace mqrig::bench {
namespace {

constexpr const cli::OptionGroup* groups[] = {
    &scenario_group,
    &clients_group,
    &pace_group,
    &message_group,
    &message_properties_group,
    &objectives_group,
    &output_group,
    &processes_group,
    &cli::many_connections_group,
    &cli::many_credentials_group,
    &cli::token_group,
    &cli::tls_group,
    &cli::network_group,
    &cli::many_sessions_group,
    &cli::connect_properties_group,
    &cli::will_group,
    &any_property_group,
    &cli::general_group,
};

constexpr const cli::Exclusive* exclusives[] = {
    &one_subscriber_count,
    &one_connect_pace,
    &one_pace,
    &one_payload,
    &one_start,
    &cli::one_broker,
    &cli::one_client_id,
    &cli::one_password,
    &cli::one_token,
    &cli::one_token_url,
    &cli::one_token_place,
    &cli::one_key_password,
    &cli::one_certificate,
    &cli::one_psk,
    &cli::one_proxy_password,
    &cli::one_will_payload,
};

constexpr std::string_view positionals[] = {"scenario", "file", "url"};

constexpr std::string_view usage[] = {
    "{pub|sub|conn|pubsub|rr|fanout|fanin|shared} [OPTION...] [URL]",
    "run FILE [OPTION...] [URL]",
    "compare A.json B.json [--tolerance SHARE]",
    "merge FILE... [--json FILE]",
};

constexpr cli::Example examples[] = {
    {"mqrig bench pubsub", "A first look, against a broker of its own."},
    {"mqrig bench pubsub -c 100 --rate 100 -q 1 --slo 'p99<5ms,loss=0' -h broker",
     "10,000 messages a second, each to one subscriber; exit code 11 if that is too much."},
    {"mqrig bench pub -c 1000 -t 'site/{client}/%u' -s 16-1k -u user -h broker --count 1000000",
     "A million messages as fast as the broker takes them."},
    {"mqrig bench conn -c 100000 --connect-rate 2k/s --bind 127.0.0.2-127.0.0.20 -h broker",
     "Many connections, from several addresses."},
    {"mqrig bench fanin -c 200 --find-max --slo 'p99<20ms,loss=0' --html report.html -h broker",
     "Search what the broker can do, and show it on a page."},
    {"mqrig bench rr -c 10 --think 100ms --print-scenario > rr.toml; mqrig bench run rr.toml",
     "Write a scenario to a file, to be edited and run."},
    {"mqrig bench compare before.json after.json", "What a change has cost; 11 if too much."},
};

constexpr std::string_view see_also[] = {"mqrig(1)", "mqrig-broker(1)", "mqrig-pub(1)",
                                         "mqrig-sub(1)"};

constinit const cli::CommandSpec spec{
    .name = "bench",
    .summary = "load-test an MQTT broker",
    .description =
        "Puts a broker under load, measures what its users would feel, and proves what was lost. "
        "With no broker named, by an option, a URL, the environment or the configuration file, it "
        "runs against an embedded broker of its own, and says so.\n\n"
        "SCENARIOS. pub: clients publish, nobody of ours receives. sub: clients subscribe and "
        "count what others publish. conn: clients connect and stay idle. pubsub: each publisher "
        "has a topic and subscribers of its own. rr: requesters await the response to each "
        "request, responders share the requests. fanout: one publisher, many subscribers. fanin: "
        "many publishers, one subscriber. shared: many publishers, groups of subscribers that "
        "share the messages. run: the scenario of a TOML file, which --print-scenario writes: "
        "several groups of clients, and phases with a level each. compare and merge work with "
        "the reports that --json writes.\n\n"
        "LOOPS. With a rate the loop is open: messages are sent by a schedule that waits for "
        "nobody, and a latency starts when its message was to be sent, so that a broker that "
        "stalls can't hide it. Without one the loop is closed: each client has --inflight "
        "messages on their way, at QoS 0 as many as the connection takes, and the figure of "
        "interest is the rate. The report says which it was, and how far the generator itself "
        "was behind.\n\n"
        "SHOWING. While it runs: lines on a terminal, --plain ones elsewhere, figures for "
        "Prometheus with --metrics. At the end: tables on standard output, and what --json, --csv, "
        "--hdr and --html ask for. Errors are counted by kind and reason code. sub adopts the "
        "first run whose stamps it sees: messages of any other count as those of others. -d shows "
        "every packet of every client, which is for few.\n\n"
        "TEMPLATES. In topics, filters, client identifiers, user names, shared groups and "
        "--payload-template: {client} is the number of the client in its group, from 0, {n} that "
        "of its message, {rand} a random number; each takes an end, as in {n:10}, which goes from "
        "0 to 9. {id} and {user} are client identifier and user name, {group} the group of "
        "clients, {run} a random number of the run, {shard} the part of --shard, {time} "
        "milliseconds since 1970, {uuid} a random UUID; {{ and }} are braces. As in emqtt-bench, "
        "%i is {client} from 1, %c {id}, %u {user}, %s {n} from 1, and %% a percent sign.",
    .usage = usage,
    .positionals = positionals,
    .groups = groups,
    .exclusives = exclusives,
    .examples = examples,
    .exit_notes =
        "Zero means that all was measured, nothing was missed and no guarantee of MQTT was broken. "
        "11: an objective was missed, a message of QoS 1 or 2 was lost, one of QoS 2 came twice, "
        "or compare found a regression. 3: no client could connect. 5: none could because the "
        "broker refused its credentials. 6: it refused all messages or subscriptions. 1: nothing "
        "was measured, or a report could not be "
        "written. 130: the run was interrupted (143 by SIGTERM), whatever it has found; its report "
        "is complete for the time that it had. A run that only a signal ends, such as one of "
        "--duration 0, ends with the code of what it has found. A second signal ends it at once, "
        "without a report.",
    .see_also = see_also,
};

}  // namespace

const cli::CommandSpec& command() {
  return spec;
}

}  // namespace mqrig::bench
