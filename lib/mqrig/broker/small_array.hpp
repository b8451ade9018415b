// A growing array whose first element needs no allocation, for lists of which most hold one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <type_traits>

#include <mqrig/broker/heap_size.hpp>

namespace mqrig::broker {

// Grows by half and gives memory back when three quarters of it are unused, so that neither many
// elements nor few ones at a boundary cost a copy each. At most 2^32 - 1 elements.
template <class T>
class SmallArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  SmallArray() noexcept : one_{} {}
  SmallArray(const SmallArray&) = delete;
  SmallArray& operator=(const SmallArray&) = delete;
  ~SmallArray() {
    if (on_heap()) std::free(many_);
  }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  T* begin() noexcept { return on_heap() ? many_ : &one_; }
  T* end() noexcept { return begin() + size_; }
  const T* begin() const noexcept { return on_heap() ? many_ : &one_; }
  const T* end() const noexcept { return begin() + size_; }
  T& operator[](std::size_t index) noexcept { return begin()[index]; }
  const T& operator[](std::size_t index) const noexcept { return begin()[index]; }
  T& back() noexcept { return begin()[size_ - 1]; }

  // Makes the next push_back() one that cannot fail.
  void reserve_one() {
    if (size_ == capacity_ && !reallocate(std::max(2U, capacity_ + capacity_ / 2))) {
      throw std::bad_alloc();
    }
  }
  void push_back(const T& element) {
    reserve_one();
    begin()[size_++] = element;
  }
  void pop_back() noexcept {
    --size_;
    if (!on_heap()) return;
    if (size_ <= 1) {
      T* const old = many_;
      one_ = *old;
      capacity_ = 1;
      std::free(old);
    } else if (size_ < capacity_ / 4) {
      // Shrinking may fail; then the array stays as large as it is.
      reallocate(size_ * 2);
    }
  }

  // Allocated beside the object itself.
  std::size_t heap_bytes() const noexcept {
    return on_heap() ? heap_size(capacity_ * sizeof(T)) : 0;
  }

 private:
  bool on_heap() const noexcept { return capacity_ > 1; }

  bool reallocate(std::uint32_t capacity) noexcept {
    void* const memory = std::realloc(on_heap() ? many_ : nullptr, capacity * sizeof(T));
    if (memory == nullptr) return false;
    T* const elements = static_cast<T*>(memory);
    if (!on_heap() && size_ == 1) elements[0] = T(one_);
    many_ = elements;
    capacity_ = capacity;
    return true;
  }

  union {
    T one_;
    T* many_;
  };
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 1;
};

}  // namespace mqrig::broker
