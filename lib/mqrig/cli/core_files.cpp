#include <mqrig/cli/core_files.hpp>

#include <sys/resource.h>

namespace mqrig::cli {

// Where cores go to a program, the kernel does not look at the limit, unless it is 1. That is too
// small for a file as well.
void forbid_core_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_max == 0) return;
  limit.rlim_cur = 1;
  ::setrlimit(RLIMIT_CORE, &limit);
}

}  // namespace mqrig::cli
