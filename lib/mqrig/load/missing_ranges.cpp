#include <mqrig/load/missing_ranges.hpp>

#include <algorithm>
#include <iterator>

namespace mqrig::load {

namespace {

bool before(std::uint32_t a, std::uint32_t b) noexcept {
  return static_cast<std::int32_t>(a - b) < 0;
}

std::ptrdiff_t offset(std::size_t index) noexcept {
  return static_cast<std::ptrdiff_t>(index);
}

}  // namespace

void MissingRanges::add_last(std::uint32_t first, std::uint32_t count) {
  if (blocks_.empty() || blocks_.back().size() == block_size) blocks_.emplace_back();
  blocks_.back().push_back({first, count});
  added(count);
}

void MissingRanges::add_first(std::uint32_t first, std::uint32_t count) {
  if (blocks_.empty() || blocks_.front().size() == block_size) blocks_.emplace(blocks_.begin());
  Block& block = blocks_.front();
  block.insert(block.begin(), {first, count});
  added(count);
}

void MissingRanges::added(std::uint32_t count) {
  count_ += count;
  if (++ranges_ <= most_ranges) return;
  for (const Range& range : blocks_.front()) given_up_ += range.count;
  ranges_ -= blocks_.front().size();
  blocks_.erase(blocks_.begin());
}

bool MissingRanges::take(std::uint32_t number) {
  const auto after_block =
      std::upper_bound(blocks_.begin(), blocks_.end(), number,
                       [](std::uint32_t n, const Block& b) { return before(n, b.front().first); });
  if (after_block == blocks_.begin()) return false;
  Block& block = *std::prev(after_block);
  const auto after =
      std::upper_bound(block.begin(), block.end(), number,
                       [](std::uint32_t n, const Range& range) { return before(n, range.first); });
  Range& range = *std::prev(after);
  const std::uint32_t position = number - range.first;
  if (position >= range.count) return false;
  --count_;
  if (position == range.count - 1) {
    --range.count;
  } else if (position == 0) {
    ++range.first;
    --range.count;
  } else {
    split(static_cast<std::size_t>(std::prev(after_block) - blocks_.begin()),
          static_cast<std::size_t>(std::prev(after) - block.begin()), number);
    return true;
  }
  if (range.count > 0) return true;
  --ranges_;
  block.erase(std::prev(after));
  if (block.empty()) blocks_.erase(std::prev(after_block));
  return true;
}

// Makes two ranges of one, without `number` between them.
void MissingRanges::split(std::size_t block, std::size_t position, std::uint32_t number) {
  if (blocks_[block].size() == block_size) {
    constexpr std::size_t half = block_size / 2;
    Block& full = blocks_[block];
    Block upper(full.begin() + offset(half), full.end());
    full.resize(half);
    blocks_.insert(blocks_.begin() + offset(block + 1), std::move(upper));
    if (position >= half) {
      ++block;
      position -= half;
    }
  }
  Block& ranges = blocks_[block];
  const Range whole = ranges[position];
  const std::uint32_t left = number - whole.first;
  ranges[position].count = left;
  ranges.insert(ranges.begin() + offset(position + 1), {number + 1, whole.count - left - 1});
  added(0);
}

void MissingRanges::settle_before(std::uint32_t number) {
  while (!blocks_.empty()) {
    Block& block = blocks_.front();
    const auto first_kept = std::find_if(block.begin(), block.end(), [&](const Range& range) {
      return before(number, range.first + range.count);
    });
    ranges_ -= static_cast<std::size_t>(first_kept - block.begin());
    if (first_kept != block.end()) {
      block.erase(block.begin(), first_kept);
      return;
    }
    blocks_.erase(blocks_.begin());
  }
}

}  // namespace mqrig::load
