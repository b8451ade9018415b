#include <utility>

#include "subscriber.hpp"

namespace mqrig::sub {

using cli::ExitCode;
using Failed = ExecSettings::Failed;

bool Subscriber::acknowledges_after_command() const {
  return settings_.ack_after == Settings::AckAfter::exec;
}

void Subscriber::give_to_command(const wire::Publish& message, std::uint64_t receipt) {
  idle_.cancel();
  commands_->add(CommandJob(message, receipt, false, turn_time()));
}

// The session has survived a lost connection: what was not acknowledged comes once more. What is
// of QoS 2 the session recognises, and what has its command already has it twice.
void Subscriber::forget_repeated() {
  if (!acknowledges_after_command()) return;
  commands_->drop_waiting([](const CommandJob& job) {
    return !job.stored && job.message.qos == wire::QoS::at_least_once;
  });
}

// Messages are printed when their turn has come, so that what the command prints follows.
void Subscriber::on_command_start(const CommandJob& job) {
  if (job.stored) inbox_->begin(job.key);
  if (!settings_.prints) return;
  show(job.view(), job.received);
  write();
}

// On the disk before the next command starts: a crash repeats only what runs.
void Subscriber::on_command_succeeded(const CommandJob& job) {
  if (job.stored) {
    inbox_->handled(job.key);
  } else if (acknowledges_after_command()) {
    client_.acknowledge(job.key);
  }
  if (inbox_) commit_inbox();
  count_handled();
}

void Subscriber::on_command_failed(const CommandJob& job, const std::string& why) {
  const Failed what = commands_->when_failed();
  if (what == Failed::stop) {
    diagnostic_.error(why);
    return end(ExitCode::failed);
  }
  if (what == Failed::keep) {
    diagnostic_.warning(why + "; the message is kept as refused");
    if (job.stored) return inbox_->refuse(job.key, why);
    inbox_->put_refused(job.view(), why);
    return client_.acknowledge(job.key);
  }
  diagnostic_.warning(why + "; the message is given up");
  if (job.stored) return inbox_->handled(job.key);
  if (!acknowledges_after_command()) return;
  client_.acknowledge(job.key, what == Failed::nack
                                   ? wire::ReasonCode::implementation_specific_error
                                   : wire::ReasonCode::success);
}

void Subscriber::on_command_missing(const std::string& why) {
  if (!ending_) diagnostic_.error(why);
  end(ExitCode::failed);
}

void Subscriber::on_commands_changed() {
  if (commands_->empty()) restart_idle();
  if (hurried_ && commands_->idle()) last_moment();
  settle();
}

}  // namespace mqrig::sub
