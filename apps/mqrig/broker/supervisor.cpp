#include "supervisor.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <mqrig/net/descriptor_stream.hpp>
#include <mqrig/net/notify.hpp>
#include <utility>

#include "../outcome.hpp"

namespace mqrig::broker_command {

using cli::ExitCode;

Supervisor::Supervisor(std::vector<pid_t> workers, int ready_descriptor,
                       const cli::Diagnostic& diagnostic, std::function<void()> ready)
    : workers_(std::move(workers)),
      ready_descriptor_(ready_descriptor),
      log_(diagnostic),
      ready_(std::move(ready)),
      signals_(context_, {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGCHLD},
               [this](int signal) { on_signal(signal); }) {
  std::error_code error;
  ready_stream_ = net::open_input(context_, ready_descriptor_, error);
  if (!ready_stream_) throw std::system_error(error, "no pipe from the workers");
  ready_stream_->set_handler(this);
  ready_stream_->wait_readable();
}

Supervisor::~Supervisor() {
  ::close(ready_descriptor_);
}

ExitCode Supervisor::run() {
  reap();  // who ended before SIGCHLD was watched
  context_.run();
  return code_;
}

void Supervisor::on_readable() {
  std::array<std::uint8_t, 256> bytes;
  const net::IoResult result = ready_stream_->read_some(bytes);
  listening_ += result.count;
  if (result.count != 0 && listening_ == workers_.size()) ready_();
  if (!result.error) ready_stream_->wait_readable();
}

void Supervisor::on_signal(int signal) {
  switch (signal) {
    case SIGCHLD:
      return reap();
    case SIGHUP:
      net::notify_service("RELOADING=1");
      forward(signal);
      net::notify_service("READY=1");
      return;
    case SIGUSR1:
      return forward(signal);
    default:
      break;
  }
  if (!stopping_) {
    net::notify_service("STOPPING=1");
    return stop();
  }
  code_ = exit_code_of_signal(signal);
  forward(SIGKILL);
}

void Supervisor::forward(int signal) const {
  for (const pid_t worker : workers_) {
    if (worker != 0) ::kill(worker, signal);
  }
}

void Supervisor::stop() {
  stopping_ = true;
  forward(SIGTERM);
}

void Supervisor::reap() {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    int status = 0;
    if (workers_[i] == 0 || ::waitpid(workers_[i], &status, WNOHANG) != workers_[i]) continue;
    workers_[i] = 0;
    ended(static_cast<unsigned>(i + 1), status);
  }
  const bool all = std::all_of(workers_.begin(), workers_.end(), [](pid_t w) { return w == 0; });
  if (all) context_.stop();
}

void Supervisor::ended(unsigned number, int status) {
  const bool killed = WIFSIGNALED(status);
  // Our signal may come when the worker, which the terminal interrupted too, is about to end
  // anyway.
  const bool stopped = stopping_ && killed && WTERMSIG(status) == SIGTERM;
  const ExitCode code = stopped  ? ExitCode::ok
                        : killed ? ExitCode::failed
                                 : static_cast<ExitCode>(WEXITSTATUS(status));
  if (code_ == ExitCode::ok) code_ = code;
  if (stopping_) return;
  log_.error("worker " + std::to_string(number) +
             (killed ? " was ended by signal " + std::to_string(WTERMSIG(status))
                     : " ended with exit code " + std::to_string(WEXITSTATUS(status))) +
             ": the others are stopped");
  stop();
}

}  // namespace mqrig::broker_command
