#include <mqrig/cli/diagnostic.hpp>

#include "pub.hpp"

namespace mqrig::pub {

cli::ExitCode run(const cli::Options& options) {
  cli::Diagnostic(options).error("not connected to the client yet");
  return cli::ExitCode::failed;
}

}  // namespace mqrig::pub
