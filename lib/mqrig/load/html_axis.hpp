// The axes of charts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mqrig::load {

struct Tick {
  double place = 0;  // 0 to 1 along the axis
  std::string text;
  bool spare = false;  // its text is left out where there is little room
};

// Where values lie on a line, and the values that are written beside it.
class Axis {
 public:
  // From 0 to `highest` or the round number above it. `unit` stands behind each number.
  static Axis linear(double highest, std::string_view unit = "");
  // Durations in nanoseconds, each decade of the same length.
  static Axis durations(double lowest, double highest);
  // Seconds of a run.
  static Axis time(double from, double to);
  // Percentiles from 0 up to the one that one value in `count` lies above: each further nine takes
  // the same length.
  static Axis percentiles(double count);

  // 0 to 1; values beyond an end are put there.
  double place(double value) const noexcept;
  const std::vector<Tick>& ticks() const noexcept { return ticks_; }

 private:
  enum class Scale : unsigned char { linear, logarithmic, nines };

  Axis(Scale scale, double from, double to) : scale_(scale), from_(from), to_(to) {}
  double position(double value) const noexcept;
  void add_tick(double value, std::string text, bool spare = false);

  Scale scale_;
  double from_;
  double to_;
  std::vector<Tick> ticks_;
};

}  // namespace mqrig::load
