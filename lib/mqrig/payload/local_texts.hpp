// Local time as text.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <mqrig/payload/utc_text.hpp>

namespace mqrig::payload {

// Texts of strftime(3) for the time of a message, in the local time zone. They are computed, and
// the zone is looked up, only when the second changes. One thread at a time.
class LocalTexts {
 public:
  // Another text to keep; `format` is strftime's. The result is its number for text().
  std::size_t add(std::string_view format);

  // Goes to another time; before text().
  void set(WallTime time) {
    const auto second = std::chrono::floor<std::chrono::seconds>(time);
    nanoseconds_ = static_cast<std::uint32_t>((time - second).count());
    if (second.time_since_epoch().count() != second_) {
      start_second(second.time_since_epoch().count());
    }
  }

  // Good until the next set().
  std::string_view text(std::size_t number) const noexcept { return texts_[number]; }
  std::int64_t seconds() const noexcept { return second_; }  // since 1970
  std::uint32_t nanoseconds() const noexcept { return nanoseconds_; }

 private:
  void start_second(std::int64_t second);

  std::int64_t second_ = std::numeric_limits<std::int64_t>::min();
  std::uint32_t nanoseconds_ = 0;
  std::vector<std::string> formats_;
  std::vector<std::string> texts_;
};

}  // namespace mqrig::payload
