#include <algorithm>

#include <mqrig/wire/buffer.hpp>

namespace mqrig::wire {

namespace {
constexpr std::size_t smallest_capacity = 256;
}

void Buffer::grow(std::size_t count) {
  const std::size_t kept = size();
  // Moving the content down is only worth it when at least as many bytes were consumed since: each
  // byte is then moved a bounded number of times.
  if (begin_ >= kept && capacity_ - kept >= count) {
    std::memmove(data_.get(), data_.get() + begin_, kept);
  } else {
    const std::size_t capacity = std::max({smallest_capacity, capacity_ * 2, kept + count});
    auto larger = std::make_unique_for_overwrite<std::uint8_t[]>(capacity);
    if (kept > 0) std::memcpy(larger.get(), data_.get() + begin_, kept);
    data_ = std::move(larger);
    capacity_ = capacity;
  }
  begin_ = 0;
  end_ = kept;
}

}  // namespace mqrig::wire
