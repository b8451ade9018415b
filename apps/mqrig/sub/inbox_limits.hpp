#pragma once

#include <chrono>
#include <cstdint>

namespace mqrig::sub {

/// How much may wait in an inbox. What is being printed, or has its command running, waits no more.
struct InboxLimits {
  /// What happens when there is too much.
  enum class Policy : std::uint8_t {
    block,        ///< Nothing more is read from the broker.
    drop_oldest,  ///< The oldest waiting message makes room.
    reject,       ///< The new message is dropped.
  };

  std::uint64_t bytes = 0;  ///< 0: any number, as of the others.
  std::uint64_t messages = 0;
  std::chrono::milliseconds age{0};  ///< Older messages are dropped.
  Policy policy = Policy::block;
};

}  // namespace mqrig::sub
