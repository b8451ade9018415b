#include <mqrig/cli/mdoc.hpp>
#include <string>

#include "command.hpp"
#include "file_keys.hpp"

namespace mqrig::bridge_command {
namespace {

using cli::OptionSpec;
using cli::ValueKind;
namespace mdoc = cli::mdoc;

constexpr std::string_view description =
    "The files of mqrig(1) are written in TOML. A key is the long name of an option without its "
    "dashes, and takes the values that the option takes on a command line: texts in quotation "
    "marks, numbers, true and false for flags, arrays where an option may be repeated. Times and "
    "sizes have a unit (\"500ms\", \"10s\", \"7d\", \"64M\"); a bare number is seconds, or bytes. "
    "A key that is not known is an error, which names the line.";

constexpr std::string_view configuration =
    "Defaults for the options of all commands: $XDG_CONFIG_HOME/mqrig/config.toml, or "
    "~/.config/mqrig/config.toml, or the file that --config names. Keys at the top hold for every "
    "command that has such an option, those in a table named after a command for that command "
    "alone. CONFIGURATION in mqrig(1) says what is stronger than what.";

constexpr std::string_view scenarios =
    "A load test of several groups of clients and several phases. mqrig bench SCENARIO "
    "--print-scenario writes one with every key that it has, and a comment where a name does not "
    "say enough; see mqrig-bench(1).";

constexpr std::string_view bridges =
    "Links between brokers, for mqrig bridge run. Whether a file is well, and what would become "
    "of a message, says mqrig bridge check; what a change comes to is seen after SIGHUP: links of "
    "which nothing has changed go on. Files that a key names are relative to the folder in which "
    "mqrig was started.";

constexpr std::string_view guarantees =
    "What arrives depends on the QoS of a message, which is the lowest of its way, on the spool, "
    "and on the brokers: a broker that keeps sessions gives the bridge after a break what it owes. "
    "mosquitto(8) keeps them in memory, and across its own restart with persistence, as of the "
    "last time it wrote; mqrig-broker(1) keeps them with --state.\n\n"
    "QoS 0: at most once. What comes while the target is away is dropped and counted, unless "
    "spool-qos-0 is set.\n\n"
    "QoS 1 without a spool: at least once across breaks of a connection and the end of the bridge, "
    "as long as the source keeps its session: it is told that a message was taken when the target "
    "has taken it. What is published while the bridge is stopped waits in that session, as far as "
    "the queue of the broker goes and unless session-expiry-interval says otherwise.\n\n"
    "QoS 2 without a spool: exactly once across breaks of a connection, as long as both brokers "
    "keep their sessions. After a sudden end of the bridge, what was on its way may arrive "
    "twice.\n\n"
    "What a session is subscribed to stays there with it. SIGHUP takes back what no rule asks for "
    "any more, and a start does so with a spool. Without one a bridge does not know what an "
    "earlier "
    "one has subscribed to: started with other topics it gets those of before as well, and drops "
    "what no rule takes, with a warning; some brokers send a message twice that both match. "
    "Another id of that side begins anew.\n\n"
    "QoS 1 with a spool: at least once across the end of the bridge, of the machine and of the "
    "target at any moment. What the source has given is on the disk; what it still owes depends on "
    "its session.\n\n"
    "QoS 2 with a spool: exactly once across the same, as long as both brokers keep their "
    "sessions. A source that loses its session loses what it owed, and nothing that it gave. A "
    "target that loses its session may get again, and publish twice, what was on its way to it: "
    "at most window messages.\n\n"
    "The order of messages of one topic and QoS is kept. Messages that limits, filters, an expiry, "
    "loop prevention or the target itself keep out are counted, in the status, the metrics and "
    "below status-topic, each by its reason. What the target has refused stays in the spool for "
    "mqrig-spool(1).";

constexpr std::string_view example =
    "spool = \"/var/lib/mqrig/bridge.spool\"\n"
    "metrics = \"127.0.0.1:9100\"\n"
    "\n"
    "[[link]]\n"
    "name = \"cloud\"\n"
    "notification-topic = \"bridge/cloud/state\"\n"
    "limits = { bytes = \"1G\", age = \"7d\", policy = \"drop-oldest\" }\n"
    "\n"
    "[link.local]\n"
    "url = \"mqtt://127.0.0.1:1883\"\n"
    "\n"
    "[link.remote]\n"
    "url = \"mqtt://cloud.example\"\n"
    "username = \"site1\"\n"
    "password-file = \"/etc/mqrig/cloud.password\"\n"
    "\n"
    "[[link.rule]]\n"
    "topics = [\"sensors/#\"]\n"
    "exclude = [\"sensors/debug/#\"]\n"
    "remote-prefix = \"site1/\"\n"
    "qos = 1\n"
    "\n"
    "[[link.rule]]\n"
    "topics = [\"commands/#\"]\n"
    "direction = \"in\"\n"
    "remote-prefix = \"site1/\"\n";

constexpr std::string_view see_also[] = {"mqrig(1)", "mqrig-bench(1)", "mqrig-bridge(1)",
                                         "mqrig-spool(1)"};

/// What stands behind "key = ".
std::string value_of(const OptionSpec& key) {
  if (key.kind == ValueKind::flag) return "Cm true | false";
  const std::string value = "Ar " + std::string(key.value_name);
  return key.repeatable ? "Bo " + value + " , ... Bc" : value;
}

void entry(std::string& page, const OptionSpec& key) {
  page += ".It Cm " + std::string(key.long_name) + " No = " + value_of(key) + "\n";
  std::string help(key.help);
  if (help[0] >= 'a' && help[0] <= 'z') help[0] = static_cast<char>(help[0] - 'a' + 'A');
  mdoc::text(page, help + ".");
  mdoc::text(page, key.details);
  mdoc::choices(page, key);
  if (key.default_value.empty()) return;
  mdoc::text(page, "The default is " + std::string(key.default_value) + ".");
}

void tables(std::string& page) {
  for (const KeyTable& table : key_tables()) {
    mdoc::subsection(page, table.title);
    const std::string header(table.header.empty() ? "" : std::string(table.header) + ": ");
    mdoc::paragraphs(page, header + std::string(table.text));
    page += ".Bl -tag -width Ds\n";
    cli::for_each_option(table.keys(), [&page](const OptionSpec& key) {
      if (!key.hidden) entry(page, key);
    });
    page += ".El\n";
  }
}

}  // namespace

std::string toml_manual() {
  std::string page = mdoc::begin_page("mqrig.toml", "files of the MQTT toolkit mqrig", "5");
  mdoc::section(page, "DESCRIPTION");
  mdoc::paragraphs(page, description);
  mdoc::section(page, "CONFIGURATION FILE");
  mdoc::paragraphs(page, configuration);
  mdoc::section(page, "SCENARIO FILES");
  mdoc::paragraphs(page, scenarios);
  mdoc::section(page, "BRIDGE FILES");
  mdoc::paragraphs(page, bridges);
  tables(page);
  mdoc::section(page, "GUARANTEES");
  mdoc::paragraphs(page, guarantees);
  mdoc::section(page, "EXAMPLES");
  mdoc::text(page, "From a site to the cloud and back, over a line that may be down for days.");
  page += ".Bd -literal -offset indent\n";
  page += example;
  page += ".Ed\n";
  mdoc::see_also(page, see_also);
  return page;
}

}  // namespace mqrig::bridge_command
