#include <doctest/doctest.h>
#include <sys/resource.h>

#include <mqrig/load/capacity.hpp>
#include <thread>

namespace mqrig::load::tests {

TEST_CASE(
    "the capacity of this machine is measured, and descriptors are raised to what is allowed") {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit low = before;
  low.rlim_cur = 100;
  ::setrlimit(RLIMIT_NOFILE, &low);
  const Capacity capacity = measure_capacity();
  rlimit after{};
  ::getrlimit(RLIMIT_NOFILE, &after);
  ::setrlimit(RLIMIT_NOFILE, &before);
  CHECK(after.rlim_cur == before.rlim_max);
  if (before.rlim_max != RLIM_INFINITY) CHECK(capacity.descriptors == before.rlim_max);
  CHECK(capacity.ports > 0);
  CHECK(capacity.ports < 65'536);
  CHECK(capacity.memory > 1'000'000);
  CHECK(capacity.memory < Capacity::unlimited);
  CHECK(capacity.cores >= 1);
  CHECK(capacity.cores <= 4096);
}

}  // namespace mqrig::load::tests
