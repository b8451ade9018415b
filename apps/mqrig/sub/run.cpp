#include <csignal>

#include "sub.hpp"
#include "subscriber.hpp"

namespace mqrig::sub {

cli::ExitCode run(const cli::Options& options) {
  Settings settings = read_settings(options);
  // A file that may not grow further shall be an error like any other.
  if (!settings.spool.empty()) std::signal(SIGXFSZ, SIG_IGN);
  return Subscriber(options, std::move(settings)).run();
}

}  // namespace mqrig::sub
