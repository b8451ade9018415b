#include "sparkline.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace mqrig::bench_command {
namespace {

// From nothing to the highest.
using Levels = std::array<const char*, 9>;
constexpr Levels blocks{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr Levels ascii{" ", "_", ".", "-", "~", "=", "+", "*", "#"};

}  // namespace

std::string sparkline(std::span<const double> values, std::size_t columns, bool unicode) {
  if (values.size() > columns) values = values.last(columns);
  const double highest = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
  const Levels& levels = unicode ? blocks : ascii;
  std::string line;
  for (const double value : values) {
    // Rounded up: whatever is not nothing can be seen.
    const double level = highest > 0 ? std::ceil(value / highest * 8) : 0;
    line += levels[static_cast<std::size_t>(std::clamp(level, 0.0, 8.0))];
  }
  return line;
}

std::string progress_bar(double done, std::size_t columns, bool unicode) {
  const double filled = std::clamp(done, 0.0, 1.0) * static_cast<double>(columns);
  std::string line;
  for (std::size_t i = 0; i < columns; ++i) {
    const bool full = static_cast<double>(i) + 0.5 < filled;
    line += unicode ? (full ? "█" : "░") : (full ? "#" : "-");
  }
  return line;
}

}  // namespace mqrig::bench_command
