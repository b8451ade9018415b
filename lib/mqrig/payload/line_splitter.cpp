#include <mqrig/payload/line_splitter.hpp>

namespace mqrig::payload {

namespace {
// Memory that one huge record needed is given back, memory of usual records is kept.
constexpr std::size_t kept_capacity = 1 << 20;
}  // namespace

SplitStatus LineSplitter::next_from_pieces(std::string_view& record) {
  if (failed_) return SplitStatus::too_long;
  if (partial_taken_) {
    forget_partial();
    return next(record);
  }
  if (rest_.empty()) return SplitStatus::need_more;
  const std::size_t end = rest_.find(separator_);
  if (end == std::string_view::npos) {
    const SplitStatus status = keep(rest_);
    rest_ = {};
    return status;
  }
  if (const SplitStatus status = keep(rest_.substr(0, end)); status == SplitStatus::too_long) {
    return status;
  }
  rest_.remove_prefix(end + 1);
  partial_taken_ = true;
  record = partial_;
  return SplitStatus::record;
}

SplitStatus LineSplitter::finish(std::string_view& record) {
  if (failed_) return SplitStatus::too_long;
  if (partial_taken_) forget_partial();
  if (partial_.empty()) return SplitStatus::need_more;
  partial_taken_ = true;
  record = partial_;
  return SplitStatus::record;
}

SplitStatus LineSplitter::keep(std::string_view piece) {
  if (piece.size() > maximum_ - partial_.size()) return fail();
  partial_.append(piece);
  return SplitStatus::need_more;
}

SplitStatus LineSplitter::fail() noexcept {
  failed_ = true;
  rest_ = {};
  partial_.clear();
  partial_taken_ = false;
  return SplitStatus::too_long;
}

void LineSplitter::forget_partial() {
  if (partial_.capacity() > kept_capacity) partial_ = {};
  partial_.clear();
  partial_taken_ = false;
}

}  // namespace mqrig::payload
