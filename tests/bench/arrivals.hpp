// An exact account of numbered messages: which arrived, which twice, which out of order.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include <mqrig/wire/types.hpp>

namespace mqrig::bench {

// What every payload begins with. Both ends are one process, so the byte order is its own.
struct Stamp {
  std::uint64_t number = 0;     // of the publisher's messages, from 0
  std::uint32_t publisher = 0;  // from 0
};
inline constexpr std::size_t stamp_size = 12;

inline void write_stamp(std::uint8_t* payload, const Stamp& stamp) {
  std::memcpy(payload, &stamp.number, sizeof stamp.number);
  std::memcpy(payload + sizeof stamp.number, &stamp.publisher, sizeof stamp.publisher);
}
inline Stamp read_stamp(wire::ByteView payload) {
  Stamp stamp;
  std::memcpy(&stamp.number, payload.data(), sizeof stamp.number);
  std::memcpy(&stamp.publisher, payload.data() + sizeof stamp.number, sizeof stamp.publisher);
  return stamp;
}

struct Account {
  std::uint64_t received = 0;    // PUBLISH packets, repeated ones too
  std::uint64_t arrived = 0;     // different messages
  std::uint64_t duplicated = 0;  // arrived before
  std::uint64_t reordered = 0;   // arrived for the first time after a later one
  std::uint64_t foreign = 0;     // not sent by this run
};

// The messages of one publisher at one subscriber.
class Arrivals {
 public:
  explicit Arrivals(std::uint64_t messages) : messages_(messages), seen_((messages + 63) / 64) {}

  void record(std::uint64_t number, Account& account) {
    ++account.received;
    if (number >= messages_) {
      ++account.foreign;
      return;
    }
    std::uint64_t& word = seen_[number / 64];
    const std::uint64_t bit = std::uint64_t{1} << (number % 64);
    if ((word & bit) != 0) {
      ++account.duplicated;
      return;
    }
    word |= bit;
    ++account.arrived;
    if (number < passed_) {
      ++account.reordered;
    } else {
      passed_ = number + 1;
    }
  }

  // Messages up to the latest that arrived: those behind it are still under way, or lost.
  std::uint64_t passed() const { return passed_; }

 private:
  std::uint64_t messages_;
  std::vector<std::uint64_t> seen_;  // a bit for each message
  std::uint64_t passed_ = 0;
};

}  // namespace mqrig::bench
