#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/net/signals.hpp>
#include <optional>
#include <set>
#include <string>

#include "command_job.hpp"
#include "exec_settings.hpp"
#include "message_environment.hpp"

namespace mqrig::sub {

/// Runs a command for each message: so many at a time, those of one topic one after the other in
/// their order, again after a failure. No command, nor what it started in its process group,
/// outlives this.
class CommandRunner {
 public:
  /// Any call is allowed in these but the destruction of the runner.
  class Owner {
   public:
    /// Before its first attempt.
    virtual void on_command_start(const CommandJob& job) = 0;
    virtual void on_command_succeeded(const CommandJob& job) = 0;
    /// Every attempt has failed. `why` is a clause about the last: "message on 'a': the command
    /// ended with exit code 2".
    virtual void on_command_failed(const CommandJob& job, const std::string& why) = 0;
    /// There is nothing to run: so it would be with every message.
    virtual void on_command_missing(const std::string& why) = 0;
    /// full() or idle() may have changed.
    virtual void on_commands_changed() = 0;

   protected:
    ~Owner() = default;
  };

  /// References outlive the runner.
  CommandRunner(asio::io_context& context, ExecSettings settings, MessageEnvironment environment,
                const cli::Diagnostic& diagnostic, Owner& owner);
  ~CommandRunner();

  /// Starts no more than can succeed up to this number.
  void limit(std::uint64_t successes) { limit_ = successes; }
  void add(CommandJob job);
  /// As much waits as is good for the memory.
  bool full() const;
  /// No command runs, or is to be run again.
  bool idle() const { return runs_.empty(); }
  /// Nothing waits either.
  bool empty() const { return idle() && waiting_.empty(); }

  /// While held, no further message gets its first command.
  void hold(bool held);
  /// Forgets those that no command was started for.
  void drop_waiting(const std::function<bool(const CommandJob&)>& dropped);
  /// Starts nothing more: what runs has its grace, and is reported if it succeeds until then.
  void stop();

  ExecSettings::Failed when_failed() const { return settings_.failed; }

 private:
  class Run;
  using Runs = std::list<std::unique_ptr<Run>>;

  bool may_start() const;
  void start_more();
  void start_run(CommandJob job);
  void attempt(Run& run);
  void on_child_signal();
  void ended(Run& run, int status);
  void attempt_failed(Run& run, const std::string& why, bool retry);
  std::unique_ptr<Run> take(Run& run);
  void changed();

  asio::io_context& context_;
  const ExecSettings settings_;
  const MessageEnvironment environment_;
  const cli::Diagnostic& diagnostic_;
  Owner& owner_;
  std::list<CommandJob> waiting_;
  std::size_t waiting_size_ = 0;  // bytes
  Runs runs_;
  std::set<std::string, std::less<>> busy_topics_;  // of runs_
  std::optional<std::uint64_t> limit_;
  std::uint64_t succeeded_ = 0;
  bool held_ = false;
  bool stopped_ = false;
  bool starting_ = false;  // in start_more(), whose owner may call it again
  net::Signals child_signals_;
};

}  // namespace mqrig::sub
