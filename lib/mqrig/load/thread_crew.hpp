// Members on threads of this process.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include <mqrig/load/crew.hpp>

namespace mqrig::load {

// One thread with an io_context of its own for each member, also for a single one: the
// coordinator's thread draws and answers, and must not hold up a schedule. The threads sleep as
// exactly as the system can, and take no signals.
//
// It is work of the coordinator's io_context for as long as it exists. Its end waits for what each
// event loop is doing at the moment, and for the destructors of the members; no call comes after.
class ThreadCrew final : public Crew {
 public:
  // `make` is called on all threads, at the same time; what it throws, and what comes out of the
  // event loop of a member, is the failure of that member. `interval` is above zero; both
  // references outlive the crew. Throws std::system_error when the system gives no thread.
  ThreadCrew(asio::io_context& coordinator, std::uint32_t members,
             std::chrono::milliseconds interval, MakeMember make, Owner& owner);
  ~ThreadCrew() override;

  std::uint32_t size() const noexcept override;
  void order(const Order& order) override;
  void cut(std::chrono::steady_clock::time_point at) override;

 private:
  struct Shared;
  struct Seat;
  void end() noexcept;

  std::shared_ptr<Shared> shared_;
  std::vector<std::unique_ptr<Seat>> seats_;
};

}  // namespace mqrig::load
