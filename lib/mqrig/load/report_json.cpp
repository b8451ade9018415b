#include <mqrig/load/report_json.hpp>

#include <nlohmann/json.hpp>

#include <mqrig/load/objective_operator.hpp>
#include <mqrig/payload/base64.hpp>
#include <mqrig/payload/utc_text.hpp>
#include <mqrig/stats/hdr_encoding.hpp>

namespace mqrig::load {
namespace {

using Json = nlohmann::ordered_json;

std::string base64(std::string_view bytes) {
  wire::Buffer text;
  payload::append_base64(text, wire::as_bytes(bytes));
  return std::string(wire::as_text(text.view()));
}

std::string utc(std::int64_t nanoseconds) {
  std::string text(payload::UtcText::size, '\0');
  payload::UtcText utc;
  utc.put(reinterpret_cast<std::uint8_t*>(text.data()),
          payload::WallTime(std::chrono::nanoseconds(nanoseconds)));
  return text;
}

enum class Zeros : std::uint8_t { kept, left_out };

Json counters_json(const Counters& counters, Zeros zeros) {
  Json json = Json::object();
  for (const CounterField& field : counter_fields()) {
    const std::uint64_t value = field.get(counters);
    if (value != 0 || zeros == Zeros::kept) json[std::string(field.name)] = value;
  }
  return json;
}

Json gauges_json(const Gauges& gauges, Zeros zeros) {
  Json json = Json::object();
  for (const GaugeField& field : gauge_fields()) {
    const std::uint64_t value = gauges.*field.member;
    if (value != 0 || zeros == Zeros::kept) json[std::string(field.name)] = value;
  }
  return json;
}

Json run_json(const Report& report) {
  Json json = {
      {"version", report.version},
      {"run_id", report.run_id},
      {"scenario", report.scenario_name},
      {"scenario_text", report.scenario_text},
      {"broker", report.broker},
      {"host", report.host},
      {"begin", utc(report.begin)},
      {"begin_ns", report.begin},
      {"shard", report.shard},
      {"shards", report.shards},
      {"merged", report.merged},
      {"processes", report.processes},
      {"threads", report.threads},
      {"open_loop", report.open_loop},
      {"asked_rate", report.asked_rate},
      {"loop", report.loop_text},
      {"clock",
       {{"synchronised", report.clock.synchronised},
        {"error_seconds", report.clock.error_seconds},
        {"one_machine", report.clock.one_machine}}},
      {"interrupted", report.interrupted},
      {"measured_seconds", report.measured_seconds},
      {"cpu_seconds", report.cpu_seconds},
      {"peak", gauges_json(report.gauges_peak, Zeros::kept)},
  };
  if (!report.merged_shards.empty()) json["merged_shards"] = report.merged_shards;
  return json;
}

Json rate_json(std::uint64_t count, double seconds) {
  return seconds > 0 ? Json(static_cast<double>(count) / seconds) : Json();
}

Json totals_json(const Report& report) {
  const Counters& totals = report.totals;
  const Loss loss = loss_of(report);
  Json json = {
      {"sent", sum(totals.sent)},
      {"acknowledged", sum(totals.acknowledged)},
      {"received", sum(totals.received)},
      {"distinct", sum(totals.distinct)},
      {"duplicates", sum(totals.duplicates)},
      {"lost", loss.measured ? Json(loss.lost) : Json()},
      {"lost_exactly", loss.measured ? Json(loss.exact) : Json()},
      {"rate_sent", rate_json(sum(totals.sent), report.measured_seconds)},
      {"rate_received", rate_json(sum(totals.received), report.measured_seconds)},
  };
  json.update(counters_json(totals, Zeros::kept));
  return json;
}

Json latency_json(const Histograms& histograms) {
  Json json = Json::object();
  for (std::size_t index = 0; index < metric_count; ++index) {
    if (!histograms[index] || histograms[index]->empty()) continue;
    const stats::Histogram& histogram = *histograms[index];
    json[std::string(name(static_cast<Metric>(index)))] = {
        {"count", histogram.count()},
        {"min", histogram.min()},
        {"mean", histogram.mean()},
        {"stddev", histogram.standard_deviation()},
        {"p50", histogram.value_at(50)},
        {"p75", histogram.value_at(75)},
        {"p90", histogram.value_at(90)},
        {"p95", histogram.value_at(95)},
        {"p99", histogram.value_at(99)},
        {"p99_9", histogram.value_at(99.9)},
        {"p99_99", histogram.value_at(99.99)},
        {"max", histogram.max()},
        {"hdr", base64(stats::encode_hdr_compressed(histogram))},
    };
  }
  return json;
}

Json interval_latency_json(const Interval& interval) {
  Json json = Json::object();
  for (std::size_t index = 0; index < metric_count; ++index) {
    const IntervalLatency& latency = interval.latency[index];
    if (latency.count == 0) continue;
    Json& metric = json[std::string(name(static_cast<Metric>(index)))];
    metric = {{"count", latency.count}, {"p50", latency.p50},    {"p90", latency.p90},
              {"p99", latency.p99},     {"p99_9", latency.p999}, {"max", latency.max}};
    if (!latency.hdr.empty()) metric["hdr"] = base64(latency.hdr);
  }
  return json;
}

Json intervals_json(const std::vector<Interval>& intervals) {
  Json json = Json::array();
  for (const Interval& interval : intervals) {
    json.push_back({{"start", interval.start},
                    {"duration", interval.duration},
                    {"measured", interval.measured},
                    {"cpu_seconds", interval.cpu_seconds},
                    {"counters", counters_json(interval.counters, Zeros::left_out)},
                    {"gauges", gauges_json(interval.gauges, Zeros::left_out)},
                    {"latency", interval_latency_json(interval)}});
  }
  return json;
}

Json curve_json(const std::vector<CurvePoint>& curve) {
  Json json = Json::array();
  for (const CurvePoint& point : curve) {
    json.push_back({{"rate", point.rate},
                    {"sent", point.sent},
                    {"received", point.received},
                    {"p50", point.p50},
                    {"p99", point.p99},
                    {"max", point.max},
                    {"loss", point.loss},
                    {"met", point.met},
                    {"failed", point.failed}});
  }
  return json;
}

Json objectives_json(const Report& report) {
  // A report that nobody has judged yet has no results; its objectives are to be kept all the same.
  const bool judged = report.results.size() == report.objectives.size();
  Json json = Json::array();
  for (std::size_t index = 0; index < report.objectives.size(); ++index) {
    const Objective& objective = report.objectives[index];
    const ObjectiveResult result = judged ? report.results[index] : ObjectiveResult();
    json.push_back({{"text", objective.text},
                    {"quantity", objective.quantity},
                    {"operator", text_of(objective.op)},
                    {"limit", objective.limit},
                    {"fraction", objective.fraction},
                    {"value", result.value ? Json(*result.value) : Json()},
                    {"value_text", result.value_text},
                    {"met", result.met}});
  }
  return json;
}

Json violations_json(const std::vector<Violation>& violations) {
  Json json = Json::array();
  for (const Violation& violation : violations) {
    json.push_back({{"qos", violation.qos}, {"text", violation.text}});
  }
  return json;
}

}  // namespace

std::string to_json(const Report& report) {
  Json json;
  json["schema"] = Report::schema;
  json["run"] = run_json(report);
  json["totals"] = totals_json(report);
  json["account"] = counters_json(report.account, Zeros::kept);
  json["latency"] = latency_json(report.histograms);
  json["errors"] = report.errors.texts();
  json["intervals"] = intervals_json(report.intervals);
  json["curve"] = curve_json(report.curve);
  json["objectives"] = objectives_json(report);
  json["violations"] = violations_json(report.violations);
  json["warnings"] = report.warnings;
  json["run_warnings"] = report.run_warnings;
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace mqrig::load
