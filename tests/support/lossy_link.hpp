// A connection in memory that carries so many bytes and then breaks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

#include <mqrig/wire/buffer.hpp>

namespace mqrig::test {

// What both directions share: how many bytes may still pass.
class LossyLink {
 public:
  static constexpr std::size_t unbroken = std::numeric_limits<std::size_t>::max();

  // A new connection, to break after `bytes` in both directions together.
  void restore(std::size_t bytes) noexcept { left_ = bytes; }
  bool broken() const noexcept { return left_ == 0; }
  // How many bytes have passed over all connections.
  std::size_t carried() const noexcept { return carried_; }

  // Moves up to `most` bytes of `from` to `to`, where they come behind what is there; what does not
  // pass is lost. True when something arrived.
  bool carry(wire::Buffer& from, wire::Buffer& to, std::size_t most) {
    const std::size_t count = std::min({from.size(), most, left_});
    to.append(from.view().first(count));
    from.consume(count);
    carried_ += count;
    if (left_ != unbroken) left_ -= count;
    if (broken()) from.clear();
    return count != 0;
  }

 private:
  std::size_t left_ = 0;
  std::size_t carried_ = 0;
};

}  // namespace mqrig::test
