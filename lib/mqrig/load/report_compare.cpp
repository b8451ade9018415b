#include <mqrig/load/report_compare.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include <mqrig/load/log_ratio.hpp>
#include <mqrig/load/quantity_text.hpp>
#include <mqrig/load/scenario_difference.hpp>

namespace mqrig::load {
namespace {

struct Percentile {
  std::string_view name;
  double percentile;
  std::uint64_t IntervalLatency::*member;
};

constexpr std::array<Percentile, 4> percentiles = {{
    {"p50", 50, &IntervalLatency::p50},
    {"p90", 90, &IntervalLatency::p90},
    {"p99", 99, &IntervalLatency::p99},
    {"p99.9", 99.9, &IntervalLatency::p999},
}};

// The first and the last interval of the measured time may be short pieces: their values stray.
std::vector<const Interval*> whole_intervals(const Report& report) {
  std::vector<const Interval*> intervals;
  double longest = 0;
  for (const Interval& interval : report.intervals) {
    if (interval.measured) longest = std::max(longest, interval.duration);
  }
  for (const Interval& interval : report.intervals) {
    if (interval.measured && interval.duration > longest / 2) intervals.push_back(&interval);
  }
  return intervals;
}

// The logarithm of a rate; a second without any message counts as one with a single message.
std::vector<double> rate_logs(const Report& report, PerQos Counters::*member) {
  std::vector<double> logs;
  for (const Interval* interval : whole_intervals(report)) {
    const std::uint64_t count = std::max<std::uint64_t>(sum(interval->counters.*member), 1);
    logs.push_back(std::log(static_cast<double>(count) / interval->duration));
  }
  return logs;
}

std::vector<double> latency_logs(const Report& report, std::size_t metric,
                                 std::uint64_t IntervalLatency::*member) {
  std::vector<double> logs;
  for (const Interval* interval : whole_intervals(report)) {
    const IntervalLatency& latency = interval->latency[metric];
    if (latency.count == 0) continue;
    logs.push_back(std::log(static_cast<double>(std::max<std::uint64_t>(latency.*member, 1))));
  }
  return logs;
}

Verdict verdict_of(const ComparedValue& value, double tolerance) noexcept {
  const double most = 1 + tolerance;
  const double least = 1 - tolerance;
  if (value.low > most) return value.rate ? Verdict::better : Verdict::worse;
  if (value.high < least) return value.rate ? Verdict::worse : Verdict::better;
  const bool beyond = value.ratio > most || value.ratio < least;
  return beyond ? Verdict::unclear : Verdict::same;
}

// A stall of one second in a minute changes no interval but one.
bool strays(const ComparedValue& value, double tolerance) noexcept {
  const double whole = value.b / value.a;
  const bool beyond = whole > value.high * (1 + tolerance) || whole < value.low * (1 - tolerance);
  return beyond && (whole > 1 + tolerance || whole < 1 - tolerance);
}

class Comparing {
 public:
  explicit Comparing(double tolerance) { comparison_.tolerance = tolerance; }

  void add(ComparedValue value, const std::vector<double>& a_logs,
           const std::vector<double>& b_logs) {
    if (!(value.a > 0) || !(value.b > 0)) return;
    value.ratio = value.b / value.a;
    if (a_logs.size() < fewest_values || b_logs.size() < fewest_values) {
      few_ = std::min({few_, a_logs.size(), b_logs.size()});
    } else {
      const Ratio ratio = ratio_of(a_logs, b_logs);
      value.ratio = ratio.ratio;
      value.low = ratio.low;
      value.high = ratio.high;
      value.verdict = verdict_of(value, comparison_.tolerance);
      if (strays(value, comparison_.tolerance)) {
        warn(value.name + " of the whole runs changed to " + percent_text(value.b / value.a) +
             ", by a few intervals");
      }
    }
    comparison_.values.push_back(std::move(value));
  }

  void warn(std::string text) { comparison_.warnings.push_back(std::move(text)); }

  Comparison finish() {
    if (few_ < fewest_values) {
      warn("not enough intervals to tell chance from change: " + std::to_string(few_) + ", and " +
           std::to_string(fewest_values) + " are needed");
    }
    if (comparison_.values.empty()) warn("the runs have nothing in common to compare");
    return std::move(comparison_);
  }

 private:
  Comparison comparison_;
  std::size_t few_ = fewest_values;
};

void compare_rates(const Report& a, const Report& b, Comparing& comparing) {
  const auto add = [&](std::string name, PerQos Counters::*member) {
    if (!(a.measured_seconds > 0) || !(b.measured_seconds > 0)) return;
    ComparedValue value{std::move(name), true};
    value.a = static_cast<double>(sum(a.totals.*member)) / a.measured_seconds;
    value.b = static_cast<double>(sum(b.totals.*member)) / b.measured_seconds;
    comparing.add(std::move(value), rate_logs(a, member), rate_logs(b, member));
  };
  add("rate_sent", &Counters::sent);
  add("rate_received", &Counters::received);
}

void compare_latency(const Report& a, const Report& b, std::size_t metric, Comparing& comparing) {
  const auto& a_histogram = a.histograms[metric];
  const auto& b_histogram = b.histograms[metric];
  if (!a_histogram || !b_histogram) return;
  for (const Percentile& percentile : percentiles) {
    ComparedValue value{std::string(name(static_cast<Metric>(metric))) + "." +
                        std::string(percentile.name)};
    value.a = static_cast<double>(a_histogram->value_at(percentile.percentile));
    value.b = static_cast<double>(b_histogram->value_at(percentile.percentile));
    comparing.add(std::move(value), latency_logs(a, metric, percentile.member),
                  latency_logs(b, metric, percentile.member));
  }
}

}  // namespace

std::string_view name(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::same:
      return "same";
    case Verdict::better:
      return "better";
    case Verdict::worse:
      return "worse";
    case Verdict::unclear:
      break;
  }
  return "unclear";
}

bool Comparison::regressed() const noexcept {
  return std::any_of(values.begin(), values.end(),
                     [](const ComparedValue& value) { return value.verdict == Verdict::worse; });
}

Comparison compare(const Report& a, const Report& b, double tolerance) {
  Comparing comparing(tolerance);
  if (const std::string difference = scenario_difference(a, b); !difference.empty()) {
    comparing.warn("the runs had different scenarios: " + difference);
  }
  compare_rates(a, b, comparing);
  for (std::size_t metric = 0; metric < metric_count; ++metric) {
    if (static_cast<Metric>(metric) == Metric::scheduling) continue;
    compare_latency(a, b, metric, comparing);
  }
  return comparing.finish();
}

}  // namespace mqrig::load
