// The CPU time of another process while it runs.
#pragma once

#include <sys/types.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>

namespace mqrig::bench {

// The user and system time that all threads of a process have used so far, in seconds; 0 is this
// process. Exact to the nanosecond, where /proc counts clock ticks.
inline double cpu_time(pid_t process) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &time) != 0) {
    std::fputs("no process to measure\n", stderr);
    std::exit(1);
  }
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

}  // namespace mqrig::bench
