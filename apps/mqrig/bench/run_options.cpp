#include "command.hpp"

namespace mqrig::bench {
namespace {

using cli::Choice;
using cli::OptionSpec;
using cli::ValueKind;

constexpr OptionSpec processes_options[] = {
    {.long_name = "threads",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .maximum = 1024,
     .help = "threads of each process; one for each core if not said"},
    {.long_name = "workers",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .maximum = 1024,
     .own_table = true,
     .help = "processes; as many as the clients need if not said",
     .details = "A process has as many clients as it may have descriptors."},
    {.long_name = "shard",
     .kind = ValueKind::text,
     .value_name = "I/N",
     .in_config = false,
     .help = "be the part I of N of the test: one of several machines",
     .details = "Every machine runs the same command but for I, from 1 to N, and has its share of "
                "the clients. bench merge makes one report of those that --json writes."},
    {.long_name = "start-at",
     .kind = ValueKind::text,
     .value_name = "TIME",
     .in_config = false,
     .help = "publish from this time on, connect before",
     .details = "2026-01-31T12:00:00Z (or +01:00), seconds since 1970, or +DURATION from now, such "
                "as +30s."},
    {.long_name = "start-on",
     .kind = ValueKind::topic,
     .value_name = "TOPIC",
     .in_config = false,
     .help = "publish when a message comes on this topic, or is retained there",
     .details = "Subscribed to on the broker under test. Clients connect before. An empty message "
                "starts nothing."},
};

constexpr Choice verify_choices[] = {
    {"none", "messages are counted only"},
    {"basic", "loss, duplicates and order, from the stamps"},
    {"full", "and every byte of the payload"},
};

constexpr OptionSpec objectives_options[] = {
    {.long_name = "slo",
     .kind = ValueKind::text,
     .value_name = "LIST",
     .minimum = 1,
     .repeatable = true,
     .help = "objectives, such as 'p99<5ms,loss=0,rate>50k/s,errors=0'",
     .details = "Separated by commas; each is met or not in every output, and exit code 11 says "
                "that one is not. A percentile without a metric (delivery.p99.9<=20ms) is that of "
                "the round trip, else of the delivery, else of the acknowledgement, else of the "
                "connect, whichever the run has."},
    {.long_name = "verify",
     .kind = ValueKind::choice,
     .value_name = "HOW",
     .choices = verify_choices,
     .default_value = "basic",
     .help = "look at what arrives: none, basic or full"},
    {.long_name = "find-max",
     .in_config = false,
     .help = "search the highest rate that meets the objectives of --slo",
     .details = "Of all clients together. It tries rates for --step-duration each, and reports "
                "all of them."},
    {.long_name = "find-from",
     .kind = ValueKind::rate,
     .value_name = "RATE",
     .default_value = "1k/s",
     .help = "lowest rate of the search"},
    {.long_name = "find-to",
     .kind = ValueKind::rate,
     .value_name = "RATE",
     .default_value = "10M/s",
     .help = "highest rate of the search"},
    {.long_name = "step-duration",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .default_value = "5s",
     .help = "measured time of each rate of the search"},
    {.long_name = "tolerance",
     .kind = ValueKind::text,
     .value_name = "SHARE",
     .default_value = "5%",
     .help = "compare: how much worse is not yet a regression: 5% or 0.05"},
};

constexpr OptionSpec output_options[] = {
    {.long_name = "json",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .in_config = false,
     .help = "write the report as JSON",
     .details = "What bench compare and bench merge read. - is standard output, for one of these "
                "options at most."},
    {.long_name = "csv",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .in_config = false,
     .help = "write a line of figures for each interval"},
    {.long_name = "hdr",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .in_config = false,
     .help = "write the latencies as an HdrHistogram log"},
    {.long_name = "html",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .in_config = false,
     .help = "write the report as a page with charts, to be read offline"},
    {.long_name = "metrics",
     .kind = ValueKind::text,
     .value_name = "HOST:PORT",
     .own_table = true,
     .help = "serve figures for Prometheus while running"},
    {.long_name = "interval",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .default_value = "1s",
     .help = "time between two figures of everything that goes by time"},
    {.long_name = "live",
     .negated = "no-live",
     .default_value = "true",
     .help = "show the progress on standard error"},
    {.long_name = "plain",
     .negated = "no-plain",
     .help = "ASCII only: a line for each interval, no line that changes"},
};

constexpr std::string_view starts[] = {"start-at", "start-on"};

}  // namespace

constinit const cli::OptionGroup processes_group{"Processes and machines", processes_options};
constinit const cli::OptionGroup objectives_group{"Objectives", objectives_options};
constinit const cli::OptionGroup output_group{"Output", output_options};
constinit const cli::Exclusive one_start{"start", starts};

}  // namespace mqrig::bench
