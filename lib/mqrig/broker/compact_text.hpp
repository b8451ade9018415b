// A string of 28 bytes: short texts lie inside, longer ones on the heap.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <mqrig/broker/heap_size.hpp>

namespace mqrig::broker {

// At most 65,535 bytes, which is the longest topic.
class CompactText {
 public:
  CompactText() noexcept = default;
  CompactText(const CompactText&) = delete;
  CompactText& operator=(const CompactText&) = delete;
  ~CompactText() {
    if (on_heap()) delete[] pointer();
  }

  // Lives until the next assign().
  std::string_view view() const noexcept { return {on_heap() ? pointer() : bytes_.data(), size_}; }

  // The text may be a part of the present one.
  void assign(std::string_view text) {
    std::array<char, inline_size> bytes{};
    if (text.size() > inline_size) {
      char* const memory = new char[text.size()];
      std::memcpy(memory, text.data(), text.size());
      std::memcpy(bytes.data(), &memory, sizeof memory);
    } else {
      text.copy(bytes.data(), text.size());
    }
    if (on_heap()) delete[] pointer();
    bytes_ = bytes;
    size_ = static_cast<std::uint16_t>(text.size());
  }

  // Allocated beside the object itself.
  std::size_t heap_bytes() const noexcept { return on_heap() ? heap_size(size_) : 0; }

 private:
  static constexpr std::size_t inline_size = 26;

  bool on_heap() const noexcept { return size_ > inline_size; }
  char* pointer() const noexcept {
    char* memory;
    std::memcpy(&memory, bytes_.data(), sizeof memory);
    return memory;
  }

  std::array<char, inline_size> bytes_{};  // or a pointer to the text
  std::uint16_t size_ = 0;
};

}  // namespace mqrig::broker
