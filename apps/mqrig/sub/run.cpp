#include "sub.hpp"
#include "subscriber.hpp"

namespace mqrig::sub {

cli::ExitCode run(const cli::Options& options) {
  return Subscriber(options, read_settings(options)).run();
}

}  // namespace mqrig::sub
