// Time stamps of messages.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

namespace mqrig::payload {

// Wall-clock time; std::chrono::system_clock::now() converts to it.
using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;

// Writes `2026-11-22T06:30:00.123456Z` (RFC 3339, UTC), and computes the calendar once per second
// of messages only.
class UtcText {
 public:
  static constexpr std::size_t size = 27;

  // Writes exactly `size` bytes. Years are 0000 to 9999.
  void put(std::uint8_t* to, WallTime time) noexcept;

 private:
  void start_second(std::int64_t second) noexcept;

  std::int64_t second_ = std::numeric_limits<std::int64_t>::min();
  char text_[20] = {};  // up to and with the decimal point
};

}  // namespace mqrig::payload
