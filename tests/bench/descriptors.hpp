// File descriptors for many connections.
#pragma once

#include <sys/resource.h>

namespace mqrig::bench {

// Raises the limit of this process to what it may have.
inline void use_all_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace mqrig::bench
