#include <unistd.h>

#include <asio/io_context.hpp>
#include <csignal>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/net/signals.hpp>

#include "job.hpp"
#include "pub.hpp"
#include "publisher.hpp"
#include "spooled_publisher.hpp"

namespace mqrig::pub {
namespace {

template <typename Kind>
cli::ExitCode publish(Job& job, const cli::Diagnostic& diagnostic) {
  asio::io_context context(1);
  Kind publisher(context, job, diagnostic);
  const net::Signals signals(context, [&](int signal) { publisher.interrupt(signal); });
  publisher.start();
  context.run();
  publisher.close_input();
  // All is said and sent. The kernel tidies up faster than destructors do, and a single message is
  // over in a millisecond.
  ::_exit(static_cast<int>(publisher.result()));
}

}  // namespace

cli::ExitCode run(const cli::Options& options) {
  Job job = read_job(options);
  const cli::Diagnostic diagnostic(options);
  if (!job.spool) return publish<Publisher>(job, diagnostic);
  // A file that may not grow further shall be an error like any other.
  std::signal(SIGXFSZ, SIG_IGN);
  return publish<SpooledPublisher>(job, diagnostic);
}

}  // namespace mqrig::pub
