// The time that messages in a spool are stamped with.
#pragma once

#include <chrono>
#include <cstdint>

namespace mqrig::store {

// Milliseconds since 1970, by the system's clock, which may be set.
inline std::int64_t wall_time() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace mqrig::store
