#include <mqrig/load/html_axis.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include <mqrig/load/short_text.hpp>

namespace mqrig::load {
namespace {

// The smallest of 1, 2, 5, 10, 20 … that is not below `value`.
double round_up(double value) {
  const double decade = std::pow(10, std::floor(std::log10(value)));
  for (const double step : {1.0, 2.0, 5.0}) {
    if (value <= step * decade * (1 + 1e-9)) return step * decade;
  }
  return 10 * decade;
}

double round_down(double value) {
  const double decade = std::pow(10, std::floor(std::log10(value) + 1e-9));
  for (const double step : {5.0, 2.0}) {
    if (value >= step * decade * (1 - 1e-9)) return step * decade;
  }
  return decade;
}

double time_step(double length) {
  constexpr std::array<double, 17> steps{0.1, 0.2, 0.5, 1,   2,    5,    10,   15,   30,
                                         60,  120, 300, 600, 1800, 3600, 7200, 21600};
  for (const double step : steps) {
    if (length / step <= 10) return step;
  }
  return round_up(length / 10 / 86400) * 86400;
}

// Of a round number of nanoseconds: "200 µs".
std::string round_duration(double nanoseconds) {
  constexpr std::array<const char*, 4> units{" ns", " µs", " ms", " s"};
  std::size_t unit = 0;
  for (; nanoseconds >= 999.5 && unit + 1 < units.size(); nanoseconds /= 1000) ++unit;
  return std::to_string(std::llround(nanoseconds)) + units[unit];
}

}  // namespace

Axis Axis::linear(double highest, std::string_view unit) {
  const double wanted = std::isfinite(highest) && highest > 0 ? highest : 1;
  const double step = round_up(wanted / 6);
  const double steps = std::ceil(wanted / step * (1 - 1e-9));
  Axis axis(Scale::linear, 0, step * steps);
  for (int i = 0; i <= static_cast<int>(steps); ++i) {
    axis.add_tick(step * i, short_text(step * i).append(unit), i % 2 == 1);
  }
  return axis;
}

Axis Axis::durations(double lowest, double highest) {
  const double from = round_down(std::max(lowest, 1.0));
  double to = round_up(std::max(highest, 1.0));
  if (to < from * 2) to = round_up(from * 1.5);
  Axis axis(Scale::logarithmic, from, to);
  const bool wide = std::log10(to / from) > 3;
  for (double decade = std::pow(10, std::floor(std::log10(from) + 1e-9)); decade <= to * 1.001;
       decade *= 10) {
    for (const double step : {1.0, 2.0, 5.0}) {
      const double value = decade * step;
      if (value < from * 0.999 || value > to * 1.001) continue;
      if (step == 1 || !wide) axis.add_tick(value, round_duration(value), step != 1);
    }
  }
  return axis;
}

Axis Axis::time(double from, double to) {
  Axis axis(Scale::linear, from, to > from ? to : from + 1);
  const double step = time_step(axis.to_ - axis.from_);
  const double first = std::ceil(axis.from_ / step - 1e-9);
  for (int i = 0; (first + i) * step <= axis.to_ * (1 + 1e-9); ++i) {
    axis.add_tick((first + i) * step, clock_text((first + i) * step), i % 2 == 1);
  }
  return axis;
}

Axis Axis::percentiles(double count) {
  const double nines = std::clamp(std::log10(std::max(count, 1.0)), 1.0, 9.0);
  Axis axis(Scale::nines, 0, 100 - 100 * std::pow(10, -nines));
  axis.add_tick(0, "0");
  axis.add_tick(50, "50", true);
  for (int i = 1; i <= static_cast<int>(nines + 1e-9); ++i) {
    const double percentile = 100 - 100 * std::pow(10, -i);
    axis.add_tick(percentile, percentile_text(percentile), i % 2 == 0 && nines > 4);
  }
  return axis;
}

double Axis::position(double value) const noexcept {
  switch (scale_) {
    case Scale::logarithmic:
      return std::log10(std::max(value, 1e-9));
    case Scale::nines:
      return -std::log10(std::max(1 - value / 100, 1e-12));
    case Scale::linear:
      break;
  }
  return value;
}

double Axis::place(double value) const noexcept {
  const double from = position(from_);
  return std::clamp((position(value) - from) / (position(to_) - from), 0.0, 1.0);
}

void Axis::add_tick(double value, std::string text, bool spare) {
  ticks_.push_back({place(value), std::move(text), spare});
}

}  // namespace mqrig::load
