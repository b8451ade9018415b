#include "command.hpp"
#include "scenario_kind.hpp"

namespace mqrig::bench {
namespace {

using cli::Choice;
using cli::OptionSpec;
using cli::ValueKind;

constexpr std::int64_t max_clients = 100'000'000;

constexpr OptionSpec scenario_options[] = {
    {.long_name = "scenario",
     .kind = ValueKind::choice,
     .value_name = "SCENARIO",
     .choices = scenario_choices,
     .once = true,
     .in_config = false,
     .help = "what to run; usually the first bare word",
     .details = "See SCENARIOS in the description."},
    {.long_name = "file",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .repeatable = true,
     .in_config = false,
     .help = "scenario of run, reports of compare and merge; bare words",
     .details = "Usually the words after the scenario. run takes one file, compare two, and merge "
                "one or more."},
    {.long_name = "print-scenario",
     .in_config = false,
     .help = "print the scenario that the options mean, and run nothing",
     .details = "TOML text for run, without a password. Options of the connection, of processes, "
                "searches and outputs are no part of it."},
};

constexpr Choice leave_choices[] = {
    {"clean", "with DISCONNECT"},
    {"unclean", "closing the network connection: the broker sends wills"},
};

constexpr OptionSpec clients_options[] = {
    {.long_name = "clients",
     .short_name = 'c',
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .maximum = max_clients,
     .help = "clients: those that the scenario is about",
     .details = "Publishers of pub, pubsub, fanin and shared, subscribers of sub and fanout, "
                "requesters of rr, connections of conn. Without it 100 for conn and 10 for the "
                "others."},
    {.long_name = "publishers",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .maximum = max_clients,
     .help = "publishers, where --clients counts others or is too short a name",
     .details = "One in fanout if not said."},
    {.long_name = "subscribers",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .maximum = max_clients,
     .help = "subscribers; of shared in each group, of rr those who answer",
     .details = "Of pubsub in all, dealt out to the topics in turn. If not said, one in fanin and "
                "rr, and 2 in each group of shared."},
    {.long_name = "subscribers-per-topic",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .maximum = 1'000'000,
     .help = "pubsub: subscribers of each publisher's topic; 1 if not said"},
    {.long_name = "ramp",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .default_value = "0",
     .help = "spread the connects evenly over this time",
     .details = "Without it, and without --connect-rate, clients connect as fast as they can, with "
                "at most 64 attempts of a thread under way."},
    {.long_name = "connect-rate",
     .kind = ValueKind::rate,
     .value_name = "RATE",
     .help = "connects of all clients together, such as 500/s"},
    {.long_name = "lifetime",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .default_value = "0",
     .help = "each client leaves after this time and connects again; 0: stays"},
    {.long_name = "leave",
     .kind = ValueKind::choice,
     .value_name = "HOW",
     .choices = leave_choices,
     .help = "how clients leave: clean or unclean",
     .details = "At the end of the run and of --lifetime: clean if not said. In a --storm: unclean "
                "if not said."},
    {.long_name = "storm",
     .negated = "no-storm",
     .help = "conn: all connections end at once, and come back, again and again"},
    {.long_name = "storm-interval",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .default_value = "2s",
     .help = "from all clients being back to the next storm"},
};

constexpr std::string_view subscriber_counts[] = {"subscribers", "subscribers-per-topic"};
constexpr std::string_view connect_paces[] = {"ramp", "connect-rate"};

}  // namespace

constinit const cli::OptionGroup scenario_group{"What to run", scenario_options};
constinit const cli::OptionGroup clients_group{"Clients", clients_options};
constinit const cli::Exclusive one_subscriber_count{"count of subscribers", subscriber_counts};
constinit const cli::Exclusive one_connect_pace{"pace of connecting", connect_paces};

}  // namespace mqrig::bench
