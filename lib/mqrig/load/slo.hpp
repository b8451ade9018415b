// Objectives: what a run is to meet.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mqrig::load {

struct Report;

// "p99<5ms", "delivery.p99.9<=20ms", "loss=0", "loss<0.1%", "rate>50k/s", "errors=0",
// "duplicates=0", "connected=100%", "max<1s", "mean<2ms". A percentile without a metric means the
// one that a user feels: round_trip, else delivery, else publish, else connect, whichever the run
// has. Operators < <= = >= >; values with units ns us ms s, k M, /s, %.
struct Objective {
  enum class Operator : std::uint8_t { less, at_most, equal, at_least, more };
  std::string text;      // as it was written
  std::string quantity;  // "delivery.p99.9", "loss", "rate" ...
  Operator op = Operator::less;
  double limit = 0;  // nanoseconds, a fraction for %, per second for rates, else a count
  bool fraction = false;
};

// Comma-separated. Empty on success, else what is wrong and what exists, for the person.
std::string parse_objectives(std::string_view text, std::vector<Objective>& into);

struct ObjectiveResult {
  Objective objective;
  std::optional<double> value;  // none: the run has not measured it, which fails
  bool met = false;
  std::string value_text;  // "3.2 ms"
};
std::vector<ObjectiveResult> judge(const std::vector<Objective>& objectives, const Report& report);

}  // namespace mqrig::load
