// What this machine can hold.
#pragma once

#include <cstdint>

namespace mqrig::load {

struct Capacity {
  static constexpr std::uint64_t unlimited = UINT64_MAX;

  std::uint64_t descriptors = unlimited;  // of one process
  // Between one source address and one port of a broker: as many connections.
  std::uint32_t ports = 28'232;
  std::uint64_t memory = unlimited;  // bytes that are to be had without swapping
  std::uint32_t cores = 1;           // that this process may use
};

// Raises this process's limit of descriptors to the hard one first, which the processes that it
// forks inherit. What the system does not tell keeps the value above. Memory is that of the machine
// or of the control group around us, whichever ends first.
Capacity measure_capacity();

}  // namespace mqrig::load
