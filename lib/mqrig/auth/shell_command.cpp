#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <mqrig/auth/shell_command.hpp>
#include <optional>
#include <system_error>
#include <utility>

namespace mqrig::auth {
namespace {

using Clock = std::chrono::steady_clock;

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

std::string reason(int number) {
  return std::generic_category().message(number);
}

// glibc's own declaration of it is not fit for C++ before 2.37.
int open_process(pid_t pid) {
  return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

// A shell in a process group of its own that writes into `output`. An error number.
int spawn(const std::string& command, int output, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  ::posix_spawnattr_init(&attributes);
  sigset_t signals;
  ::sigemptyset(&signals);
  ::posix_spawnattr_setsigmask(&attributes, &signals);
  ::sigaddset(&signals, SIGPIPE);  // which we ignore
  ::posix_spawnattr_setsigdefault(&attributes, &signals);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::string words[] = {"/bin/sh", "-c", command};
  char* const arguments[] = {words[0].data(), words[1].data(), words[2].data(), nullptr};
  const int error = ::posix_spawn(&pid, "/bin/sh", &actions, &attributes, arguments, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  return error;
}

std::string describe(int status) {
  if (WIFEXITED(status)) {
    const int code = WEXITSTATUS(status);
    return code == 0 ? std::string() : "ended with exit code " + std::to_string(code);
  }
  const int signal = WTERMSIG(status);
  return "was ended by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
}

// One that runs, and nothing of which is left when this is gone.
class Run {
 public:
  Run(pid_t pid, Descriptor output, std::size_t largest)
      : pid_(pid),
        end_(open_process(pid)),
        open_error_(errno),
        output_(std::move(output)),
        text_(largest + 1, '\0') {
    ::fcntl(output_.number(), F_SETFL, O_NONBLOCK);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() {
    finish();
    ::explicit_bzero(text_.data(), text_.size());
  }

  // Nothing when it has ended, else why it has to.
  std::string wait(Clock::time_point deadline, int stopped) {
    if (end_.number() < 0 && open_error_ == ESRCH) return {};  // ended, and nobody knows how
    if (end_.number() < 0) return "could not be waited for: " + reason(open_error_);
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
      if (left.count() <= 0) return "did not end in time and was killed";
      pollfd events[] = {
          {end_.number(), POLLIN, 0}, {output_.number(), POLLIN, 0}, {stopped, POLLIN, 0}};
      const auto patience = static_cast<int>(std::min<std::int64_t>(left.count(), 60'000));
      const int ready = ::poll(events, std::size(events), patience);
      if (ready < 0 && errno != EINTR) return "could not be waited for: " + reason(errno);
      if (ready <= 0) continue;
      if (events[2].revents != 0) return "was stopped";
      if (events[1].revents != 0) read();
      if (size_ == text_.size()) {
        return "printed more than " + std::to_string(text_.size() - 1) + " bytes and was killed";
      }
      if (events[0].revents != 0) return {};
    }
  }

  // The status as of waitpid(2), or nothing if it was lost: whoever started us may have SIGCHLD
  // ignored. Not waited for before the group is killed: until then nobody else
  // can get its number.
  std::optional<int> finish() {
    if (pid_ == 0) return status_;
    ::kill(-pid_, SIGKILL);
    int status = 0;
    pid_t ended = 0;
    do {
      ended = ::waitpid(pid_, &status, 0);
    } while (ended < 0 && errno == EINTR);
    if (ended == pid_) status_ = status;
    pid_ = 0;
    return status_;
  }

  std::string_view text() const { return {text_.data(), size_}; }

 private:
  // All that is there.
  void read() {
    while (size_ < text_.size()) {
      const ssize_t count = ::read(output_.number(), text_.data() + size_, text_.size() - size_);
      if (count < 0 && errno == EINTR) continue;
      if (count == 0) output_ = Descriptor();
      if (count <= 0) return;
      size_ += static_cast<std::size_t>(count);
    }
  }

  pid_t pid_;
  std::optional<int> status_;
  Descriptor end_;     // readable when it has ended
  int open_error_;     // why there is none
  Descriptor output_;  // none when it is closed
  std::string text_;
  std::size_t size_ = 0;  // of what has been read
};

CommandOutput failed(std::string error, bool not_found = false) {
  return {.text = {}, .error = std::move(error), .not_found = not_found};
}

}  // namespace

CommandOutput run_shell_command(const std::string& command, std::chrono::milliseconds timeout,
                                std::size_t largest, std::stop_token stop) {
  const Clock::time_point deadline = Clock::now() + timeout;
  const Descriptor stopped(::eventfd(0, EFD_CLOEXEC));
  int ends[2];
  if (stopped.number() < 0 || ::pipe2(ends, O_CLOEXEC) != 0) {
    return failed("could not be started: " + reason(errno));
  }
  Descriptor output(ends[0]);
  Descriptor input(ends[1]);
  pid_t pid = 0;
  const int error = spawn(command, input.number(), pid);
  if (error != 0) return failed("could not be started: " + reason(error), true);
  input = Descriptor();
  Run run(pid, std::move(output), largest);
  const std::stop_callback wake(stop, [&] { ::eventfd_write(stopped.number(), 1); });
  std::string fault = run.wait(deadline, stopped.number());
  const std::optional<int> status = run.finish();
  if (!fault.empty()) return failed(std::move(fault));
  if (!status) return failed("ended in a way that is not known: SIGCHLD is ignored here");
  constexpr int not_executable = 126;  // as shells say it; the next one is not found
  const bool missing = WIFEXITED(*status) && WEXITSTATUS(*status) >= not_executable &&
                       WEXITSTATUS(*status) <= not_executable + 1;
  fault = describe(*status);
  if (!fault.empty()) return failed(std::move(fault), missing);
  return {.text = Secret(run.text()), .error = {}};
}

}  // namespace mqrig::auth
