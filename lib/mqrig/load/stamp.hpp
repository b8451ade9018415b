// What the generator writes at the front of every payload, and knows a message by when it arrives.
#pragma once

#include <cstddef>
#include <cstdint>

#include <mqrig/wire/types.hpp>

namespace mqrig::load {

// 16 bytes, two little-endian words, from their lowest bits on:
//   time    44 bits  intended time of sending, in 16 ns of wall-clock time, modulo 78 hours
//   check   20 bits  of all other bits of the payload and of the run
//   stream  24 bits  which publisher and topic
//   number  28 bits  of the message within its stream, from 0, modulo 2^28
//   run     12 bits  of the run's identifier
struct Stamp {
  static constexpr std::size_t size = 16;
  static constexpr std::uint32_t most_streams = 1U << 24U;
  static constexpr std::int64_t tick = 16;  // nanoseconds

  std::uint32_t stream = 0;  // below most_streams
  std::uint64_t number = 0;  // the low 28 bits count; as read, nothing else is there
  std::int64_t time = 0;     // nanoseconds since the epoch of the wall clock; cut to ticks
};

// Writes and reads the stamps of one run: of its identifier, the low 12 bits count. Never changes:
// threads may share it.
class StampCodec {
 public:
  enum class Verdict : std::uint8_t { ours, foreign, corrupt };

  explicit StampCodec(std::uint64_t run) noexcept;

  // The run that a stamped payload says it is of: for receivers that know of none yet. It has at
  // least Stamp::size bytes.
  static std::uint64_t run_of(wire::ByteView payload) noexcept;

  // `payload` has at least Stamp::size bytes; `body_digest` is digest() of what follows the stamp,
  // made once where the body stays the same.
  void write(std::uint8_t* payload, const Stamp& stamp, std::uint64_t body_digest) const noexcept;

  // The same on every machine. Two bodies of one size that differ within one aligned group of eight
  // bytes only, in a single bit say, never have the same; any other two have it with a probability
  // of about 2^-64.
  static std::uint64_t digest(wire::ByteView body) noexcept;

  // Whose a payload is; `stamp` is set where it is ours or corrupt. `now` is the wall clock in
  // nanoseconds, and completes the time: it must be within 39 hours of it.
  //
  // foreign: too short for a stamp, or of another run. A payload that nobody stamped, or another
  // run did, is taken for ours by chance, once in 4096 times.
  //
  // With `full` the check is verified, and a payload whose check does not hold is corrupt. Any
  // damage is seen but for one time in 2^20. Damage to the run's bits alone is corrupt as well: all
  // the rest then holds for our run. Where the run's bits and others are damaged, the payload is
  // foreign.
  Verdict read(wire::ByteView payload, std::int64_t now, bool full, Stamp& stamp) const noexcept;

 private:
  std::uint64_t key_;
  std::uint64_t run_bits_;  // in their place in the second word
};

}  // namespace mqrig::load
