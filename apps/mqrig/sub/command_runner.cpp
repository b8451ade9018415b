#include "command_runner.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <vector>

#include "command_run.hpp"

namespace mqrig::sub {
namespace {

// Of messages that wait for a command; one read from the broker may add some more.
constexpr std::size_t most_waiting = 1000;
constexpr std::size_t most_waiting_size = 4 * 1024 * 1024;

/// It will be the same with the next message.
bool is_missing(const std::error_code& error) {
  return error == std::errc::no_such_file_or_directory || error == std::errc::permission_denied ||
         error == std::errc::executable_format_error || error == std::errc::not_a_directory ||
         error == std::errc::too_many_symbolic_link_levels;
}

std::string seconds(std::chrono::milliseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(time.count()) / 1000);
  return text;
}

}  // namespace

CommandRunner::CommandRunner(asio::io_context& context, ExecSettings settings,
                             MessageEnvironment environment, const cli::Diagnostic& diagnostic,
                             Owner& owner)
    : context_(context),
      settings_(std::move(settings)),
      environment_(std::move(environment)),
      diagnostic_(diagnostic),
      owner_(owner),
      // Whoever started us may ignore the signal: then nobody could be waited for.
      child_signals_((::signal(SIGCHLD, SIG_DFL), context), {SIGCHLD},
                     [this](int) { on_child_signal(); }) {}

CommandRunner::~CommandRunner() = default;

void CommandRunner::add(CommandJob job) {
  if (stopped_) return;
  waiting_size_ += job.size();
  waiting_.push_back(std::move(job));
  start_more();
}

bool CommandRunner::full() const {
  return waiting_.size() >= most_waiting || waiting_size_ >= most_waiting_size;
}

void CommandRunner::hold(bool held) {
  held_ = held;
  start_more();
}

void CommandRunner::drop_waiting(const std::function<bool(const CommandJob&)>& dropped) {
  waiting_.remove_if([&](const CommandJob& job) {
    const bool drop = dropped(job);
    if (drop) waiting_size_ -= job.size();
    return drop;
  });
}

void CommandRunner::stop() {
  if (std::exchange(stopped_, true)) return;
  waiting_.clear();
  waiting_size_ = 0;
  for (auto run = runs_.begin(); run != runs_.end();) {
    if ((*run)->process.running()) {
      (*run++)->finish_soon();
    } else {  // between two attempts
      run = runs_.erase(run);
    }
  }
}

bool CommandRunner::may_start() const {
  return !held_ && !stopped_ && runs_.size() < settings_.jobs &&
         (!limit_ || succeeded_ + runs_.size() < *limit_);
}

// The owner may change everything meanwhile: each start looks at the whole list anew.
void CommandRunner::start_more() {
  if (std::exchange(starting_, true)) return;
  while (may_start()) {
    const auto next = std::find_if(waiting_.begin(), waiting_.end(), [&](const CommandJob& job) {
      return !busy_topics_.contains(job.message.topic);
    });
    if (next == waiting_.end()) break;
    waiting_size_ -= next->size();
    CommandJob job = std::move(*next);
    waiting_.erase(next);
    start_run(std::move(job));
  }
  starting_ = false;
}

void CommandRunner::start_run(CommandJob job) {
  busy_topics_.insert(job.message.topic);
  Run& run = *runs_.emplace_back(std::make_unique<Run>(context_, std::move(job), settings_));
  owner_.on_command_start(run.job);
  if (!stopped_) attempt(run);  // stop() has forgotten it
}

void CommandRunner::attempt(Run& run) {
  const std::error_code error = run.start(environment_);
  if (!error) return;
  if (is_missing(error)) {
    const auto gone = take(run);
    return owner_.on_command_missing("cannot run '" + settings_.command.program() +
                                     "': " + error.message());
  }
  const bool retry = error != std::errc::argument_list_too_long;
  attempt_failed(run, "could not be started: " + error.message(), retry);
}

// One after the other: what the owner is told may end the rest.
void CommandRunner::on_child_signal() {
  std::optional<int> status;
  do {
    status.reset();
    for (const auto& run : runs_) {
      status = run->process.end();
      if (!status) continue;
      ended(*run, *status);
      break;
    }
  } while (status);
  changed();
}

void CommandRunner::ended(Run& run, int status) {
  if (status == 0 && !run.timed_out) {
    const auto gone = take(run);
    ++succeeded_;
    return owner_.on_command_succeeded(gone->job);
  }
  const std::string why =
      run.timed_out ? "ran longer than " + seconds(*settings_.timeout) : describe_end(status);
  attempt_failed(run, why, true);
}

void CommandRunner::attempt_failed(Run& run, const std::string& why, bool retry) {
  const std::string about = "message on '" + run.job.message.topic + "': the command " + why;
  if (stopped_) {
    diagnostic_.notice(about + "; nothing is tried again at the end");
    take(run);
  } else if (retry && run.attempts <= settings_.retries) {
    const auto delay = run.wait([this, &run] {
      attempt(run);
      changed();
    });
    diagnostic_.notice(about + "; trying again in " + seconds(delay));
  } else {
    const auto gone = take(run);
    owner_.on_command_failed(gone->job, about);
  }
}

std::unique_ptr<CommandRunner::Run> CommandRunner::take(Run& run) {
  const auto found =
      std::find_if(runs_.begin(), runs_.end(), [&](const auto& one) { return one.get() == &run; });
  std::unique_ptr<Run> taken = std::move(*found);
  runs_.erase(found);
  busy_topics_.erase(taken->job.message.topic);
  return taken;
}

void CommandRunner::changed() {
  start_more();
  owner_.on_commands_changed();
}

}  // namespace mqrig::sub
