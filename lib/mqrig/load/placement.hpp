// How the clients of a run are spread over processes, threads and source addresses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <mqrig/load/capacity.hpp>

namespace mqrig::load {

// What is to be placed.
struct Demand {
  std::uint64_t clients = 1;               // at once, on this machine; at least 1
  std::uint32_t source_addresses = 0;      // to choose from; 0: not said
  std::optional<std::uint32_t> processes;  // wished for; above 0
  std::optional<std::uint32_t> threads;    // wished for; above 0
  // Where the broker is.
  bool loopback = false;  // in 127.0.0.0/8
  bool ports = true;      // false: behind a Unix socket, which has none
  bool embedded = false;  // in processes of our own
  bool exchange = false;  // clients get what others send: only one broker process can do that
  std::uint64_t client_bytes = 600;  // that a client takes of our memory, without the kernel's
};

struct Placement {
  // Either several processes or several threads: a worker process has one.
  std::uint32_t processes = 1;
  std::uint32_t threads = 1;
  std::uint32_t broker_processes = 0;  // of the embedded broker
  // Above 0: from 127.0.0.2 on as many source addresses are to be used, although none was asked
  // for.
  std::uint32_t loopback_addresses = 0;
  std::string error;                  // not empty: it cannot be; what is missing, and what to do
  std::vector<std::string> warnings;  // clauses for a person, as are the notices
  std::vector<std::string> notices;   // what was decided and is worth knowing
};

// A function of its arguments: asks the system nothing.
Placement place(const Demand& demand, const Capacity& capacity);

}  // namespace mqrig::load
