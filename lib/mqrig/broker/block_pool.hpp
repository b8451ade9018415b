// Objects with 32-bit names instead of pointers, in blocks that are given back when they are empty.
#pragma once

#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include <mqrig/broker/heap_size.hpp>

namespace mqrig::broker {

// An object never moves and keeps its name until it is erased; then the name is reused. Whoever
// owns the pool erases what is in it before it ends.
template <class T>
class BlockPool {
 public:
  // At most 2^32 objects.
  std::uint32_t emplace() {
    if (open_.empty()) {
      // Room for every block, so that erase() needs no memory.
      open_.reserve(blocks_.size() + 1);
      blocks_.emplace_back();
      open_.push_back(static_cast<std::uint32_t>(blocks_.size() - 1));
    }
    const std::uint32_t at = open_.back();
    Block& block = blocks_[at];
    if (block.places == nullptr) allocate(block);
    std::uint16_t place = block.first_free;
    if (place != none) {
      block.first_free = block.places[place].next;
    } else {
      place = block.touched++;
    }
    new (&block.places[place].object) T();
    if (++block.used == block_size) open_.pop_back();
    return at * block_size + place;
  }

  void erase(std::uint32_t name) noexcept {
    const std::uint32_t at = name / block_size;
    Block& block = blocks_[at];
    const auto place = static_cast<std::uint16_t>(name % block_size);
    block.places[place].object.~T();
    block.places[place].next = block.first_free;
    block.first_free = place;
    if (block.used-- == block_size) open_.push_back(at);
    if (block.used == 0) {
      block = Block();
      --allocated_;
    }
  }

  T& operator[](std::uint32_t name) noexcept {
    return blocks_[name / block_size].places[name % block_size].object;
  }
  const T& operator[](std::uint32_t name) const noexcept {
    return blocks_[name / block_size].places[name % block_size].object;
  }

  std::size_t memory() const noexcept {
    return allocated_ * heap_size(block_size * sizeof(Place)) + blocks_.capacity() * sizeof(Block) +
           open_.capacity() * sizeof(std::uint32_t);
  }

 private:
  static constexpr std::uint32_t block_size = 512;
  static constexpr std::uint16_t none = 0xFFFF;

  union Place {
    Place() noexcept : next(none) {}
    ~Place() {}
    T object;
    std::uint16_t next;  // free place of the block
  };

  struct Block {
    std::unique_ptr<Place[]> places;  // null while none is used
    std::uint16_t used = 0;
    std::uint16_t touched = 0;  // places before this one are used or in the list of free ones
    std::uint16_t first_free = none;
  };

  void allocate(Block& block) {
    block.places = std::make_unique<Place[]>(block_size);
    ++allocated_;
  }

  std::vector<Block> blocks_;
  std::vector<std::uint32_t> open_;  // the blocks that have a place
  std::size_t allocated_ = 0;
};

}  // namespace mqrig::broker
