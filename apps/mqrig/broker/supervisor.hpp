#pragma once

#include <sys/types.h>

#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <mqrig/cli/exit_code.hpp>
#include <mqrig/net/signals.hpp>
#include <mqrig/net/stream.hpp>
#include <vector>

#include "log.hpp"

namespace mqrig::broker_command {

/// The process that has forked the workers: waits until they listen and until they end.
class Supervisor final : private net::StreamHandler {
 public:
  /// Each worker writes a byte into the pipe behind `ready_descriptor` (owned from here on) when it
  /// listens; `ready` is called when all have.
  Supervisor(std::vector<pid_t> workers, int ready_descriptor, const cli::Diagnostic& diagnostic,
             std::function<void()> ready);
  ~Supervisor();

  /// The first exit code of a worker that is not zero; 130 or 143 after a second signal.
  cli::ExitCode run();

 private:
  void on_readable() override;
  void on_writable() override {}
  void on_signal(int signal);
  void forward(int signal) const;
  void stop();
  void reap();
  void ended(unsigned number, int status);

  std::vector<pid_t> workers_;  // 0: has ended
  const int ready_descriptor_;
  const Log log_;
  std::function<void()> ready_;
  std::size_t listening_ = 0;
  bool stopping_ = false;
  cli::ExitCode code_ = cli::ExitCode::ok;
  asio::io_context context_{1};
  std::unique_ptr<net::Stream> ready_stream_;
  net::Signals signals_;
};

}  // namespace mqrig::broker_command
