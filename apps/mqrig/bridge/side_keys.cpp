#include <array>
#include <iterator>
#include <mqrig/cli/shared_options.hpp>
#include <vector>

#include "file_keys.hpp"

namespace mqrig::bridge_command {
namespace {

using cli::Choice;
using cli::OptionSpec;
using cli::ValueKind;

constexpr OptionSpec of_a_bridge[] = {
    {.long_name = "name",
     .kind = ValueKind::text,
     .value_name = "NAME",
     .minimum = 1,
     .help = "name of the broker in the path of a message, without blanks",
     .details = "Loop prevention tells brokers apart by it, so that every bridge to a broker has "
                "to call it the same, and no other broker so. The default is made of its address "
                "and, where that is a Unix socket or of the kind of localhost, of this machine. "
                "Give names where bridges on several machines form a ring, or one each way, and "
                "reach a broker by different addresses, such as localhost and its name; and where "
                "brokers of several sites have the same address."},
    {.long_name = "share",
     .kind = ValueKind::text,
     .value_name = "GROUP",
     .minimum = 1,
     .help = "subscribe as a member of this group of bridges",
     .details =
         "The broker deals messages out to the members (shared subscription): several "
         "processes share the load of a link. What the broker keeps for one that is away "
         "waits for it, or goes to others, as the broker has it. On one machine each of them "
         "needs an id of its own, for both brokers."},
};

constexpr Choice packets[] = {{"connect"}};

constexpr OptionSpec any_property[] = {
    {.long_name = "property",
     .kind = ValueKind::property,
     .value_name = "PROPERTIES",
     .choices = packets,
     .repeatable = true,
     .help = "any MQTT 5.0 properties of CONNECT by their names",
     .details = "An array of arrays: [[\"connect\", \"request-problem-information\", \"1\"]]."},
};

/// What read_client_options() asks for and a bridge decides, and what a file that is read again has
/// no use for.
constexpr std::string_view decided[] = {
    "disable-clean-session", "id-prefix", "reconnect", "debug", "password-fd", "ask-password"};

struct OwnText {
  std::string_view key;
  std::string_view details;
};

/// Where the words of a command line would mislead.
constexpr OwnText own_texts[] = {
    {"url",
     "The form is mqtt://[user[:password]@]host[:port], mqtts:// for TLS, "
     "ws://[user[:password]@]host[:port][/path] and wss:// for a WebSocket, or unix:///path for a "
     "Unix socket. Reserved characters are percent-encoded (p%40ss)."},
    {"password",
     "A file that others may read is no place for it: password-file and password-env "
     "keep it out."},
    {"id",
     "The default is mqrig-bridge-LINK-SIDE- and a number made of the name of the machine and "
     "that of the link (for MQTT 3.1, which takes no more than 23 characters, the number "
     "alone): the session is found again after a restart. Where the machine has another name "
     "at each start, as in a container, it has to be said."},
    {"session-expiry-interval",
     "Whole seconds (or 10m, 1h, 7d), or never, the default: what a broker has for the bridge "
     "waits "
     "there while the bridge is stopped, as far as the broker's queue goes. At a broker that "
     "nothing is read from, a bridge without a spool begins anew."},
};

OptionSpec key_of(OptionSpec option, bool hidden) {
  option.short_name = '\0';
  option.env = {};
  option.hidden = hidden;
  for (const std::string_view name : decided) option.hidden |= option.long_name == name;
  for (const OwnText& own : own_texts) {
    if (own.key == option.long_name) option.details = own.details;
  }
  return option;
}

std::vector<OptionSpec> all_options() {
  std::vector<OptionSpec> all(std::begin(of_a_bridge), std::end(of_a_bridge));
  const auto add = [&all](std::span<const OptionSpec> options, bool hidden) {
    for (const OptionSpec& option : options) all.push_back(key_of(option, hidden));
  };
  for (const cli::OptionGroup* group :
       {&cli::connection_group, &cli::credentials_group, &cli::token_group, &cli::tls_group,
        &cli::network_group, &cli::session_group}) {
    add(group->options, false);
  }
  add(cli::connect_properties_group.options, false);
  add(any_property, false);
  add(cli::will_group.options, true);
  add(cli::general_group.options.first(1), true);  // --debug
  return all;
}

}  // namespace

const cli::CommandSpec& side_keys() {
  static const std::vector<OptionSpec> options = all_options();
  static const cli::OptionGroup group{"Keys", options};
  static const cli::OptionGroup* const groups[] = {&group};
  static const cli::CommandSpec spec{
      .name = "bridge", .summary = "keys of a broker", .groups = groups};
  return spec;
}

}  // namespace mqrig::bridge_command
