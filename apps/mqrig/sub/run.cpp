#include "sub.hpp"
#include "subscriber.hpp"

namespace mqrig::sub {

cli::ExitCode run(const cli::Options& options) {
  if (output_is_closed()) {
    cli::Diagnostic(options).error("standard output is closed");
    return cli::ExitCode::failed;
  }
  return Subscriber(options, read_settings(options)).run();
}

}  // namespace mqrig::sub
