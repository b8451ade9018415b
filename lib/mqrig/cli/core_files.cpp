#include <mqrig/cli/core_files.hpp>

#include <sys/resource.h>

namespace mqrig::cli {

void forbid_core_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_CORE, &limit) != 0) return;
  limit.rlim_cur = 0;
  ::setrlimit(RLIMIT_CORE, &limit);
}

}  // namespace mqrig::cli
