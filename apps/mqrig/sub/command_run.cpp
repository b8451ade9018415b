#include "command_run.hpp"

#include <csignal>

namespace mqrig::sub {
namespace {

using Clock = net::Timer::Clock;

constexpr std::chrono::minutes longest_delay{1};

}  // namespace

CommandRunner::Run::Run(asio::io_context& context, CommandJob job_, const ExecSettings& settings)
    : job(std::move(job_)),
      settings_(settings),
      backoff_(settings.retry_delay,
               std::max<std::chrono::milliseconds>(settings.retry_delay, longest_delay)),
      timer_(context) {}

std::error_code CommandRunner::Run::start(const MessageEnvironment& environment) {
  ++attempts;
  timed_out = false;
  const wire::Publish message = job.view();
  const std::error_code error = process.start(
      settings_.command.words(message), environment.variables(message, attempts), message.payload);
  if (error || !settings_.timeout) return error;
  deadline_ = Clock::now() + *settings_.timeout;
  timer_.expires_at(deadline_, [this] {
    timed_out = true;
    terminate();
  });
  return error;
}

std::chrono::milliseconds CommandRunner::Run::wait(net::Timer::Callback then) {
  const std::chrono::milliseconds delay = backoff_.next();
  timer_.expires_at(Clock::now() + delay, std::move(then));
  return delay;
}

void CommandRunner::Run::finish_soon() {
  const Clock::time_point end = Clock::now() + settings_.grace;
  if (deadline_ > end) timer_.expires_at(end, [this] { terminate(); });
}

void CommandRunner::Run::terminate() {
  process.signal(SIGTERM);
  timer_.expires_at(Clock::now() + settings_.grace, [this] { process.signal(SIGKILL); });
}

}  // namespace mqrig::sub
