#include "utc_time.hpp"

#include <charconv>

namespace mqrig::spool {
namespace {

/// Two or four digits of a time; -1 where they are none.
int digits(std::string_view text, std::size_t from, std::size_t count) {
  int number = -1;
  const char* const end = text.data() + from + count;
  const auto result = std::from_chars(text.data() + from, end, number);
  return result.ec == std::errc() && result.ptr == end ? number : -1;
}

/// Of ".123456Z" the 123; none where it is no fraction of a second before a Z.
std::optional<int> fraction(std::string_view text) {
  if (text == "Z") return 0;
  if (text.size() < 3 || text.front() != '.' || text.back() != 'Z') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  int milliseconds = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    if (i < 3) milliseconds = milliseconds * 10 + (text[i] - '0');
  }
  for (std::size_t i = text.size(); i < 3; ++i) milliseconds *= 10;
  return milliseconds;
}

}  // namespace

std::string utc_time(std::int64_t milliseconds) {
  std::uint8_t text[payload::UtcText::size];
  payload::UtcText().put(text, wall_time(milliseconds));
  constexpr std::size_t up_to_milliseconds = payload::UtcText::size - 4;  // "…000Z"
  return std::string(text, text + up_to_milliseconds) + "Z";
}

std::optional<std::int64_t> parse_utc_time(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view shape = "0000-00-00T00:00:00";
  if (text.size() <= shape.size()) return std::nullopt;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] != '0' && shape[i] != text[i]) return std::nullopt;
  }
  const auto rest = fraction(text.substr(shape.size()));
  const year_month_day date(year(digits(text, 0, 4)),
                            month(static_cast<unsigned>(digits(text, 5, 2))),
                            day(static_cast<unsigned>(digits(text, 8, 2))));
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  const int second = digits(text, 17, 2);
  const bool valid = rest && date.ok() && digits(text, 0, 4) >= 0 && hour >= 0 && hour < 24 &&
                     minute >= 0 && minute < 60 && second >= 0 && second < 60;
  if (!valid) return std::nullopt;
  const auto time = sys_days(date) + hours(hour) + minutes(minute) + seconds(second);
  return duration_cast<milliseconds>(time.time_since_epoch()).count() + *rest;
}

}  // namespace mqrig::spool
