// A growable byte buffer to which packets are appended and from which a stream takes them.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

#include <mqrig/wire/types.hpp>

namespace mqrig::wire {

// Bytes [begin, end) are waiting to be taken; appending never initialises memory that is about to
// be overwritten. One thread at a time. Throws std::bad_alloc when memory ends.
class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept
      : data_(std::move(other.data_)),
        capacity_(std::exchange(other.capacity_, 0)),
        begin_(std::exchange(other.begin_, 0)),
        end_(std::exchange(other.end_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    data_ = std::move(other.data_);
    capacity_ = std::exchange(other.capacity_, 0);
    begin_ = std::exchange(other.begin_, 0);
    end_ = std::exchange(other.end_, 0);
    return *this;
  }

  const std::uint8_t* data() const noexcept { return data_.get() + begin_; }
  std::uint8_t* data() noexcept { return data_.get() + begin_; }
  std::size_t size() const noexcept { return end_ - begin_; }
  bool empty() const noexcept { return begin_ == end_; }
  std::size_t capacity() const noexcept { return capacity_; }
  ByteView view() const noexcept { return {data(), size()}; }

  // Room for `count` bytes behind the content. The pointer is good until the next call that
  // appends; bytes written there count only after commit().
  std::uint8_t* prepare(std::size_t count) {
    if (capacity_ - end_ < count) grow(count);
    return data_.get() + end_;
  }
  void commit(std::size_t count) noexcept { end_ += count; }

  void append(ByteView bytes) {
    if (bytes.empty()) return;
    std::memcpy(prepare(bytes.size()), bytes.data(), bytes.size());
    commit(bytes.size());
  }

  // Removes the first `count` bytes.
  void consume(std::size_t count) noexcept {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  // Takes back what was appended after the content had `size` bytes.
  void truncate(std::size_t size) noexcept { end_ = begin_ + size; }
  void clear() noexcept { begin_ = end_ = 0; }
  // Gives the memory back; an idle connection owns none.
  void release() noexcept { *this = Buffer(); }

 private:
  void grow(std::size_t count);

  std::unique_ptr<std::uint8_t[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace mqrig::wire
