// The sequence trackers of one receiver, by stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <mqrig/load/sequence_tracker.hpp>

namespace mqrig::load {

// The first stream lies in the object itself and costs no allocation; others are in an
// open-addressing table with linear probing, 24 bytes a place, at most three quarters of it used.
// One thread at a time.
class TrackerTable {
 public:
  // The tracker of a stream (below Stamp::most_streams), a new one when there is none. Good until
  // the next call.
  SequenceTracker& of(std::uint32_t stream) {
    if (first_.stream == stream) return first_.tracker;
    return of_many(stream);
  }

  // How many streams there are.
  std::size_t size() const noexcept { return (first_.stream != none ? 1 : 0) + others_; }

  // Calls visit(std::uint32_t stream, const SequenceTracker&) for each stream, in no order.
  template <class Visit>
  void for_each(Visit&& visit) const {
    if (first_.stream != none) visit(first_.stream, first_.tracker);
    for (const Place& place : places_) {
      if (place.stream != none) visit(place.stream, place.tracker);
    }
  }

 private:
  static constexpr std::uint32_t none = 0xFFFF'FFFF;

  struct Place {
    std::uint32_t stream = none;
    SequenceTracker tracker;
  };

  SequenceTracker& of_many(std::uint32_t stream);
  std::size_t find(std::uint32_t stream) const noexcept;
  void grow();

  Place first_;
  std::vector<Place> places_;  // a power of two of them, or none
  std::uint32_t others_ = 0;   // in places_
  std::uint8_t shift_ = 64;    // less the binary logarithm of the number of places
};

}  // namespace mqrig::load
