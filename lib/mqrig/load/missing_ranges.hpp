// The numbers of a sequence that have not come yet, as ranges.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mqrig::load {

// Numbers count modulo 2^32; all that are kept at one time must lie within 2^31 of each other, and
// "before" is meant so. Eight bytes a range, in sorted blocks: whichever range a number falls in,
// taking it moves one block's bytes at most. One thread at a time.
class MissingRanges {
 public:
  // The most ranges that are kept, 8 MiB of them. When there are more, the oldest few hundred are
  // given up: their numbers stay missing for good.
  static constexpr std::size_t most_ranges = std::size_t{1} << 20U;

  // Numbers after, or before, all that were added until now. `count` is at least 1.
  void add_last(std::uint32_t first, std::uint32_t count);
  void add_first(std::uint32_t first, std::uint32_t count);

  // Whether this number is missing; no longer afterwards.
  bool take(std::uint32_t number);

  // Nobody will ask for a number before this one again; they stay missing.
  void settle_before(std::uint32_t number);

  // All that are missing, given up and settled ones included.
  std::uint64_t count() const noexcept { return count_; }
  // Those that were given up because there were too many ranges.
  std::uint64_t given_up() const noexcept { return given_up_; }
  std::size_t ranges() const noexcept { return ranges_; }

 private:
  struct Range {
    std::uint32_t first;
    std::uint32_t count;
  };
  using Block = std::vector<Range>;  // never empty

  static constexpr std::size_t block_size = 256;

  void split(std::size_t block, std::size_t position, std::uint32_t number);
  void added(std::uint32_t count);

  std::vector<Block> blocks_;
  std::size_t ranges_ = 0;
  std::uint64_t count_ = 0;
  std::uint64_t given_up_ = 0;
};

}  // namespace mqrig::load
