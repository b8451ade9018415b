#include "freed_memory.hpp"

#include <malloc.h>

namespace mqrig {

void keep_freed_memory() {
#ifdef __GLIBC__
  ::mallopt(M_TRIM_THRESHOLD, 16 * 1024 * 1024);
  ::mallopt(M_MMAP_THRESHOLD, 1024 * 1024);
#endif
}

}  // namespace mqrig
