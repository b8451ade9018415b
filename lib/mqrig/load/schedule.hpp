// When messages are due, in open loop.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <mqrig/load/scenario.hpp>
#include <mqrig/session/time.hpp>

namespace mqrig::load {

// Numbers the messages of a group, over all its clients and all who take part, and says when each
// is due: a function of its number alone, which nothing that happens in the run can hold up.
class Schedule {
 public:
  // Nothing is ever due.
  Schedule() = default;
  // `rate` is the messages a second at level 1, above 0. Without phases it goes on for ever, and so
  // does a hold without a duration.
  Schedule(session::Time begin, std::span<const Phase> phases, double rate);

  // session::never when the phases end before that message.
  session::Time due(std::uint64_t message) const noexcept;

 private:
  // A stretch in which the rate changes evenly.
  struct Stretch {
    double start;   // seconds after the begin
    double first;   // message at the start
    double beyond;  // message at the end, which is not in it
    double rate;    // at the start
    double growth;  // of the rate, per second
  };

  session::Time begin_{};
  std::vector<Stretch> stretches_;
  mutable std::size_t last_ = 0;  // where the last answer lay: the next one lies there or behind
};

}  // namespace mqrig::load
