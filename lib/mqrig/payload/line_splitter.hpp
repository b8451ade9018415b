// Splits a byte stream into records.
#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

#include <mqrig/wire/types.hpp>

namespace mqrig::payload {

enum class SplitStatus : unsigned char {
  record,     // a record was taken
  need_more,  // the block is used up; feed the next one, or call finish()
  too_long,   // a record is longer than the maximum; nothing more will come
};

// Cuts blocks at a separator byte, without copying: a record is a view into the block, and only
// the partial record at a block's end is copied. Any other byte is data, CR and NUL included.
//
//   splitter.feed(block);
//   while (splitter.next(record) == SplitStatus::record) …
//   // at the end of the input:
//   if (splitter.finish(record) == SplitStatus::record) …
//
// The caller may stop after any record and go on later: nothing is lost as long as the block
// stays where it is. One thread at a time.
class LineSplitter {
 public:
  // `maximum` bounds a record's size in bytes, without its separator.
  explicit LineSplitter(char separator = '\n', std::size_t maximum = wire::max_remaining_length)
      : separator_(separator), maximum_(maximum) {}

  // The block is read until next() says need_more; feeding before that drops what is left of the
  // block before.
  void feed(std::string_view block) noexcept { rest_ = block; }

  // The record is good until the next call of any function, and while the block is.
  SplitStatus next(std::string_view& record) {
    const void* found = nullptr;
    if (partial_.empty() && !rest_.empty()) {
      found = std::memchr(rest_.data(), separator_, rest_.size());
    }
    if (found == nullptr) return next_from_pieces(record);
    const auto size = static_cast<std::size_t>(static_cast<const char*>(found) - rest_.data());
    if (size > maximum_) return fail();
    record = rest_.substr(0, size);
    rest_.remove_prefix(size + 1);
    return SplitStatus::record;
  }

  // The end of the input: what follows the last separator is a record too, unless it is empty.
  // Call it when next() has said need_more; afterwards the splitter is as new.
  SplitStatus finish(std::string_view& record);

  // True when some bytes of a record without its separator are kept.
  bool has_partial() const noexcept { return !partial_.empty() && !partial_taken_; }

  // Bytes of the block that belong to records behind the one that was taken last.
  std::size_t rest() const noexcept { return rest_.size(); }

 private:
  SplitStatus next_from_pieces(std::string_view& record);
  SplitStatus keep(std::string_view piece);
  SplitStatus fail() noexcept;
  void forget_partial();

  char separator_;
  bool partial_taken_ = false;  // partial_ is the record handed out last
  bool failed_ = false;
  std::size_t maximum_;
  std::string_view rest_;  // of the block
  std::string partial_;
};

}  // namespace mqrig::payload
