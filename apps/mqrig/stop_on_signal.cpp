#include "stop_on_signal.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace mqrig {
namespace {

/// Those that are not ignored, as SIGHUP is below nohup(1).
sigset_t awaited_signals() {
  sigset_t awaited;
  sigemptyset(&awaited);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    if (action.sa_handler != SIG_IGN) sigaddset(&awaited, signal);
  }
  return awaited;
}

}  // namespace

StopOnSignal::StopOnSignal() {
  const sigset_t awaited = awaited_signals();
  signals_ = ::signalfd(-1, &awaited, SFD_CLOEXEC);
  end_ = ::eventfd(0, EFD_CLOEXEC);
  if (signals_ < 0 || end_ < 0) {
    throw std::system_error(errno, std::generic_category(), "cannot wait for signals");
  }
  ::sigprocmask(SIG_BLOCK, &awaited, &mask_);
  watcher_ = std::thread([this] { watch(); });
}

// A signal that came is still pending, and takes its effect here.
StopOnSignal::~StopOnSignal() {
  ::eventfd_write(end_, 1);
  watcher_.join();
  ::close(signals_);
  ::close(end_);
  ::sigprocmask(SIG_SETMASK, &mask_, nullptr);
}

void StopOnSignal::watch() {
  pollfd polled[] = {{signals_, POLLIN, 0}, {end_, POLLIN, 0}};
  while (::poll(polled, 2, -1) < 0 && errno == EINTR) {
  }
  if (polled[0].revents != 0) stop_.request_stop();
}

}  // namespace mqrig
