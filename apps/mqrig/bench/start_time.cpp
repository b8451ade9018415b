#include "start_time.hpp"

#include <algorithm>
#include <mqrig/cli/value.hpp>
#include <string>

namespace mqrig::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

/// Takes fixed places off a text; each failure sticks.
class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text) {}

  int number(std::size_t digits) {
    if (rest_.size() < digits) return fail();
    int value = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return fail();
      value = 10 * value + (c - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }

  /// One of these characters.
  char one_of(std::string_view choices) {
    if (rest_.empty() || choices.find(rest_[0]) == choices.npos) return static_cast<char>(fail());
    const char found = rest_[0];
    rest_.remove_prefix(1);
    return found;
  }

  /// ".123", or nothing; what is smaller than a millisecond is cut off.
  milliseconds fraction() {
    if (!rest_.starts_with('.')) return {};
    rest_.remove_prefix(1);
    const std::size_t digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (digits == 0) fail();
    std::string text(rest_.substr(0, std::min<std::size_t>(digits, 3)));
    text.resize(3, '0');
    rest_.remove_prefix(digits);
    return milliseconds(cli::parse_integer(text).value_or(0));
  }

  bool complete() const { return good_ && rest_.empty(); }

 private:
  int fail() {
    good_ = false;
    return 0;
  }

  std::string_view rest_;
  bool good_ = true;
};

std::optional<system_clock::time_point> parse_rfc_3339(std::string_view text) {
  using namespace std::chrono;
  Fields fields(text);
  const year y(fields.number(4));
  fields.one_of("-");
  const month m(static_cast<unsigned>(fields.number(2)));
  fields.one_of("-");
  const day d(static_cast<unsigned>(fields.number(2)));
  fields.one_of("Tt ");
  const int hour = fields.number(2);
  fields.one_of(":");
  const int minute = fields.number(2);
  fields.one_of(":");
  const int second = fields.number(2);
  const milliseconds fraction = fields.fraction();
  const char sign = fields.one_of("Zz+-");
  minutes offset{0};
  if (sign == '+' || sign == '-') {
    offset = hours(fields.number(2));
    fields.one_of(":");
    offset += minutes(fields.number(2));
  }
  const year_month_day date{y, m, d};
  const bool leap_second = second == 60;
  if (!fields.complete() || !date.ok() || hour > 23 || minute > 59 || second > 60) {
    return std::nullopt;
  }
  const auto local = sys_days(date) + hours(hour) + minutes(minute) +
                     seconds(leap_second ? 59 : second) + fraction;
  return sign == '-' ? local + offset : local - offset;
}

}  // namespace

std::optional<system_clock::time_point> parse_start_time(std::string_view text,
                                                         system_clock::time_point now) {
  if (text.starts_with('+')) {
    const auto wait = cli::parse_duration(text.substr(1));
    if (!wait) return std::nullopt;
    return now + *wait;
  }
  if (const auto seconds = cli::parse_number(text)) {
    if (*seconds < 0 || *seconds > 1e11) return std::nullopt;
    return system_clock::time_point(milliseconds(static_cast<std::int64_t>(*seconds * 1000)));
  }
  return parse_rfc_3339(text);
}

}  // namespace mqrig::bench
