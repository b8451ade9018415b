#include <mqrig/cli/usage_error.hpp>
#include <mqrig/cli/word.hpp>

#include "spool_settings.hpp"

namespace mqrig::sub {
namespace {

using cli::Choice;
using cli::OptionSpec;
using cli::ValueKind;
using AckAfter = Settings::AckAfter;
using Policy = InboxLimits::Policy;

constexpr std::uint32_t session_never_expires = 0xFFFF'FFFF;

constexpr Choice acknowledgements[] = {
    {"write", "it was printed, or given to its command"},
    {"exec", "its command has succeeded"},
    {"commit", "it is on the disk, in the spool"},
};

constexpr Choice policies[] = {
    {"block", "nothing more is read from the broker until there is room"},
    {"drop-oldest", "the oldest waiting message makes room"},
    {"reject", "the new message is dropped; MQTT 5.0 tells the broker so"},
};

constexpr OptionSpec spool_options[] = {
    {.long_name = "spool",
     .kind = ValueKind::path,
     .value_name = "FILE",
     .own_table = true,
     .help = "keep messages in this file until they were handled",
     .details =
         "A durable inbox. Messages are on the disk before they are acknowledged, and leave the "
         "file when they were printed, or their command has succeeded; what an earlier run has "
         "left comes first. Of QoS 2 each message comes in exactly once, whatever is killed: after "
         "that only those are handled again that were in hand. Needs --id, and keeps the session "
         "at the broker (without --session-expiry-interval for ever), which holds what arrives "
         "while we are away. While the disk is full nothing is acknowledged. The file is made if "
         "it is missing, belongs to one process at a time, and can be seen with mqrig-spool(1)."},
    {.long_name = "spool-limit",
     .kind = ValueKind::size,
     .value_name = "SIZE",
     .default_value = "0",
     .own_table = true,
     .help = "bytes that wait in the spool, at most; 0 is any number",
     .details = "Topics and properties included. What is printed just now, or has its command "
                "running, does not wait."},
    {.long_name = "spool-limit-messages",
     .kind = ValueKind::integer,
     .value_name = "COUNT",
     .default_value = "0",
     .own_table = true,
     .help = "messages that wait in the spool, at most; 0 is any number"},
    {.long_name = "spool-limit-age",
     .kind = ValueKind::duration,
     .value_name = "TIME",
     .default_value = "0",
     .own_table = true,
     .help = "drop messages that have waited longer; 0 is never"},
    {.long_name = "spool-limit-policy",
     .kind = ValueKind::choice,
     .value_name = "WHAT",
     .choices = policies,
     .default_value = "block",
     .own_table = true,
     .help = "what gives way when too much waits in the spool",
     .details = "block, drop-oldest or reject. What has been read when a limit is reached is "
                "taken all the same, so that block may pass it by one read of the network. "
                "How many were is said at the first, once a minute, and at the end."},
    {.long_name = "ack-after",
     .kind = ValueKind::choice,
     .value_name = "WHEN",
     .choices = acknowledgements,
     .help = "when a message of QoS 1 or 2 is acknowledged",
     .details =
         "write, the default: it was written to standard output, or its command is about to start. "
         "exec, the default with --exec: its command has succeeded; what was not acknowledged "
         "comes again after a crash or a restart, if the broker keeps the session (--id, "
         "--disable-clean-session). commit, the default with --spool: it is on the disk. exec with "
         "--spool leaves messages of QoS 1 and 2 with the broker until their command has "
         "succeeded; "
         "the file keeps those whose command has failed for good, those of QoS 0, and that a "
         "command has succeeded, before the broker hears it: at QoS 2 none runs again then."},
};

constexpr cli::Word<Policy> policy_words[] = {
    {"block", Policy::block}, {"drop-oldest", Policy::drop_oldest}, {"reject", Policy::reject}};

AckAfter ack_after(const cli::Options& options) {
  const bool exec = options.has("exec");
  const bool spool = options.has("spool");
  const std::string_view word = options.text("ack-after");
  if (word == "exec" && !exec) throw cli::UsageError("--ack-after exec needs --exec");
  if (word == "commit" && !spool) throw cli::UsageError("--ack-after commit needs --spool");
  if (word == "write" && spool) {
    throw cli::UsageError(
        "--ack-after write does not go with --spool, which acknowledges what is on the disk");
  }
  if (word == "exec") return AckAfter::exec;
  if (spool) return AckAfter::commit;
  return word.empty() && exec ? AckAfter::exec : AckAfter::write;
}

/// What the broker has been told is worth nothing in a session that it forgets.
void keep_session(const cli::Options& options, client::Options& client) {
  if (client.client_id.empty() || options.has("id-prefix")) {
    throw cli::UsageError("--spool needs a client identifier that stays the same: give -i/--id");
  }
  for (const std::string_view other : {"embedded", "remove-retained"}) {
    if (options.flag(other)) {
      throw cli::UsageError("--spool does not go with --" + std::string(other));
    }
  }
  const bool clean = options.has("disable-clean-session") && client.clean_start;
  if (clean || client.session_expiry == 0U) {
    throw cli::UsageError("--spool needs a session that the broker keeps: leave out " +
                          std::string(clean ? "--clean-start" : "the session expiry of 0"));
  }
  client.clean_start = false;
  if (!client.session_expiry) client.session_expiry = session_never_expires;
  client.flush_by_owner = true;
}

void read_limits(const cli::Options& options, InboxLimits& into) {
  into.bytes = static_cast<std::uint64_t>(options.integer("spool-limit"));
  into.messages = static_cast<std::uint64_t>(options.integer("spool-limit-messages"));
  into.age = options.duration("spool-limit-age");
  into.policy = *cli::find_word(policy_words, options.text("spool-limit-policy"));
}

/// Options that would change nothing.
void refuse_idle(const cli::Options& options, const Settings& settings) {
  const auto typed = [&](std::string_view name) {
    return options.source(name) == cli::Source::flag;
  };
  for (const std::string_view name :
       {"spool-limit", "spool-limit-messages", "spool-limit-age", "spool-limit-policy"}) {
    if (settings.spool.empty() && typed(name)) {
      throw cli::UsageError("--" + std::string(name) + " is for a run with --spool");
    }
  }
  const InboxLimits& limits = settings.spool_limits;
  if (typed("spool-limit-policy") && limits.bytes == 0 && limits.messages == 0) {
    throw cli::UsageError(
        "--spool-limit-policy needs a limit: give --spool-limit or --spool-limit-messages");
  }
}

}  // namespace

constinit const cli::OptionGroup spool_group{"Acknowledgement", spool_options};

void read_spool_settings(const cli::Options& options, Settings& into) {
  into.ack_after = ack_after(options);
  into.spool = options.text("spool");
  read_limits(options, into.spool_limits);
  refuse_idle(options, into);
  if (!into.spool.empty()) keep_session(options, into.client);
}

}  // namespace mqrig::sub
