#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/usage_error.hpp>

#include "child_process.hpp"
#include "exec_settings.hpp"

namespace mqrig::sub {
namespace {

using cli::Choice;
using cli::OptionSpec;
using cli::ValueKind;

constexpr Choice after_failure[] = {
    {"skip", "acknowledge the message and go on"},
    {"nack", "acknowledge it with an error (MQTT 5.0) and go on"},
    {"keep", "keep it in the spool as refused and go on"},
    {"stop", "end with exit code 1; it is not acknowledged"},
};

constexpr OptionSpec exec_options[] = {
    {.long_name = "exec",
     .kind = ValueKind::text,
     .value_name = "COMMAND",
     .own_table = true,
     .help = "run a command for each message, the payload on its input",
     .details =
         "The text is taken apart into words by blanks, quotes and backslashes as in a shell, and "
         "run without one. In the words {topic}, {qos} and {retain} stand for those of the "
         "message, and {1}, {2} and so on for the levels of its topic. What a publisher sends "
         "there is never split or expanded, but it may begin with a dash: put -- before it where "
         "the program has options. Who wants a shell writes sh -c '...' and takes "
         "\"$MQRIG_MESSAGE_TOPIC\": a topic in the script itself is refused. The variables are "
         "MQRIG_MESSAGE_TOPIC, _QOS, _RETAIN, _DUP and "
         "_ATTEMPT (from 1), and where the message has them _CONTENT_TYPE, _RESPONSE_TOPIC, "
         "_CORRELATION_DATA (base64), _EXPIRY, _PAYLOAD_FORMAT, _SUBSCRIPTION_IDENTIFIER and "
         "_USER_PROPERTY_KEY (capitals; what is no letter or digit is _; values of the same name "
         "stand on lines of their own). Passwords and tokens are taken out, wherever "
         "--password-env and its like name them. Messages are "
         "printed only with --verbose, --json or --format, each before its command starts; what "
         "commands print goes to the same places as ours. A command that leaves processes in its "
         "process group takes them along when it ends."},
    {.long_name = "exec-jobs",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .maximum = 1024,
     .default_value = "1",
     .help = "commands that may run at the same time",
     .details =
         "Messages of one topic are handled one after the other, in their order, in any case. "
         "Acknowledgements have the order of the messages: after a crash, what had finished "
         "before an older one comes again. While all of them are busy, little is read from the "
         "broker."},
    {.long_name = "exec-timeout",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .help = "end a command after this time; it has failed",
     .details = "Its process group gets SIGTERM, and SIGKILL after --exec-grace."},
    {.long_name = "exec-retries",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .maximum = 1'000'000'000,
     .default_value = "3",
     .help = "how often to run a command again that has failed",
     .details = "It has failed if its exit code is not 0."},
    {.long_name = "exec-retry-delay",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .default_value = "1s",
     .help = "wait this long before the first retry",
     .details = "Doubles each time up to a minute, of which a random part of up to a half is left "
                "out."},
    {.long_name = "exec-failed",
     .kind = ValueKind::choice,
     .value_name = "WHAT",
     .choices = after_failure,
     .help = "what to do with a message whose command has failed for good",
     .details =
         "skip, the default, warns, acknowledges the message and goes on. nack does the "
         "same, and tells an MQTT 5.0 broker so with the reason code 0x83. stop ends the run "
         "with exit code 1: the message is not acknowledged. keep, the default with "
         "--spool, leaves it there as refused, for mqrig-spool(1)."},
    {.long_name = "exec-grace",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .default_value = "5s",
     .help = "how long commands may go on at the end",
     .details = "When the run ends, by a signal or otherwise, no more commands are started, and "
                "those that run have this time. Then they get SIGTERM, and after the same time "
                "SIGKILL. A second signal ends all of them at once."},
};

constexpr std::string_view exec_details[] = {"exec-jobs",        "exec-timeout", "exec-retries",
                                             "exec-retry-delay", "exec-failed",  "exec-grace"};

ExecSettings::Failed failed_of(const cli::Options& options) {
  const std::string_view word = options.text("exec-failed");
  const bool spool = options.has("spool");
  if (word == "keep" && !spool) throw cli::UsageError("--exec-failed keep needs --spool");
  if (word == "nack" && spool && options.text("ack-after") != "exec") {
    throw cli::UsageError(
        "--exec-failed nack does not go with --spool, where a message has been acknowledged "
        "already, unless --ack-after exec says otherwise");
  }
  if (word == "nack") return ExecSettings::Failed::nack;
  if (word == "stop") return ExecSettings::Failed::stop;
  if (word == "keep") return ExecSettings::Failed::keep;
  return word.empty() && spool ? ExecSettings::Failed::keep : ExecSettings::Failed::skip;
}

}  // namespace

constinit const cli::OptionGroup exec_group{"Commands", exec_options};

std::optional<ExecSettings> read_exec_settings(const cli::Options& options) {
  if (!options.has("exec")) {
    for (const std::string_view name : exec_details) {
      if (options.source(name) != cli::Source::flag) continue;
      throw cli::UsageError("--" + std::string(name) + " needs --exec");
    }
    return std::nullopt;
  }
  ExecSettings settings(options.text("exec"));
  const std::error_code error = find_program(settings.command.program());
  if (error) {
    throw cli::UsageError("--exec: cannot run '" + settings.command.program() +
                          "': " + error.message());
  }
  settings.jobs = static_cast<std::size_t>(options.integer("exec-jobs"));
  if (options.has("exec-timeout")) settings.timeout = options.duration("exec-timeout");
  if (settings.timeout && settings.timeout->count() == 0) {
    throw cli::UsageError("--exec-timeout 0 would end each command at once: leave it out for none");
  }
  settings.retries = static_cast<unsigned>(options.integer("exec-retries"));
  settings.retry_delay = options.duration("exec-retry-delay");
  settings.grace = options.duration("exec-grace");
  settings.failed = failed_of(options);
  return settings;
}

}  // namespace mqrig::sub
