#pragma once

#include <mqrig/client/backoff.hpp>
#include <mqrig/net/timer.hpp>
#include <utility>

#include "child_process.hpp"
#include "command_job.hpp"
#include "command_runner.hpp"

namespace mqrig::sub {

/// A message and the attempts of its command, one after the other.
class CommandRunner::Run {
 public:
  Run(asio::io_context& context, CommandJob job_, const ExecSettings& settings);

  /// Starts the next attempt.
  std::error_code start(const MessageEnvironment& environment);
  /// Waits before the next one, and then calls.
  std::chrono::milliseconds wait(net::Timer::Callback then);
  /// It has its grace from now on, if it does not have a shorter time already.
  void finish_soon();

  const CommandJob job;
  ChildProcess process;
  unsigned attempts = 0;
  bool timed_out = false;  // the attempt that runs or has just ended

 private:
  void terminate();

  const ExecSettings& settings_;
  client::Backoff backoff_;
  net::Timer::Clock::time_point deadline_ =
      net::Timer::Clock::time_point::max();  // of --exec-timeout
  net::Timer timer_;  // the end of the patience with what runs, or of the pause between attempts
};

}  // namespace mqrig::sub
