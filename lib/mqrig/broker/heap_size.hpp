// What an allocation takes from the heap.
#pragma once

#include <algorithm>
#include <cstddef>

namespace mqrig::broker {

// As the C library of Linux rounds it on 64 bits: eight bytes of its own, in steps of 16, at least
// 32. Used for what memory() functions report and limits compare.
constexpr std::size_t heap_size(std::size_t bytes) noexcept {
  return std::max<std::size_t>(32, (bytes + 8 + 15) / 16 * 16);
}

}  // namespace mqrig::broker
