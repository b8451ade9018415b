#include "ready_descriptor.hpp"

#include <fcntl.h>

#include <mqrig/cli/usage_error.hpp>
#include <string>

namespace mqrig {

std::optional<int> read_ready_descriptor(const cli::Options& options) {
  if (!options.has("ready-fd")) return std::nullopt;
  const int descriptor = static_cast<int>(options.integer("ready-fd"));
  if (::fcntl(descriptor, F_GETFD) >= 0) return descriptor;
  throw cli::UsageError("--ready-fd: descriptor " + std::to_string(descriptor) + " is not open");
}

}  // namespace mqrig
