#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <mqrig/load/blocked_signals.hpp>
#include <mqrig/load/forked_process.hpp>
#include <system_error>
#include <utility>

namespace mqrig::load {
namespace {

constexpr int ignored_signals[] = {SIGINT, SIGTERM, SIGHUP};

sigset_t set_of_ignored() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : ignored_signals) ::sigaddset(&signals, signal);
  return signals;
}

[[noreturn]] void live(std::uint32_t number, int descriptor, pid_t parent, const ProcessBody& body,
                       const BlockedSignals& blocked) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(EXIT_FAILURE);
  for (const int signal : ignored_signals) ::signal(signal, SIG_IGN);
  blocked.release();
  int code = EXIT_FAILURE;
  try {
    code = body(number, descriptor);
  } catch (...) {  // who has something to say has said it
  }
  ::_exit(code);
}

std::string end_text(int status) {
  if (!WIFSIGNALED(status)) return "ended with exit code " + std::to_string(WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  return "was ended by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
}

[[noreturn]] void fail(std::uint32_t number, std::uint32_t count) {
  throw std::system_error(
      errno, std::system_category(),
      "could not start process " + std::to_string(number + 1) + " of " + std::to_string(count));
}

}  // namespace

ForkedProcess::ForkedProcess(ForkedProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      end_(std::move(other.end_)) {}

ForkedProcess& ForkedProcess::operator=(ForkedProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(end_, other.end_);
  return *this;
}

ForkedProcess::~ForkedProcess() {
  kill();
  wait();
  if (descriptor_ >= 0) ::close(descriptor_);
}

void ForkedProcess::kill() noexcept {
  if (pid_ != 0) ::kill(pid_, SIGKILL);
}

bool ForkedProcess::ended() const {
  if (pid_ == 0) return true;
  pollfd polled{descriptor_, 0, 0};
  return ::poll(&polled, 1, 0) > 0 && (polled.revents & POLLHUP) != 0;
}

const std::string& ForkedProcess::wait() {
  if (pid_ == 0) return end_;
  int status = 0;
  pid_t waited;
  do {
    waited = ::waitpid(pid_, &status, 0);
  } while (waited < 0 && errno == EINTR);
  end_ = waited == pid_ ? end_text(status) : "ended";
  pid_ = 0;
  return end_;
}

std::vector<ForkedProcess> fork_processes(std::uint32_t count, const ProcessBody& body) {
  ::signal(SIGCHLD, SIG_DFL);  // whoever started us may ignore it: then nobody can be waited for
  const pid_t parent = ::getpid();
  // Held back until each child ignores them: before that they would end it.
  const BlockedSignals blocked(set_of_ignored());
  std::vector<ForkedProcess> processes;
  processes.reserve(count);
  for (std::uint32_t number = 0; number < count; ++number) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) fail(number, count);
    const pid_t child = ::fork();
    if (child == 0) {
      for (const ForkedProcess& sibling : processes) ::close(sibling.descriptor());
      ::close(ends[0]);
      live(number, ends[1], parent, body, blocked);
    }
    const int error = errno;
    ::close(ends[1]);
    if (child < 0) {
      ::close(ends[0]);
      errno = error;
      fail(number, count);
    }
    processes.emplace_back(child, ends[0]);
  }
  return processes;
}

void end_processes(std::vector<ForkedProcess>& processes, std::chrono::milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + patience;
  for (const ForkedProcess& process : processes) ::shutdown(process.descriptor(), SHUT_WR);
  for (const ForkedProcess& process : processes) {
    pollfd polled{process.descriptor(), 0, 0};  // hanging up is told without being asked for
    while (process.pid() != 0 && !process.ended() && Clock::now() < end) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
      ::poll(&polled, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    }
  }
  for (ForkedProcess& process : processes) process.kill();
  processes.clear();
}

}  // namespace mqrig::load
