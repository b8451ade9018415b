#include <cstring>

#include <mqrig/payload/digits.hpp>
#include <mqrig/payload/utc_text.hpp>

namespace mqrig::payload {

void UtcText::put(std::uint8_t* to, WallTime time) noexcept {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  if (second.time_since_epoch().count() != second_) start_second(second.time_since_epoch().count());
  std::memcpy(to, text_, sizeof text_);
  put_six_digits(to + 20, static_cast<std::uint32_t>((time - second).count() / 1000));
  to[26] = 'Z';
}

void UtcText::start_second(std::int64_t second) noexcept {
  second_ = second;
  const std::chrono::sys_seconds time{std::chrono::seconds{second}};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const auto year = static_cast<std::uint32_t>(static_cast<int>(date.year())) % 10'000;
  const auto of_day = static_cast<std::uint32_t>((time - day).count());
  std::memcpy(text_, "0000-00-00T00:00:00.", sizeof text_);
  put_two_digits(text_, year / 100);
  put_two_digits(text_ + 2, year % 100);
  put_two_digits(text_ + 5, static_cast<unsigned>(date.month()));
  put_two_digits(text_ + 8, static_cast<unsigned>(date.day()));
  put_two_digits(text_ + 11, of_day / 3600);
  put_two_digits(text_ + 14, of_day / 60 % 60);
  put_two_digits(text_ + 17, of_day % 60);
}

}  // namespace mqrig::payload
