#include <mqrig/cli/shared_options.hpp>

#include "../message_view.hpp"
#include "command.hpp"

namespace mqrig::spool {
namespace {

using cli::Choice;
using cli::OptionSpec;
using cli::ValueKind;

constexpr Choice actions[] = {
    {"ls", "list the queues of a spool"},
    {"show", "print messages"},
    {"export", "print all there is as JSON lines"},
    {"import", "put messages from JSON lines into a queue"},
    {"requeue", "let refused messages wait again"},
    {"purge", "remove messages for good"},
    {"verify", "look for damage"},
};

constexpr OptionSpec action_options[] = {
    {.long_name = "action",
     .kind = ValueKind::choice,
     .value_name = "ACTION",
     .choices = actions,
     .once = true,
     .in_config = false,
     .help = "what to do; usually the first bare word",
     .details = "See ACTIONS in the description."},
    {.long_name = "file",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .once = true,
     .in_config = false,
     .help = "the spool; usually the second bare word"},
    {.long_name = "queue",
     .kind = ValueKind::text,
     .value_name = "QUEUE",
     .minimum = 1,
     .once = true,
     .in_config = false,
     .help = "a queue in it; usually the third bare word",
     .details = "For show, export, import and requeue all of them, without it."},
};

constexpr OptionSpec choice_options[] = {
    {.long_name = "refused",
     .in_config = false,
     .help = "show, purge: messages that were refused, not those that wait",
     .details = "A message that a broker does not take for good is kept with the reason, for a "
                "person to decide about. Without --json and --format, show prints the reason in a "
                "line before each, which starts with #."},
    {.long_name = "limit",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .minimum = 1,
     .in_config = false,
     .help = "show: this many messages at most"},
    {.long_name = "older-than",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .in_config = false,
     .help = "purge: only what has waited longer, such as 12h or 7d"},
    {.long_name = "yes",
     .in_config = false,
     .help = "purge: do not ask",
     .details = "Where standard input is no terminal, purge removes nothing without it."},
    {.long_name = "repair",
     .in_config = false,
     .help = "verify: put right what can be",
     .details = "Those are the totals, and a spool whose log is missing or damaged. For damage "
                "beyond that "
                "see RECOVERY in the description."},
};

constexpr cli::OptionGroup action_group{"What to do", action_options};
constexpr cli::OptionGroup choice_group{"Which messages, and how", choice_options};

constexpr const cli::OptionGroup* groups[] = {
    &action_group,
    &choice_group,
    &message_output_group,
    &cli::offline_general_group,
};

constexpr std::string_view part[] = {"refused", "older-than"};
constexpr cli::Exclusive one_part{"part of the queue", part};

constexpr const cli::Exclusive* exclusives[] = {&one_message_format, &one_part};

constexpr std::string_view positionals[] = {"action", "file", "queue"};

constexpr std::string_view usage[] = {
    "ls FILE [--json]",
    "show FILE [QUEUE] [--refused] [--limit COUNT] [-v | --json | -F FORMAT] [-N]",
    "export FILE [QUEUE]",
    "import FILE [QUEUE]",
    "requeue FILE [QUEUE]",
    "purge FILE QUEUE [--refused | --older-than TIME] [--yes]",
    "verify FILE [--repair]",
};

constexpr cli::Example examples[] = {
    {"mqrig spool ls out.spool", "What waits in a spool."},
    {"mqrig spool show out.spool pub --limit 5 -v", "The first five messages of a queue."},
    {"mqrig spool show out.spool --refused", "What the broker would not take, and why."},
    {"mqrig spool export out.spool | mqrig pub -h other --ndjson",
     "Publish what is in a spool to another broker."},
    {"mqrig spool export old.spool > saved && mqrig spool import new.spool < saved",
     "Copy all messages into a new spool, if none of them is damaged."},
    {"mqrig spool purge out.spool pub --older-than 7d", "Remove what is too old to be of use."},
};

constexpr std::string_view see_also[] = {"mqrig(1)", "mqrig-pub(1)", "jq(1)"};

constinit const cli::CommandSpec spec{
    .name = "spool",
    .summary = "look into a spool of messages, and mend it",
    .description =
        "A spool is a file in which messages wait until they are delivered; mqrig pub --spool "
        "writes one. It holds queues by name. While a running mqrig has it open no other can use "
        "it. Beside it lies FILE-wal, which belongs to it: copy both or none. However much is in "
        "it, messages are read one by one: memory stays small.\n\n"
        "ACTIONS. ls: the queues, each with the number of its messages, their bytes (topics, "
        "payloads and properties), when the oldest and the newest came, and how many were refused. "
        "show: messages in their order, in the formats of mqrig-sub(1). export: everything about "
        "them as JSON lines, first those that wait, then those that were refused, queue by queue. "
        "import: puts such lines from standard input, or any that mqrig sub --json prints, at the "
        "end of the queue, or, where none is named, of the queues that they name; a missing file "
        "is made. All is imported or nothing, whatever ends it. requeue: puts refused messages "
        "back at "
        "the end of their queue. purge: removes messages for good; of what stays, messages of QoS "
        "2 "
        "that were on their way may be delivered twice. verify: looks at every page and "
        "message of the file.\n\n"
        "RECORDS. What export prints has the shape of mqrig sub --json, and mqrig pub --ndjson "
        "reads it. ts is when the message came. Further keys are queue; expires, the time at "
        "which the message is given up; batch, with format, count and linger in milliseconds, for "
        "messages that a bridge joins; and refused, with ts and reason.\n\n"
        "RECOVERY. ls, show, export and verify change neither FILE nor FILE-wal. When verify finds "
        "damage, keep a copy of both. Wrong totals are put right with --repair. A spool that was "
        "in use when its process ended, and whose FILE-wal is missing or damaged, is refused by "
        "all but verify --repair, which goes on without what was committed last, or behind the "
        "damage. Else copy what can still be read into a new spool: mqrig spool export old > "
        "saved, which leaves out messages that are damaged, says how many for each queue, and ends "
        "with 11 then; and mqrig spool import new < saved. What was on its way is then delivered "
        "once more: the session with the broker is not copied.\n\n"
        "FULL DISK. What waits can be delivered and purged while the disk is full: the file has "
        "room "
        "for all that it has taken, and its log is given 1 MiB when it is opened. If the disk was "
        "full before that, free as much first.",
    .usage = usage,
    .positionals = positionals,
    .groups = groups,
    .exclusives = exclusives,
    .examples = examples,
    .exit_notes =
        "Zero means that it was done, and that changes are on the disk. 11: verify found something "
        "wrong that is not put right, or ls, show or export came to messages that are damaged. 10: "
        "the file cannot be opened (it is missing, in use, damaged, or no spool), there is no such "
        "queue, or a line to be imported is wrong. 1: the file "
        "could not be read or written further, or the question of purge was not answered with yes.",
    .see_also = see_also,
};

}  // namespace

const cli::CommandSpec& command() {
  return spec;
}

}  // namespace mqrig::spool
