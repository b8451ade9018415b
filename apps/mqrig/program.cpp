#include "program.hpp"

#include <array>

#include "bench/command.hpp"
#include "bridge/command.hpp"
#include "broker/command.hpp"
#include "login/login.hpp"
#include "passwd/passwd.hpp"
#include "pub/pub.hpp"
#include "spool/command.hpp"
#include "sub/sub.hpp"

namespace mqrig {
namespace {

constexpr Command table[] = {
    {pub::command, pub::run},
    {sub::command, sub::run},
    {broker_command::command, broker_command::run},
    {bridge_command::command, bridge_command::run},
    {bench::command, bench::run},
    {spool::command, spool::run},
    {passwd::command, passwd::run},
    {login::command, login::run},
    {login::logout_command, login::run_logout},
};

constexpr cli::OptionSpec options[] = {
    {.long_name = "help", .in_config = false, .help = "show this help"},
    {.long_name = "version", .in_config = false, .help = "show the version"},
};

constexpr cli::OptionGroup general{"General", options};
constexpr const cli::OptionGroup* groups[] = {&general};

constexpr std::string_view usage[] = {"COMMAND [OPTION...]", "help COMMAND"};

constexpr cli::Example examples[] = {
    {"mqrig broker", "Run a broker for this machine."},
    {"mqrig pub -t home/door -m open", "Publish a message to the broker on this machine."},
    {"mqrig sub -h broker -t 'home/#' -v", "Follow what happens at home."},
    {"mqrig bridge --from mqtt://localhost --to mqtt://cloud -t 'home/#'",
     "Pass it on to another broker."},
    {"mqrig bench pubsub -h broker", "See how fast the broker is."},
};

constexpr std::string_view see_also[] = {
    "mqrig-pub(1)",   "mqrig-sub(1)",    "mqrig-broker(1)", "mqrig-bridge(1)", "mqrig-bench(1)",
    "mqrig-spool(1)", "mqrig-passwd(1)", "mqrig-login(1)",  "mqrig-logout(1)", "mqrig.toml(5)"};

constinit const cli::CommandSpec spec{
    .name = "mqrig",
    .summary = "the command-line MQTT toolkit",
    .description =
        "One program for what people do with MQTT from a shell, over MQTT 3.1, 3.1.1 "
        "and 5.0, on TCP and Unix sockets: a broker, clients for any broker, and a "
        "bridge between brokers.\n\n"
        "Standard output carries data and nothing else; everything said about the run "
        "goes to standard error.",
    .usage = usage,
    .groups = groups,
    .examples = examples,
    .see_also = see_also,
};

}  // namespace

const cli::CommandSpec& program() {
  return spec;
}

std::span<const Command> commands() {
  return table;
}

std::string toml_manual() {
  return bridge_command::toml_manual();
}

std::span<const cli::CommandSpec* const> command_specs() {
  static const auto specs = [] {
    std::array<const cli::CommandSpec*, std::size(table)> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = &table[i].spec();
    return all;
  }();
  return specs;
}

}  // namespace mqrig
