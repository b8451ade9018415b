#include <unistd.h>

#include <asio/io_context.hpp>
#include <mqrig/cli/diagnostic.hpp>
#include <mqrig/net/signals.hpp>

#include "job.hpp"
#include "pub.hpp"
#include "publisher.hpp"

namespace mqrig::pub {

cli::ExitCode run(const cli::Options& options) {
  Job job = read_job(options);
  const cli::Diagnostic diagnostic(options);
  asio::io_context context(1);
  Publisher publisher(context, job, diagnostic);
  const net::Signals signals(context, [&](int signal) { publisher.interrupt(signal); });
  publisher.start();
  context.run();
  publisher.close_input();
  // All is said and sent. The kernel tidies up faster than destructors do, and a single message is
  // over in a millisecond.
  ::_exit(static_cast<int>(publisher.result()));
}

}  // namespace mqrig::pub
