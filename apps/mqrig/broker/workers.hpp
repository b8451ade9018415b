#pragma once

#include "server.hpp"

namespace mqrig::broker_command {

/// Forks Settings::workers processes that listen on the same ports, hands signals on to them, and
/// ends when they have ended: all of them, as soon as one does. `ready` is called here when all of
/// them listen. To be called while the process has neither threads nor an io_context.
cli::ExitCode run_workers(Settings settings, const Access& access,
                          const cli::Diagnostic& diagnostic, const Server::Ready& ready);

}  // namespace mqrig::broker_command
