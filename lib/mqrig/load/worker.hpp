// The life of a worker process.
#pragma once

#include <chrono>
#include <cstdint>

#include <mqrig/load/crew.hpp>

namespace mqrig::load {

// Runs a member on this thread for the ProcessCrew at the other end of the socket, until that ends
// the socket. What `make` throws, and what comes out of the event loop, is told to the crew as the
// failure of the member. The answer is the exit code of the process: 0, or 1 after a failure.
int run_worker(int descriptor, std::uint32_t number, std::chrono::milliseconds interval,
               const MakeMember& make);

}  // namespace mqrig::load
