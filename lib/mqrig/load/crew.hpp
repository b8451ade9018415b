// Those who do the work of a run: threads of this process, or worker processes.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <mqrig/load/sample.hpp>
#include <mqrig/load/scenario.hpp>

namespace asio {
class io_context;
}

namespace mqrig::load {

// What the coordinator tells all members. Times are those of the steady clock, which all processes
// of a machine share.
struct Order {
  enum class Kind : std::uint8_t {
    connect,  // and subscribe, where the scenario says so
    publish,  // from `at` on, through `phases`; again after it, for the next step of a search
    stop,     // send nothing new: what is due is unsent
    drain,    // report Stage::drained when nothing is on its way any more
    leave,    // end all connections, as their groups leave
  };

  Kind kind = Kind::connect;
  std::chrono::steady_clock::time_point at{};
  std::vector<Phase> phases;
  double rate_factor = 1;  // of the rates of the groups
};

// One thread's worth of clients. Belongs to the thread of its io_context.
class Member {
 public:
  virtual ~Member() = default;
  virtual void order(const Order& order) = 0;
  // Closes the interval that is open, at `end`, and begins the next.
  virtual Sample take_sample(std::chrono::steady_clock::time_point end) = 0;
};

// Makes the member with this number; called on its thread, for several members at the same time.
// `stage_reached` is to be called from the event loop when the member's stage has changed.
using MakeMember = std::function<std::unique_ptr<Member>(
    asio::io_context& context, std::uint32_t number, std::function<void()> stage_reached)>;

// Members, their threads or processes, and the way to them. Belongs to the coordinator's thread.
//
// Each member is asked for its sample at every multiple of `interval` of the steady clock, and when
// its stage has changed.
class Crew {
 public:
  // Called from the coordinator's event loop; must not destroy the crew.
  class Owner {
   public:
    // May take the histograms out of the sample.
    virtual void on_sample(std::uint32_t member, Sample& sample) = 0;
    // It will do nothing any more; a clause for a person.
    virtual void on_member_failed(std::uint32_t member, const std::string& text) = 0;

   protected:
    ~Owner() = default;
  };

  virtual ~Crew() = default;  // ends all members and waits for them
  virtual std::uint32_t size() const noexcept = 0;
  virtual void order(const Order& order) = 0;
  // Closes everybody's interval at this time, besides the regular ones: where the measured time
  // begins and ends. At once when the time has passed or lies before the open interval: a sample
  // that ends at `at` or later follows in any case.
  virtual void cut(std::chrono::steady_clock::time_point at) = 0;
};

}  // namespace mqrig::load
