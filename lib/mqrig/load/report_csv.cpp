#include <mqrig/load/report_csv.hpp>

#include <array>
#include <charconv>
#include <cmath>

#include <mqrig/payload/utc_text.hpp>

namespace mqrig::load {
namespace {

constexpr std::string_view line_break = "\r\n";

struct LatencyColumn {
  std::string_view suffix;
  std::uint64_t IntervalLatency::*member;
};

constexpr std::array<LatencyColumn, 5> latency_columns = {{
    {"_p50_ns", &IntervalLatency::p50},
    {"_p90_ns", &IntervalLatency::p90},
    {"_p99_ns", &IntervalLatency::p99},
    {"_p99_9_ns", &IntervalLatency::p999},
    {"_max_ns", &IntervalLatency::max},
}};

void append_seconds(std::string& out, double seconds) {
  std::array<char, 400> text{};
  const auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed, 6);
  out.append(1, ',').append(text.data(), error == std::errc() ? end : text.data());
}

void append_count(std::string& out, std::uint64_t count) {
  out.append(1, ',').append(std::to_string(count));
}

}  // namespace

void append_csv_header(std::string& out) {
  out += "time,start_s,duration_s,measured,cpu_s";
  for (const CounterField& field : counter_fields()) out.append(1, ',').append(field.name);
  for (const GaugeField& field : gauge_fields()) out.append(",gauge_").append(field.name);
  for (std::size_t metric = 0; metric < metric_count; ++metric) {
    const std::string_view metric_name = name(static_cast<Metric>(metric));
    out.append(1, ',').append(metric_name).append("_count");
    for (const LatencyColumn& column : latency_columns) {
      out.append(1, ',').append(metric_name).append(column.suffix);
    }
  }
  out += line_break;
}

void append_csv_row(std::string& out, std::int64_t begin, const Interval& interval) {
  std::array<std::uint8_t, payload::UtcText::size> time{};
  payload::UtcText().put(
      time.data(),
      payload::WallTime(std::chrono::nanoseconds(begin + std::llround(interval.start * 1e9))));
  out.append(reinterpret_cast<const char*>(time.data()), time.size());
  append_seconds(out, interval.start);
  append_seconds(out, interval.duration);
  append_count(out, interval.measured ? 1 : 0);
  append_seconds(out, interval.cpu_seconds);
  for (const CounterField& field : counter_fields()) {
    append_count(out, field.get(interval.counters));
  }
  for (const GaugeField& field : gauge_fields()) append_count(out, interval.gauges.*field.member);
  for (const IntervalLatency& latency : interval.latency) {
    append_count(out, latency.count);
    for (const LatencyColumn& column : latency_columns) {
      if (latency.count == 0) {
        out += ',';
      } else {
        append_count(out, latency.*column.member);
      }
    }
  }
  out += line_break;
}

std::string to_csv(const Report& report) {
  std::string out;
  append_csv_header(out);
  for (const Interval& interval : report.intervals) append_csv_row(out, report.begin, interval);
  return out;
}

}  // namespace mqrig::load
