#include "metrics_page.hpp"

#include "../prometheus_text.hpp"

namespace mqrig::bench_command {
namespace {

using namespace load;
using Kind = PrometheusText::Kind;

constexpr double nanoseconds = 1e9;  // a second

/// "messages sent" as "Messages sent."
std::string sentence(std::string_view text) {
  std::string out(text);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out + ".";
}

void add_counters(PrometheusText& page, const Counters& counters) {
  for (const CounterField& field : counter_fields()) {
    const std::string name = "mqrig_bench_" + std::string(field.name) + "_total";
    page.describe(name, Kind::counter, sentence(field.help));
    page.sample(name, "", field.get(counters));
  }
}

void add_errors(PrometheusText& page, const ErrorCounts& errors) {
  if (errors.empty()) return;
  const std::string name = "mqrig_bench_errors_by_kind_total";
  page.describe(name, Kind::counter, "Errors by kind.");
  for (const auto& [text, count] : errors.texts()) {
    page.sample(name, PrometheusText::label("error", text), count);
  }
}

void add_gauges(PrometheusText& page, const Gauges& gauges) {
  for (const GaugeField& field : gauge_fields()) {
    const std::string name = "mqrig_bench_now_" + std::string(field.name);
    page.describe(name, Kind::gauge, sentence(field.help));
    page.sample(name, "", gauges.*field.member);
  }
}

void add_latencies(PrometheusText& page, const Histograms& histograms) {
  struct Quantile {
    double percentile;
    const char* label;
  };
  constexpr Quantile quantiles[] = {{50, "quantile=\"0.5\""},
                                    {90, "quantile=\"0.9\""},
                                    {99, "quantile=\"0.99\""},
                                    {99.9, "quantile=\"0.999\""},
                                    {100, "quantile=\"1\""}};
  for (std::size_t i = 0; i < metric_count; ++i) {
    const auto& histogram = histograms[i];
    if (!histogram || histogram->empty()) continue;
    const auto metric = static_cast<Metric>(i);
    const std::string name = "mqrig_bench_" + std::string(load::name(metric)) + "_seconds";
    page.describe(name, Kind::summary, sentence("time " + std::string(description(metric))));
    for (const Quantile& quantile : quantiles) {
      const auto value = static_cast<double>(histogram->value_at(quantile.percentile));
      page.sample(name, quantile.label, value / nanoseconds);
    }
    const auto count = static_cast<double>(histogram->count());
    page.sample(name + "_sum", "", histogram->mean() * count / nanoseconds);
    page.sample(name + "_count", "", histogram->count());
  }
}

}  // namespace

std::string metrics_page(const Report& so_far) {
  PrometheusText page;
  add_counters(page, so_far.account);
  add_errors(page, so_far.errors);
  add_gauges(page, so_far.intervals.empty() ? Gauges{} : so_far.intervals.back().gauges);
  add_latencies(page, so_far.histograms);
  page.describe("mqrig_bench_cpu_seconds_total", Kind::counter,
                "Processor time of the generator in the measured time.");
  page.sample("mqrig_bench_cpu_seconds_total", "", so_far.cpu_seconds);
  page.describe("mqrig_bench_start_time_seconds", Kind::gauge,
                "Begin of the run, in seconds since 1970.");
  page.sample("mqrig_bench_start_time_seconds", "",
              static_cast<double>(so_far.begin) / nanoseconds);
  return page.take();
}

}  // namespace mqrig::bench_command
