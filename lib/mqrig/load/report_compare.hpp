// Whether one run was better or worse than another, and how sure that is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <mqrig/load/report.hpp>

namespace mqrig::load {

enum class Verdict : std::uint8_t {
  same,     // within the tolerance, or not surely beyond it
  better,   // surely beyond the tolerance
  worse,    // surely beyond the tolerance: a regression
  unclear,  // beyond the tolerance, and may be chance; or too few intervals
};

std::string_view name(Verdict verdict) noexcept;

struct ComparedValue {
  std::string name;   // "rate_sent", "delivery.p99"
  bool rate = false;  // messages a second, more is better; else nanoseconds, less is better
  double a = 0;       // of the whole run
  double b = 0;
  // B / A of an interval of the measured time, as a rule: the ratio of the geometric means, with
  // its 95 % confidence interval. Of the whole runs, and without an interval (both 0), where one of
  // them has too few intervals.
  double ratio = 0;
  double low = 0;
  double high = 0;
  Verdict verdict = Verdict::unclear;
};

struct Comparison {
  double tolerance = 0;
  std::vector<ComparedValue> values;
  std::vector<std::string> warnings;

  bool regressed() const noexcept;  // a value is worse
};

// Of rates and of the percentiles of every metric that both runs have, but for the generator's own
// lateness. B is worse or better where the ratio is more than `tolerance` (0.05: 5 %) away from 1
// in that direction, and with it the whole confidence interval.
//
// The interval is Welch's, of the logarithms of the values of single intervals: they are ratios,
// skewed to the right, and of different spread in both runs. Neighbouring seconds are alike, so
// their number counts by how much each tells that the one before has not: n (1 - r) / (1 + r), with
// the correlation r of neighbours.
Comparison compare(const Report& a, const Report& b, double tolerance);

// A table and the warnings, with a line break at the end.
std::string to_text(const Comparison& comparison);

// {"schema":1,"tolerance":…,"regressed":…,"values":[{"name","unit","a","b","ratio","low","high",
// "verdict"},…],"warnings":[…]}; low and high are null where they are not known. Units are "1/s"
// and "ns".
std::string to_json(const Comparison& comparison);

}  // namespace mqrig::load
