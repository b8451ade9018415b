#include <mqrig/load/common_rows.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <mqrig/stats/hdr_encoding.hpp>

namespace mqrig::load {
namespace {

// So that a damaged report makes no cell numbers that do not fit.
constexpr double shortest_width = 1e-3;

struct Part {
  std::size_t report;
  double start;  // seconds since the common begin
  const Interval* interval;
};
using Parts = std::vector<Part>;

// In the order of time.
struct Place {
  std::int64_t cell;
  bool measured;
  bool operator<(const Place& other) const noexcept {
    return cell != other.cell ? cell < other.cell : measured < other.measured;
  }
};
using Rows = std::map<Place, Parts>;

double seconds_between(std::int64_t begin, std::int64_t end) noexcept {
  return static_cast<double>(end - begin) / 1e9;
}

double usual_duration(const Report& report) {
  std::vector<double> durations;
  for (const Interval& interval : report.intervals) durations.push_back(interval.duration);
  if (durations.empty()) return 0;
  const auto middle = durations.begin() + static_cast<std::ptrdiff_t>(durations.size() / 2);
  std::nth_element(durations.begin(), middle, durations.end());
  return *middle;
}

// Where in a cell of `width` the intervals of a report begin, from -width / 2 to width / 2. The
// first and last ones are pieces and do not tell.
double phase_of(const Report& report, double offset, double width) {
  const double whole = usual_duration(report) * 0.99;
  for (const Interval& interval : report.intervals) {
    if (interval.duration >= whole) return std::remainder(offset + interval.start, width);
  }
  return 0;
}

Rows sorted_into_rows(const std::vector<Report>& reports, std::int64_t begin, double width) {
  Rows rows;
  for (std::size_t index = 0; index < reports.size(); ++index) {
    const Report& report = reports[index];
    const double offset = seconds_between(begin, report.begin);
    const double phase = phase_of(report, offset, width);
    for (const Interval& interval : report.intervals) {
      const double start = offset + interval.start;
      const double cell = std::floor((start + interval.duration / 2 - phase) / width);
      rows[{static_cast<std::int64_t>(cell), interval.measured}].push_back(
          {index, start, &interval});
    }
  }
  return rows;
}

std::size_t reports_in(const Parts& parts) {
  std::set<std::size_t> reports;
  for (const Part& part : parts) reports.insert(part.report);
  return reports.size();
}

// The mean of the shards that have something in the row.
double duration_of(const Parts& parts) {
  double sum = 0;
  for (const Part& part : parts) sum += part.interval->duration;
  return sum / static_cast<double>(reports_in(parts));
}

void fold_pieces(Rows& rows, std::size_t reports, double width) {
  for (auto row = rows.begin(); row != rows.end();) {
    const bool piece = reports_in(row->second) < reports && duration_of(row->second) < 0.75 * width;
    auto neighbour = rows.find({row->first.cell + 1, row->first.measured});
    if (neighbour == rows.end()) neighbour = rows.find({row->first.cell - 1, row->first.measured});
    if (!piece || neighbour == rows.end()) {
      ++row;
      continue;
    }
    neighbour->second.insert(neighbour->second.end(), row->second.begin(), row->second.end());
    row = rows.erase(row);
  }
}

// The histograms of a metric, merged; null where one of them was not kept.
std::unique_ptr<stats::Histogram> merged_histogram(const Parts& parts, std::size_t metric) {
  auto merged = std::make_unique<stats::Histogram>();
  for (const Part& part : parts) {
    const IntervalLatency& latency = part.interval->latency[metric];
    if (latency.count == 0) continue;
    std::optional<stats::Histogram> histogram = stats::decode_hdr(latency.hdr);
    if (!histogram) return nullptr;
    histogram->refine(histogram->min(), latency.max, histogram->mean());
    merged->merge(*histogram);
  }
  return merged;
}

IntervalLatency largest_latency(const Parts& parts, std::size_t metric) {
  IntervalLatency largest;
  for (const Part& part : parts) {
    const IntervalLatency& latency = part.interval->latency[metric];
    largest.count += latency.count;
    for (const auto value : {&IntervalLatency::p50, &IntervalLatency::p90, &IntervalLatency::p99,
                             &IntervalLatency::p999, &IntervalLatency::max}) {
      largest.*value = std::max(largest.*value, latency.*value);
    }
  }
  return largest;
}

void set_latency(Interval& row, const Parts& parts, bool keep) {
  Histograms histograms;
  for (std::size_t metric = 0; metric < metric_count; ++metric) {
    histograms[metric] = merged_histogram(parts, metric);
  }
  row.set_latency(histograms, keep);
  for (std::size_t metric = 0; metric < metric_count; ++metric) {
    if (!histograms[metric]) row.latency[metric] = largest_latency(parts, metric);
  }
}

// `latest` holds each report's last gauges: they stand until it has others, or has ended.
Interval row_of(const Parts& parts, bool measured, bool keep, std::map<std::size_t, Part>& latest) {
  Interval row;
  row.measured = measured;
  row.duration = duration_of(parts);
  row.start = parts.front().start;
  for (const Part& part : parts) {
    row.start = std::min(row.start, part.start);
    row.counters += part.interval->counters;
    row.cpu_seconds += part.interval->cpu_seconds;
    const auto [known, added] = latest.emplace(part.report, part);
    if (!added && known->second.start < part.start) known->second = part;
  }
  set_latency(row, parts, keep);
  return row;
}

}  // namespace

std::vector<Interval> common_rows(const std::vector<Report>& reports, std::int64_t begin,
                                  bool keep) {
  double width = 0;
  for (const Report& report : reports) width = std::max(width, usual_duration(report));
  width = std::max(width, shortest_width);
  Rows rows = sorted_into_rows(reports, begin, width);
  fold_pieces(rows, reports.size(), width);
  std::vector<Interval> intervals;
  std::map<std::size_t, Part> latest;
  for (const auto& [place, parts] : rows) {
    Interval& row = intervals.emplace_back(row_of(parts, place.measured, keep, latest));
    for (const auto& [report, part] : latest) {
      const Interval& last = reports[report].intervals.back();
      const bool ended = part.interval == &last && part.start + last.duration <= row.start;
      if (!ended) row.gauges += part.interval->gauges;
    }
  }
  std::stable_sort(intervals.begin(), intervals.end(),
                   [](const Interval& one, const Interval& two) { return one.start < two.start; });
  return intervals;
}

}  // namespace mqrig::load
