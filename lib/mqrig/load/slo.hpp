// Objectives: what a run is to meet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <mqrig/load/metric.hpp>

namespace mqrig::load {

struct Report;

// "p99<5ms", "delivery.p99.9<=20ms", "loss=0", "loss<0.1%", "rate>50k/s", "errors=0",
// "connected=100%", "max<1s", "mean<2ms".
//
// Latencies: percentiles from p0 to p100, min, mean, max, each also as <metric>.<one of them>;
// without a metric they mean the round trip, the delivery or the publishing, whichever comes first
// in the run, and connecting where nothing is published. A value of 0, or one with ns, us, ms, s.
// What was to be sent or to arrive in the run, and was not or did not, took longer than any limit:
// a broker that stops answering has no good percentiles.
// Rates over the measured time: rate (sent), throughput (received). Values with k, M, /s.
// Counts of the whole run: loss, duplicates, connected, errors and so on, and every name of
// counter_fields(). Values with k, M; with % those that are a part of something.
struct Objective {
  enum class Operator : std::uint8_t { less, at_most, equal, at_least, more };
  std::string text;      // as it was written
  std::string quantity;  // "delivery.p99.9", "loss", "rate" ...
  Operator op = Operator::less;
  double limit = 0;  // nanoseconds, a fraction for %, per second for rates, else a count
  bool fraction = false;
};

// Comma-separated. Empty on success, else what is wrong and what exists, for the person; `into` is
// then unchanged.
std::string parse_objectives(std::string_view text, std::vector<Objective>& into);

// What a user feels: round_trip, else delivery, else publish, else connect, whichever has values.
std::optional<Metric> felt_metric(const Histograms& histograms) noexcept;

struct ObjectiveResult {
  Objective objective;
  std::optional<double> value;  // none: the run has not measured it, or it never came to an end
  bool met = false;
  std::string value_text;  // "3.2 ms", "not measured", "never: too many did not come"
};
std::vector<ObjectiveResult> judge(const std::vector<Objective>& objectives, const Report& report);

}  // namespace mqrig::load
