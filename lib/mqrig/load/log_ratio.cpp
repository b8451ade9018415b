#include <mqrig/load/log_ratio.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace mqrig::load {
namespace {

// The 97.5 % quantile of Student's t, by degrees of freedom from 1.
constexpr std::array<double, 30> student = {
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
};

double student_t(double degrees) noexcept {
  if (degrees > 30) return 1.96 + 2.42 / degrees;
  // Rounded down: the wider interval.
  return student[static_cast<std::size_t>(std::max(degrees, 1.0)) - 1];
}

struct Series {
  double mean = 0;
  double variance = 0;  // of the mean
  double count = 0;     // of independent values
};

Series series_of(std::span<const double> values) noexcept {
  Series series;
  const double count = static_cast<double>(values.size());
  for (const double value : values) series.mean += value / count;
  double squares = 0;
  double neighbours = 0;
  for (std::size_t index = 0; index < values.size(); ++index) {
    const double deviation = values[index] - series.mean;
    squares += deviation * deviation;
    if (index > 0) neighbours += deviation * (values[index - 1] - series.mean);
  }
  // Chance makes neighbours of a few values look opposed: that is not taken for more values.
  const double correlation = squares > 0 ? std::clamp(neighbours / squares, 0.0, 0.95) : 0;
  series.count = std::max(2.0, count * (1 - correlation) / (1 + correlation));
  series.variance = squares / (count - 1) / series.count;
  return series;
}

}  // namespace

Ratio ratio_of(std::span<const double> a_logs, std::span<const double> b_logs) noexcept {
  const Series a = series_of(a_logs);
  const Series b = series_of(b_logs);
  const double difference = b.mean - a.mean;
  const double variance = a.variance + b.variance;
  double half_width = 0;
  if (variance > 0) {
    // Welch and Satterthwaite.
    const double degrees =
        variance * variance /
        (a.variance * a.variance / (a.count - 1) + b.variance * b.variance / (b.count - 1));
    half_width = student_t(degrees) * std::sqrt(variance);
  }
  return {std::exp(difference), std::exp(difference - half_width),
          std::exp(difference + half_width)};
}

}  // namespace mqrig::load
