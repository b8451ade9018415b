#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include <mqrig/load/chart_rules.hpp>
#include <mqrig/load/quantity_text.hpp>
#include <mqrig/load/report_charts.hpp>
#include <mqrig/load/report_facts.hpp>
#include <mqrig/load/short_text.hpp>
#include <mqrig/load/verdict.hpp>

// The charts that are not over time: how the values are distributed, and a search.

namespace mqrig::load {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

using Mark = Series::Mark;

std::string duration(double nanoseconds) {
  return page_duration_text(nanoseconds);
}

constexpr std::array<const char*, metric_count> colours{"c4", "c6", "c3", "c1", "c2", "quiet"};

// Round percentiles, 18 for each further nine, up to the last that one value in `count` lies above.
std::vector<double> percentiles(double count) {
  std::vector<double> all;
  const double nines = std::clamp(std::log10(std::max(count, 1.0)), 1.0, 9.0);
  for (double share = 100; share > 100 * std::pow(10, -nines); share /= 10) {
    for (int step = 0; step < 18; ++step) {
      const double percentile = 100 - share + share * step * 0.05;
      if (100 - percentile < 100 * std::pow(10, -nines) * (1 - 1e-9)) break;
      all.push_back(percentile);
    }
  }
  return all;
}

Series percentile_series(const stats::Histogram& histogram, Metric metric,
                         const std::vector<double>& points) {
  Series series{title(metric), colours[static_cast<std::size_t>(metric)], Mark::line, {}, {}};
  const double finest = 100.0 / static_cast<double>(histogram.count());
  for (const double percentile : points) {
    const bool known = 100 - percentile >= finest * (1 - 1e-9) || percentile == 0;
    series.values.push_back(known ? static_cast<double>(histogram.value_at(percentile)) : none);
    series.texts.push_back(known ? duration(series.values.back()) : "–");
  }
  return series;
}

// Ends of bars of the same length on an axis of decades; none is finer than the buckets are.
std::vector<double> bar_ends(const stats::Histogram& histogram) {
  const double lowest = std::max(static_cast<double>(histogram.min()), 1.0);
  const double highest = std::max(static_cast<double>(histogram.max()) * 1.001, lowest * 1.02);
  const double length = std::log(highest / lowest);
  const double bars = std::clamp(std::floor(length / 0.02), 1.0, 60.0);
  std::vector<double> ends;
  for (int i = 0; i <= static_cast<int>(bars); ++i) {
    ends.push_back(lowest * std::exp(length * i / bars));
  }
  return ends;
}

std::vector<std::uint64_t> bar_counts(const stats::Histogram& histogram,
                                      const std::vector<double>& ends) {
  std::vector<std::uint64_t> counts(ends.size() - 1);
  histogram.for_each([&](std::uint64_t lowest, std::uint64_t highest, std::uint64_t count) {
    const double middle = std::midpoint(static_cast<double>(lowest), static_cast<double>(highest));
    const auto after = std::upper_bound(ends.begin() + 1, ends.end() - 1, middle);
    counts[static_cast<std::size_t>(after - ends.begin() - 1)] += count;
  });
  return counts;
}

template <class Value, class Text>
Series search_series(const std::vector<CurvePoint>& curve, std::string name, std::string colour,
                     Mark mark, Value&& value, Text&& text) {
  Series series{std::move(name), std::move(colour), mark, {}, {}};
  for (const CurvePoint& point : curve) {
    series.values.push_back(value(point));
    series.texts.push_back(text(point));
  }
  return series;
}

Series search_latency(const std::vector<CurvePoint>& curve, std::string name, std::string colour,
                      std::uint64_t CurvePoint::*member) {
  return search_series(
      curve, std::move(name), std::move(colour), Mark::line,
      [&](const CurvePoint& point) {
        return point.*member == 0 ? none : static_cast<double>(point.*member);
      },
      [&](const CurvePoint& point) { return duration(static_cast<double>(point.*member)); });
}

// Where the percentile that mattered lies, for those steps that met the objectives or did not.
Series search_dots(const std::vector<CurvePoint>& curve, std::string name, std::string colour,
                   bool met) {
  return search_series(
      curve, std::move(name), std::move(colour), Mark::dots,
      [&](const CurvePoint& point) {
        return point.met == met && point.p99 != 0 ? static_cast<double>(point.p99) : none;
      },
      [&](const CurvePoint& point) {
        if (point.met != met) return std::string("–");
        return point.failed.empty() ? std::string("yes") : point.failed;
      });
}

std::vector<CurvePoint> by_rate(std::vector<CurvePoint> curve) {
  std::stable_sort(curve.begin(), curve.end(),
                   [](const CurvePoint& a, const CurvePoint& b) { return a.rate < b.rate; });
  return curve;
}

Chart search_chart(std::string id, std::string title, const std::vector<CurvePoint>& curve,
                   Axis y) {
  Chart chart(std::move(id), std::move(title), Axis::linear(curve.back().rate, "/s"), std::move(y));
  chart.x_title = "Asked for";
  for (const CurvePoint& point : curve) {
    chart.x.push_back(point.rate);
    chart.x_texts.push_back(rate_text(point.rate));
  }
  return chart;
}

}  // namespace

std::optional<Chart> percentiles_chart(const Report& report) {
  std::uint64_t most = 0;
  std::uint64_t lowest = stats::Histogram::largest;
  std::uint64_t highest = 0;
  for (const auto& histogram : report.histograms) {
    if (!histogram || histogram->empty()) continue;
    most = std::max(most, histogram->count());
    lowest = std::min(lowest, histogram->min());
    highest = std::max(highest, histogram->max());
  }
  if (most == 0) return std::nullopt;
  Chart chart("percentiles", "Latency by percentile", Axis::percentiles(static_cast<double>(most)),
              Axis::durations(static_cast<double>(lowest), static_cast<double>(highest)));
  chart.note =
      "How long the given percent of all took at most; each further nine has the same room.";
  chart.x_title = "Percentile";
  chart.x = percentiles(static_cast<double>(most));
  for (const double percentile : chart.x)
    chart.x_texts.push_back(percentile_text(percentile) + "%");
  for (std::size_t i = 0; i < metric_count; ++i) {
    const auto& histogram = report.histograms[i];
    if (!histogram || histogram->empty()) continue;
    chart.series.push_back(percentile_series(*histogram, static_cast<Metric>(i), chart.x));
  }
  return chart;
}

std::optional<Chart> histogram_chart(const Report& report, Metric metric) {
  const auto& histogram = report.histograms[static_cast<std::size_t>(metric)];
  if (!histogram || histogram->empty()) return std::nullopt;
  const std::vector<double> ends = bar_ends(*histogram);
  const std::vector<std::uint64_t> counts = bar_counts(*histogram, ends);
  Series bars{"share of all", "c1", Mark::bars, {}, {}};
  Series numbers{"count", "c1", Mark::none, {}, {}};
  for (const std::uint64_t count : counts) {
    const double share = static_cast<double>(count) / static_cast<double>(histogram->count());
    bars.values.push_back(share * 100);
    bars.texts.push_back(percent_text(share));
    numbers.values.push_back(static_cast<double>(count));
    numbers.texts.push_back(count_text(count));
  }
  const double highest = *std::max_element(bars.values.begin(), bars.values.end());
  Chart chart("histogram-" + std::string(name(metric)), title(metric) + " histogram",
              Axis::durations(ends.front(), ends.back()), Axis::linear(highest, "%"));
  chart.note = "How often which latency came, " + std::string(description(metric)) + ".";
  chart.x_title = "Latency";
  chart.x = ends;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    chart.x_texts.push_back(duration(ends[i]) + " – " + duration(ends[i + 1]));
  }
  chart.series.push_back(std::move(bars));
  chart.series.push_back(std::move(numbers));
  return chart;
}

std::optional<Chart> search_latency_chart(const Report& report) {
  if (report.curve.empty()) return std::nullopt;
  const std::vector<CurvePoint> curve = by_rate(report.curve);
  const Metric metric = main_metric(report);
  std::vector<Rule> rules = chart_rules(report, metric);
  double lowest = std::numeric_limits<double>::infinity();
  double highest = 0;
  for (const CurvePoint& point : curve) {
    if (point.p50 != 0) lowest = std::min(lowest, static_cast<double>(point.p50));
    highest = std::max(highest, static_cast<double>(point.max));
  }
  for (const Rule& rule : rules) {
    lowest = std::min(lowest, rule.value);
    highest = std::max(highest, rule.value);
  }
  Chart chart = search_chart("search-latency", "Latency at each rate", curve,
                             Axis::durations(std::isinf(lowest) ? 1 : lowest, highest));
  chart.note = title(metric) + " at each rate that was tried, and whether the objectives were met.";
  chart.rules = std::move(rules);
  chart.series.push_back(search_latency(curve, "p50", "c1", &CurvePoint::p50));
  chart.series.push_back(search_latency(curve, "p99", "c2", &CurvePoint::p99));
  chart.series.push_back(search_latency(curve, "max", "c3", &CurvePoint::max));
  chart.series.push_back(search_dots(curve, "met", "good", true));
  chart.series.push_back(search_dots(curve, "missed", "bad", false));
  return chart;
}

std::optional<Chart> search_rate_chart(const Report& report) {
  if (report.curve.empty()) return std::nullopt;
  const std::vector<CurvePoint> curve = by_rate(report.curve);
  double highest = curve.back().rate;
  for (const CurvePoint& point : curve) highest = std::max({highest, point.sent, point.received});
  Chart chart = search_chart("search-rate", "What got through", curve, Axis::linear(highest, "/s"));
  chart.note =
      "Messages a second that were sent and received, against the rate that was asked for.";
  const auto add = [&](std::string name, std::string colour, Mark mark,
                       double CurvePoint::*member) {
    chart.series.push_back(search_series(
        curve, std::move(name), std::move(colour), mark,
        [member](const CurvePoint& point) { return point.*member; },
        [member](const CurvePoint& point) { return rate_text(point.*member); }));
  };
  add("asked", "quiet", Mark::line, &CurvePoint::rate);
  add("out", "c1", Mark::line, &CurvePoint::sent);
  add("in", "c2", Mark::line, &CurvePoint::received);
  chart.series.push_back(search_series(
      curve, "lost", "bad", Mark::none, [](const CurvePoint& point) { return point.loss; },
      [](const CurvePoint& point) { return percent_text(point.loss); }));
  return chart;
}

}  // namespace mqrig::load
