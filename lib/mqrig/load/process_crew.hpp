// Members in worker processes of this program.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include <mqrig/load/crew.hpp>
#include <mqrig/load/forked_process.hpp>

namespace mqrig::load {

// Orders go to the workers, and their samples come back, over the sockets that they were forked
// with: see fork_processes() and run_worker(). A worker that ends by itself, however it does, is a
// member that has failed.
//
// It is work of the coordinator's io_context for as long as it exists. Its end tells all workers to
// end, and kills those that have not within two seconds.
class ProcessCrew final : public Crew {
 public:
  // The workers run run_worker(); their order gives the numbers of the members. Both references
  // outlive the crew. Throws std::system_error when there are no more descriptors: five are needed
  // for each worker.
  ProcessCrew(asio::io_context& coordinator, std::vector<ForkedProcess> workers, Owner& owner);
  ~ProcessCrew() override;

  std::uint32_t size() const noexcept override;
  void order(const Order& order) override;
  void cut(std::chrono::steady_clock::time_point at) override;

 private:
  class Seat;
  struct Work;
  std::vector<ForkedProcess> workers_;
  std::vector<std::unique_ptr<Seat>> seats_;
  std::unique_ptr<Work> work_;
};

}  // namespace mqrig::load
