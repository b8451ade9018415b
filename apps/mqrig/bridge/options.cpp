#include <array>
#include <mqrig/cli/shared_options.hpp>

#include "command.hpp"
#include "typed_options.hpp"

namespace mqrig::bridge_command {
namespace {

using cli::Choice;
using cli::OptionSpec;
using cli::ValueKind;

constexpr Choice actions[] = {
    {"run", "bridge as a file says"},
    {"check", "look at a file, and show where topics go"},
    {"import", "print the TOML of a mosquitto.conf"},
};

constexpr OptionSpec file_options[] = {
    {.long_name = "action",
     .kind = ValueKind::choice,
     .value_name = "ACTION",
     .choices = actions,
     .once = true,
     .in_config = false,
     .help = "what to do with a file; usually the first bare word"},
    {.long_name = "file",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .once = true,
     .in_config = false,
     .help = "bridge file, or mosquitto.conf; usually the second bare word",
     .details = "A dash is standard input. The keys of a bridge file are in mqrig.toml(5)."},
    {.long_name = "show-topic",
     .kind = ValueKind::topic,
     .value_name = "TOPIC",
     .repeatable = true,
     .in_config = false,
     .help = "topic whose way check shows; usually a bare word"},
    {.long_name = "print-config",
     .in_config = false,
     .help = "print the options of one link as a bridge file, and exit",
     .details = "Without passwords: standard error says where one was left out."},
};

constexpr OptionSpec process_options[] = {
    {.long_name = "pid-file",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .own_table = true,
     .help = "write the process id to this file while running",
     .details = "The file is locked: a second bridge with the same file does not start. One that "
                "a killed bridge left behind is taken over."},
    {.long_name = "ready-fd",
     .kind = ValueKind::integer,
     .value_name = "NUMBER",
     .minimum = 3,
     .maximum = 1'048'576,
     .in_config = false,
     .help = "write a line to this descriptor when the bridge has started",
     .details =
         "Whether the brokers can be reached does not matter: a bridge connects as often as "
         "it takes. The descriptor is closed then. A service manager that sets NOTIFY_SOCKET "
         "is told in any case."},
};

constexpr cli::OptionGroup file_group{"Files", file_options};
constexpr cli::OptionGroup process_group{"Process", process_options};

constexpr std::string_view positionals[] = {"action", "file", "show-topic"};

constexpr std::string_view usage[] = {
    "--from URL --to URL -t FILTER [OPTION...]",
    "run FILE [OPTION...]",
    "check FILE [TOPIC...]",
    "import FILE",
};

constexpr cli::Example examples[] = {
    {"mqrig bridge --from mqtt://localhost --to mqtt://cloud.example -t 'sensors/#' --spool "
     "bridge.spool",
     "From this machine to the cloud; what the line can't take now waits on the disk."},
    {"mqrig bridge --from mqtt://old --to mqtt://new -t '#' --direction both",
     "Move from one broker to another, one client after the other."},
    {"mqrig bridge --from mqtt://hall --to mqtt://office -t 'meter/+/power' --target "
     "'hall/{1}/watt' --filter 'payload.w > 0' --transform 'payload.w'",
     "Choose, rename and unpack."},
    {"mqrig bridge --from mqtt://a --to mqtt://b -t x --print-config > bridge.toml",
     "Begin a file, to be edited and run."},
    {"mqrig bridge check bridge.toml sensors/1/temp", "See what would become of a message."},
    {"mqrig bridge import /etc/mosquitto/mosquitto.conf > bridge.toml",
     "Take over the bridges of mosquitto."},
};

constexpr std::string_view see_also[] = {"mqrig(1)", "mqrig-broker(1)", "mqrig-spool(1)",
                                         "mqrig.toml(5)", "mosquitto.conf(5)"};

constexpr std::string_view description =
    "Passes messages on between brokers: over a link from a local broker to a remote one, the "
    "other way, or both. Which broker is called local does not matter but for the words out (from "
    "local to remote) and in. One link is given by options; a file has any number of them.\n\n"
    "A message is taken from its source after the target has it, or with --spool after it is on "
    "the disk. With a spool, messages of QoS 2 arrive exactly once across the end of the bridge "
    "at any moment, as long as both brokers keep their sessions; see GUARANTEES in mqrig.toml(5). "
    "Either broker may be away at the start and later: the bridge connects again as often as it "
    "takes, after pauses that grow.\n\n"
    "Loops are prevented: a message does not return to a broker that it has been at, in a ring of "
    "bridges neither, as long as the brokers speak MQTT 5.0.\n\n"
    "run reads a file; import prints one that does what the connections of a mosquitto.conf do, "
    "with what can't be carried over as comments, and said on standard error. check looks at a "
    "file without connecting, prints what is wrong or doubtful on standard error, and for each "
    "TOPIC what would become of a message there, in both directions, on standard output.\n\n"
    "SIGINT and SIGTERM stop the bridge: it reads no more, waits up to five seconds for what is on "
    "its way, and ends. A second one ends it at once; with a spool nothing is lost then, either. "
    "SIGHUP reads the file again: links that are the same go on, and where the file is faulty all "
    "of them do. SIGUSR1 prints the status of each link. All of that goes to standard error.";

}  // namespace

const cli::CommandSpec& command() {
  static const std::array<const cli::OptionGroup*, 7> groups = [] {
    const auto typed = typed_groups();
    return std::array<const cli::OptionGroup*, 7>{&file_group,
                                                  typed[0],
                                                  typed[1],
                                                  typed[2],
                                                  typed[3],
                                                  &process_group,
                                                  &cli::offline_general_group};
  }();
  static const cli::CommandSpec spec{
      .name = "bridge",
      .summary = "pass messages on between MQTT brokers",
      .description = description,
      .usage = usage,
      .positionals = positionals,
      .groups = groups,
      .examples = examples,
      .exit_notes =
          "Zero means that the bridge was stopped by a signal, which is how it is meant to end; "
          "130 or 143 that a second signal cut that short. It is 2 when options or a file are "
          "wrong, the rules of a link among them; 3 when metrics could not be served; 10 when a "
          "file or the spool could not be read. When no link is left because each was refused for "
          "good, it is the code of the last refusal: 5 for credentials.",
      .see_also = see_also,
  };
  return spec;
}

}  // namespace mqrig::bridge_command
