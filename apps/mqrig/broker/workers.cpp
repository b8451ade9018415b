#include "workers.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <mqrig/net/listener.hpp>
#include <stdexcept>
#include <system_error>

#include "announce.hpp"
#include "supervisor.hpp"

namespace mqrig::broker_command {
namespace {

using cli::ExitCode;

/// Holds back the signals that are handed on until somebody watches for them: before that they
/// would end the process.
class BlockedSignals {
 public:
  BlockedSignals() {
    ::sigemptyset(&signals_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) ::sigaddset(&signals_, signal);
    ::sigprocmask(SIG_BLOCK, &signals_, nullptr);
  }
  void release() const { ::sigprocmask(SIG_UNBLOCK, &signals_, nullptr); }

 private:
  sigset_t signals_;
};

/// Opens all listeners for a moment, alone: nobody else may listen there, not even other workers of
/// ours, whom SO_REUSEPORT would let in. Puts the ports that the kernel chose into the addresses.
/// The URLs; none when one could not be opened.
std::vector<std::string> try_listeners(std::vector<ListenUrl>& listen, const Log& log) {
  std::vector<std::string> urls;
  asio::io_context context{1};
  std::vector<std::unique_ptr<net::Listener>> listeners;
  for (auto& [address, tls] : listen) {
    net::ListenAddress alone = address;
    alone.reuse_port = false;
    std::string detail;
    listeners.push_back(std::make_unique<net::Listener>(context));
    if (listeners.back()->start(
            alone, [](std::unique_ptr<net::Stream>) {}, detail)) {
      log.error("could not listen on " + detail);
      return {};
    }
    address.port = listeners.back()->port();
    urls.push_back(listeners.back()->url());
  }
  return urls;
}

/// The life of a worker. Never returns.
[[noreturn]] void work(const Settings& settings, const Access& access,
                       const cli::Diagnostic& diagnostic, unsigned number, pid_t parent,
                       int ready_descriptor, const BlockedSignals& blocked) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(static_cast<int>(ExitCode::failed));
  if (settings.ready_descriptor) ::close(*settings.ready_descriptor);
  end_standard_output();
  ExitCode code = ExitCode::failed;
  try {
    Server server(settings, access, diagnostic, number);
    blocked.release();
    code = server.run([&](const std::vector<std::string>&) {
      const char byte = 0;
      if (::write(ready_descriptor, &byte, 1) != 1) ::_exit(static_cast<int>(ExitCode::failed));
      ::close(ready_descriptor);
    });
  } catch (const std::exception& error) {
    Log(diagnostic, number).error(error.what());
  }
  ::_exit(static_cast<int>(code));
}

}  // namespace

ExitCode run_workers(Settings settings, const Access& access, const cli::Diagnostic& diagnostic,
                     const Server::Ready& ready) {
  const std::vector<std::string> urls = try_listeners(settings.listeners, Log(diagnostic));
  if (urls.empty()) return ExitCode::connect;
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::system_category(), "no pipe for the workers");
  }
  ::signal(SIGCHLD,
           SIG_DFL);  // whoever started us may ignore it, and then nothing can be waited for
  const pid_t parent = ::getpid();
  const BlockedSignals blocked;
  std::vector<pid_t> workers;
  for (unsigned number = 1; number <= settings.workers; ++number) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(pipe[0]);
      work(settings, access, diagnostic, number, parent, pipe[1], blocked);
    }
    if (child < 0) {
      const int error = errno;
      for (const pid_t worker : workers) ::kill(worker, SIGKILL);
      throw std::system_error(error, std::system_category(), "could not start a worker");
    }
    workers.push_back(child);
  }
  ::close(pipe[1]);
  Supervisor supervisor(std::move(workers), pipe[0], diagnostic, [&] { ready(urls); });
  blocked.release();
  return supervisor.run();
}

}  // namespace mqrig::broker_command
