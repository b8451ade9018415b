#include <mqrig/load/report_charts.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <mqrig/load/chart_rules.hpp>
#include <mqrig/load/quantity_text.hpp>
#include <mqrig/load/report_facts.hpp>
#include <mqrig/load/short_text.hpp>
#include <mqrig/load/verdict.hpp>

namespace mqrig::load {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

using Mark = Series::Mark;

double rate(std::uint64_t count, const Interval& row) {
  return row.duration > 0 ? static_cast<double>(count) / row.duration : 0;
}

template <class Value, class Text>
Series series_of(const std::vector<Interval>& rows, std::string name, std::string colour, Mark mark,
                 Value&& value, Text&& text) {
  Series series{std::move(name), std::move(colour), mark, {}, {}};
  for (const Interval& row : rows) {
    series.values.push_back(value(row));
    series.texts.push_back(std::isnan(series.values.back()) ? "–" : text(series.values.back()));
  }
  return series;
}

std::string whole(double value) {
  return count_text(static_cast<std::uint64_t>(value));
}

template <class Count>
Series rate_series(const std::vector<Interval>& rows, std::string name, std::string colour,
                   Mark mark, Count&& count) {
  return series_of(
      rows, std::move(name), std::move(colour), mark,
      [&](const Interval& row) { return rate(count(row.counters), row); }, rate_text);
}

double highest(const std::vector<Series>& series) {
  double value = 0;
  for (const Series& one : series) {
    if (one.mark == Mark::none || one.mark == Mark::ticks) continue;
    for (const double candidate : one.values) value = std::fmax(value, candidate);
  }
  return value;
}

// A chart over the time of the run.
Chart time_chart(std::string id, std::string title, const std::vector<Interval>& rows, Axis y) {
  const Interval& last = rows.back();
  const double end = last.start + last.duration;
  Chart chart(std::move(id), std::move(title), Axis::time(rows.front().start, end), std::move(y));
  chart.x_title = "Time";
  chart.shaded_name = "not measured";
  const bool any =
      std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.measured; });
  for (const Interval& row : rows) {
    chart.x.push_back(row.start + row.duration / 2);
    chart.x_texts.push_back(clock_text(row.start) + " – " + clock_text(row.start + row.duration));
    if (row.measured || !any) continue;
    if (!chart.shaded.empty() && chart.shaded.back().second >= row.start - 1e-6) {
      chart.shaded.back().second = row.start + row.duration;
    } else {
      chart.shaded.emplace_back(row.start, row.start + row.duration);
    }
  }
  return chart;
}

Series latency_series(const std::vector<Interval>& rows, Metric metric, std::string name,
                      std::string colour, Mark mark, std::uint64_t IntervalLatency::*member) {
  return series_of(
      rows, std::move(name), std::move(colour), mark,
      [&](const Interval& row) {
        const IntervalLatency& latency = row.latency[static_cast<std::size_t>(metric)];
        return latency.count == 0 ? none : static_cast<double>(latency.*member);
      },
      [](double value) { return page_duration_text(value); });
}

std::pair<double, double> range(const std::vector<Series>& series, const std::vector<Rule>& rules) {
  double lowest = std::numeric_limits<double>::infinity();
  double most = 0;
  const auto include = [&](double value) {
    lowest = std::fmin(lowest, value);
    most = std::fmax(most, value);
  };
  for (const Series& one : series) {
    if (one.mark != Mark::none) std::for_each(one.values.begin(), one.values.end(), include);
  }
  for (const Rule& rule : rules) include(rule.value);
  return {std::isinf(lowest) ? 1 : lowest, most};
}

}  // namespace

void absorb(Interval& into, const Interval& next) {
  if (into.duration == 0) into.start = next.start;
  into.duration = next.start + next.duration - into.start;
  into.counters += next.counters;
  into.gauges = next.gauges;
  into.cpu_seconds += next.cpu_seconds;
  for (std::size_t i = 0; i < metric_count; ++i) {
    IntervalLatency& worst = into.latency[i];
    const IntervalLatency& other = next.latency[i];
    worst.count += other.count;
    worst.p50 = std::max(worst.p50, other.p50);
    worst.p90 = std::max(worst.p90, other.p90);
    worst.p99 = std::max(worst.p99, other.p99);
    worst.p999 = std::max(worst.p999, other.p999);
    worst.max = std::max(worst.max, other.max);
  }
}

std::vector<Interval> chart_rows(const std::vector<Interval>& intervals, std::size_t most) {
  double longest = 0;
  for (const Interval& interval : intervals) longest = std::max(longest, interval.duration);
  const double too_short = longest / 5;
  const std::size_t together = (intervals.size() + most - 1) / most;
  std::vector<Interval> rows;
  std::size_t absorbed = 0;  // by the last row
  for (const Interval& interval : intervals) {
    const bool alike = !rows.empty() && rows.back().measured == interval.measured;
    const bool is_short =
        interval.duration < too_short || (!rows.empty() && rows.back().duration < too_short);
    if (alike && (is_short || absorbed < together)) {
      absorb(rows.back(), interval);
      if (!is_short) ++absorbed;
    } else {
      rows.push_back(interval);
      absorbed = 1;
    }
  }
  return rows;
}

std::optional<Chart> throughput_chart(const std::vector<Interval>& rows) {
  Counters all;
  for (const Interval& row : rows) all += row.counters;
  if (sum(all.sent) == 0 && sum(all.received) == 0) return std::nullopt;

  std::vector<Series> series;
  if (all.scheduled != 0) {
    series.push_back(rate_series(rows, "due", "quiet", Mark::line,
                                 [](const Counters& counters) { return counters.scheduled; }));
  }
  series.push_back(rate_series(rows, "out", "c1", Mark::area,
                               [](const Counters& counters) { return sum(counters.sent); }));
  series.push_back(rate_series(rows, "in", "c2", Mark::line,
                               [](const Counters& counters) { return sum(counters.received); }));
  series.push_back(series_of(
      rows, "errors", "bad", Mark::ticks,
      [](const Interval& row) { return static_cast<double>(row.counters.errors); }, whole));
  Chart chart = time_chart("throughput", "Throughput", rows, Axis::linear(highest(series), "/s"));
  chart.note = "Messages a second that the generator sent to the broker and received from it.";
  chart.series = std::move(series);
  return chart;
}

std::optional<Chart> latency_chart(const Report& report, const std::vector<Interval>& rows,
                                   Metric metric) {
  std::vector<Series> series;
  const auto add = [&](std::string name, std::string colour, Mark mark, auto member) {
    series.push_back(
        latency_series(rows, metric, std::move(name), std::move(colour), mark, member));
  };
  add("p50", "c1", Mark::line, &IntervalLatency::p50);
  add("p90", "c4", Mark::none, &IntervalLatency::p90);
  add("p99", "c2", Mark::line, &IntervalLatency::p99);
  add("p99.9", "c5", Mark::none, &IntervalLatency::p999);
  add("max", "c3", Mark::line, &IntervalLatency::max);
  if (highest(series) <= 0) return std::nullopt;
  std::vector<Rule> rules = chart_rules(report, metric);
  const auto [lowest, most] = range(series, rules);
  Chart chart = time_chart("latency-" + std::string(name(metric)), title(metric) + " latency", rows,
                           Axis::durations(lowest, most));
  chart.note = "Percentiles of each interval, " + std::string(description(metric)) + ".";
  if (rows.size() < report.intervals.size())
    chart.note += " A point is the worst of its intervals.";
  chart.series = std::move(series);
  chart.rules = std::move(rules);
  return chart;
}

std::optional<Chart> connections_chart(const std::vector<Interval>& rows) {
  std::vector<Series> series;
  series.push_back(series_of(
      rows, "clients", "quiet", Mark::line,
      [](const Interval& row) { return static_cast<double>(row.gauges.clients); }, whole));
  series.push_back(series_of(
      rows, "connected", "c1", Mark::area,
      [](const Interval& row) { return static_cast<double>(row.gauges.connected); }, whole));
  series.push_back(rate_series(rows, "connects", "c2", Mark::none,
                               [](const Counters& counters) { return counters.connected; }));
  series.push_back(series_of(
      rows, "failed or lost", "bad", Mark::ticks,
      [](const Interval& row) {
        return static_cast<double>(row.counters.connect_failed + row.counters.lost);
      },
      whole));
  if (highest(series) <= 0) return std::nullopt;
  Chart chart = time_chart("connections", "Connections", rows, Axis::linear(highest(series)));
  chart.note = "Network connections with a session, at the end of each interval.";
  chart.series = std::move(series);
  return chart;
}

}  // namespace mqrig::load
