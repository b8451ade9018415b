#include <mqrig/load/quantity_text.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace mqrig::load {
namespace {

std::string formatted(const char* format, int decimals, double value) {
  std::array<char, 400> text{};  // the largest double has 309 digits
  std::snprintf(text.data(), text.size(), format, decimals, value);
  return text.data();
}

// "1.500" as "1.5", "2.0" as "2".
std::string without_zeros(std::string text) {
  if (text.find('.') == text.npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string with_separators(std::string text) {
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  const std::size_t end = std::min(text.find('.'), text.size());
  for (std::size_t place = end; place > first + 3; place -= 3) text.insert(place - 3, 1, ',');
  return text;
}

struct Unit {
  double nanoseconds;
  std::string_view name;
};

constexpr std::array<Unit, 4> units = {{{1e9, " s"}, {1e6, " ms"}, {1e3, " us"}, {1, " ns"}}};

}  // namespace

std::string count_text(std::uint64_t count) {
  return with_separators(std::to_string(count));
}

std::string duration_text(double nanoseconds) {
  for (const Unit& unit : units) {
    const double value = nanoseconds / unit.nanoseconds;
    // 999.6 us would be shown as 1000 us.
    if (std::abs(value) < 0.9995 && unit.nanoseconds > 1) continue;
    const int decimals = std::abs(value) < 9.995 ? 2 : std::abs(value) < 99.95 ? 1 : 0;
    return with_separators(without_zeros(formatted("%.*f", decimals, value))).append(unit.name);
  }
  return "0 ns";
}

std::string rate_text(double per_second) {
  return value_text(per_second, std::abs(per_second) < 100 ? 1 : 0) + "/s";
}

std::string percent_text(double fraction) {
  const double percent = fraction * 100;
  // What is not all, or not nothing, is not shown as if it were.
  int decimals = 2;
  while (decimals < 9) {
    const double shown = std::stod(formatted("%.*f", decimals, percent));
    if ((shown == 100) == (percent == 100) && (shown == 0) == (percent == 0)) break;
    ++decimals;
  }
  return without_zeros(formatted("%.*f", decimals, percent)) + " %";
}

std::string value_text(double value, int decimals) {
  return with_separators(without_zeros(formatted("%.*f", decimals, value)));
}

}  // namespace mqrig::load
