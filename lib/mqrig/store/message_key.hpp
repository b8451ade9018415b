// The number under which a message of a spool is stored.
#pragma once

#include <cstdint>

#include <mqrig/store/spool.hpp>

namespace mqrig::store {

// Its queue in the high bits, its sequence in the low ones; never negative.
struct MessageKey {
  static constexpr int sequence_bits = 47;
  static constexpr std::uint64_t last_sequence = (std::uint64_t{1} << sequence_bits) - 1;

  static constexpr std::int64_t id(Spool::QueueId queue, std::uint64_t sequence) noexcept {
    return static_cast<std::int64_t>(std::uint64_t{queue} << sequence_bits | sequence);
  }
  static constexpr std::uint64_t sequence(std::int64_t id) noexcept {
    return static_cast<std::uint64_t>(id) & last_sequence;
  }
};

}  // namespace mqrig::store
