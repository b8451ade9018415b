#pragma once

#include <mqrig/cli/exit_code.hpp>
#include <stdexcept>
#include <string>

namespace mqrig::cli {

/// The person asked for something that cannot be: main prints the text on one line together with
/// a pointer to `--help`, and exits with ExitCode::usage. Thrown at start-up only.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace mqrig::cli
