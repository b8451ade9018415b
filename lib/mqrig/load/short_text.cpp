#include <mqrig/load/short_text.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>

#include <mqrig/load/quantity_text.hpp>

namespace mqrig::load {
namespace {

constexpr double trillion = 1e12;

std::string fixed(double value, int decimals) {
  char text[400];  // the largest double has 309 digits
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, decimals);
  return {text, end.ptr};
}

// What rounding makes of a value counts: 9.996 has the digits of 10.
std::string three_digits(double value) {
  if (value < 9.995) return fixed(value, 2);
  if (value < 99.95) return fixed(value, 1);
  return fixed(value, 0);
}

std::string without_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

double readable(double value) {
  return std::isfinite(value) && value > 0 ? value : 0;
}

std::string two_digits(std::uint64_t value) {
  return (value < 10 ? "0" : "") + std::to_string(value);
}

}  // namespace

std::string short_text(double value) {
  value = readable(value);
  if (value < 999.5) return without_zeros(three_digits(value));
  constexpr std::string_view letters = "kMGTPEZY";
  std::size_t letter = 0;
  for (value /= 1000; value >= 999.5 && letter + 1 < letters.size(); value /= 1000) ++letter;
  return without_zeros(three_digits(value)) + letters[letter];
}

std::string brief_count_text(std::uint64_t count) {
  const auto value = static_cast<double>(count);
  return value < trillion ? count_text(count) : short_text(value);
}

std::string brief_rate_text(double per_second) {
  return per_second < trillion ? rate_text(per_second) : short_text(per_second) + "/s";
}

std::string bytes_text(double bytes) {
  const double value = readable(bytes);
  constexpr std::array<std::string_view, 7> units{"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  if (value < 999.5) return fixed(value, 0) + " B";
  std::size_t unit = 1;
  double shown = value / 1000;
  for (; shown >= 999.5 && unit + 1 < units.size(); shown /= 1000) ++unit;
  return three_digits(shown).append(" ").append(units[unit]);
}

std::string clock_text(double seconds) {
  const double value = std::min(readable(seconds), 1e15);
  if (value < 9.95) return without_zeros(fixed(value, 1)) + " s";
  const auto whole = static_cast<std::uint64_t>(std::llround(value));
  if (whole < 120) return std::to_string(whole) + " s";
  if (whole < 3600) return std::to_string(whole / 60) + ":" + two_digits(whole % 60);
  return std::to_string(whole / 3600) + ":" + two_digits(whole / 60 % 60) + ":" +
         two_digits(whole % 60);
}

std::string percentile_text(double percentile) {
  return without_zeros(fixed(percentile, 6));
}

std::string page_duration_text(double nanoseconds) {
  std::string text = duration_text(nanoseconds);
  if (text.ends_with(" us")) text.replace(text.size() - 2, 1, "µ");
  return text;
}

}  // namespace mqrig::load
