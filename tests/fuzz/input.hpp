// The bytes of a fuzz target, taken as the choices and contents of its commands.
#pragma once

#include <algorithm>
#include <cstdint>

#include <mqrig/wire/types.hpp>

namespace mqrig::fuzz {

// Never ends early: behind its end every choice is 0 and every content empty.
class Input {
 public:
  explicit Input(wire::ByteView bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const std::uint8_t value = rest_.front();
    rest_ = rest_.subspan(1);
    return value;
  }
  wire::ByteView bytes(std::size_t most) {
    const wire::ByteView taken = rest_.first(std::min(most, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

 private:
  wire::ByteView rest_;
};

}  // namespace mqrig::fuzz
