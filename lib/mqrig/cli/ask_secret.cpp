#include <poll.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <mqrig/cli/ask_secret.hpp>
#include <system_error>

namespace mqrig::cli {
namespace {

[[noreturn]] void fail() {
  throw std::system_error(errno, std::generic_category(), "cannot ask on the terminal");
}

/// While it lives the terminal shows nothing of what is typed, and signals wait. They have their
/// effect when the terminal is as before.
class Silence {
 public:
  Silence() {
    sigset_t awaited;
    sigemptyset(&awaited);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP}) {
      sigaddset(&awaited, signal);
    }
    signals_ = ::signalfd(-1, &awaited, SFD_CLOEXEC);
    if (signals_ < 0 || ::tcgetattr(STDIN_FILENO, &shown_) != 0) fail();
    ::sigprocmask(SIG_BLOCK, &awaited, &mask_);
    termios hidden = shown_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    hidden.c_lflag |= ICANON | ECHONL;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown_);
    ::close(signals_);
    ::sigprocmask(SIG_SETMASK, &mask_, nullptr);
  }

  /// Until there is a line to read; false if a signal comes first.
  bool wait() const {
    pollfd polled[] = {{STDIN_FILENO, POLLIN, 0}, {signals_, POLLIN, 0}};
    while (::poll(polled, 2, -1) < 0) {
      if (errno != EINTR) fail();
    }
    return polled[1].revents == 0;
  }

 private:
  termios shown_{};
  sigset_t mask_{};
  int signals_ = -1;
};

std::optional<std::string> read_line() {
  char line[4096];  // a terminal has no longer ones
  const ssize_t size = ::read(STDIN_FILENO, line, sizeof line);
  if (size < 0) fail();
  if (size == 0) return std::nullopt;
  std::string text(line, static_cast<std::size_t>(size));
  if (text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

std::optional<std::string> ask_secret(std::string_view prompt) {
  for (;;) {
    const Silence silence;
    if (::write(STDERR_FILENO, prompt.data(), prompt.size()) < 0) fail();
    if (silence.wait()) return read_line();
  }
}

}  // namespace mqrig::cli
