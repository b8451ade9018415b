// How two series of positive values differ, as a ratio with its confidence.
#pragma once

#include <cstddef>
#include <span>

namespace mqrig::load {

// Below this many values a series says nothing about its spread.
inline constexpr std::size_t fewest_values = 5;

struct Ratio {
  double ratio = 1;  // geometric mean of `b` / that of `a`
  double low = 1;    // 95 % confidence interval
  double high = 1;
};

// Of the logarithms of values, fewest_values of them at least; see compare().
Ratio ratio_of(std::span<const double> a_logs, std::span<const double> b_logs) noexcept;

}  // namespace mqrig::load
