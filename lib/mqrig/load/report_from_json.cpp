#include <nlohmann/json.hpp>

#include <mqrig/load/json_fields.hpp>
#include <mqrig/load/report_json.hpp>
#include <mqrig/payload/base64.hpp>
#include <mqrig/stats/hdr_encoding.hpp>

namespace mqrig::load {
namespace {

using Json = JsonFields::Json;

// A year of seconds has 31 million intervals: nobody keeps them in one file.
constexpr std::size_t most_intervals = 10'000'000;

// Thirty years, and the wall clock up to 2223: their sum fits into a count of nanoseconds.
constexpr double longest = 1e9;
constexpr std::int64_t latest = 8'000'000'000'000'000'000;

void read_counters(JsonFields fields, Counters& counters) {
  for (const CounterField& field : counter_fields()) {
    std::uint64_t value = 0;
    fields.read(field.name, value);
    field.add(counters, value);
  }
}

void read_gauges(JsonFields fields, Gauges& gauges) {
  for (const GaugeField& field : gauge_fields()) fields.read(field.name, gauges.*field.member);
}

void read_clock(JsonFields fields, ClockNote& clock) {
  fields.read("synchronised", clock.synchronised);
  fields.read("error_seconds", clock.error_seconds, 0, longest);
  fields.read("one_machine", clock.one_machine);
}

void read_shards(JsonFields& fields, Report& report) {
  fields.read("shard", report.shard);
  fields.read("shards", report.shards);
  fields.read("merged", report.merged);
  if (report.shard < 1 || report.shard > report.shards) {
    fields.fail("shard", "is not one of 1 to " + std::to_string(report.shards));
  }
  const Json* numbers = fields.list("merged_shards");
  if (numbers == nullptr) return;
  for (const Json& number : *numbers) {
    const std::uint64_t shard = number.is_number_unsigned() ? number.get<std::uint64_t>() : 0;
    const std::uint32_t last = report.merged_shards.empty() ? 0 : report.merged_shards.back();
    if (shard <= last || shard > report.shards) {
      return fields.fail("merged_shards", "is not a list of ascending shard numbers");
    }
    report.merged_shards.push_back(static_cast<std::uint32_t>(shard));
  }
  if (report.merged_shards.size() != report.merged) {
    fields.fail("merged", "is not the number of merged_shards");
  }
}

void read_run(JsonFields fields, Report& report) {
  fields.read("version", report.version);
  fields.read("run_id", report.run_id);
  fields.read("scenario", report.scenario_name);
  fields.read("scenario_text", report.scenario_text);
  fields.read("broker", report.broker);
  fields.read("host", report.host);
  fields.read("begin_ns", report.begin);
  if (report.begin < 0 || report.begin > latest) fields.fail("begin_ns", "is out of range");
  read_shards(fields, report);
  fields.read("processes", report.processes);
  fields.read("threads", report.threads);
  fields.read("open_loop", report.open_loop);
  fields.read("asked_rate", report.asked_rate);
  fields.read("loop", report.loop_text);
  read_clock(fields.open("clock"), report.clock);
  fields.read("interrupted", report.interrupted);
  fields.read("measured_seconds", report.measured_seconds, 0, longest);
  fields.read("cpu_seconds", report.cpu_seconds, 0, longest * 1e6);
  read_gauges(fields.open("peak"), report.gauges_peak);
}

// The bytes behind the Base64 text, or nothing where there is none.
std::string read_hdr(JsonFields& fields) {
  std::string text;
  std::string bytes;
  fields.read("hdr", text);
  if (!payload::decode_base64(text, bytes)) fields.fail("hdr", "is not Base64");
  return bytes;
}

void read_histogram(JsonFields fields, std::unique_ptr<stats::Histogram>& into) {
  const std::string bytes = read_hdr(fields);
  if (fields.failed()) return;
  std::optional<stats::Histogram> histogram = stats::decode_hdr(bytes);
  if (!histogram) return fields.fail("hdr", "is not a histogram of HdrHistogram V2 of 3 digits");
  std::uint64_t count = histogram->count();
  std::uint64_t min = histogram->min();
  std::uint64_t max = histogram->max();
  double mean = histogram->mean();
  fields.read("count", count);
  fields.read("min", min);
  fields.read("max", max);
  fields.read("mean", mean);
  if (count != histogram->count()) {
    return fields.fail("hdr", "has " + std::to_string(histogram->count()) +
                                  " values, and count is " + std::to_string(count));
  }
  histogram->refine(min, max, mean);
  into = std::make_unique<stats::Histogram>(std::move(*histogram));
}

void read_latency(JsonFields fields, Histograms& histograms) {
  for (std::size_t index = 0; index < metric_count; ++index) {
    const std::string_view metric = name(static_cast<Metric>(index));
    if (fields.object(metric) != nullptr) read_histogram(fields.open(metric), histograms[index]);
  }
}

void read_interval_latency(JsonFields fields, Interval& interval) {
  for (std::size_t index = 0; index < metric_count; ++index) {
    const std::string_view metric = name(static_cast<Metric>(index));
    if (fields.object(metric) == nullptr) continue;
    JsonFields values = fields.open(metric);
    IntervalLatency& latency = interval.latency[index];
    values.read("count", latency.count);
    values.read("p50", latency.p50);
    values.read("p90", latency.p90);
    values.read("p99", latency.p99);
    values.read("p99_9", latency.p999);
    values.read("max", latency.max);
    latency.hdr = read_hdr(values);
  }
}

void read_interval(JsonFields fields, Interval& interval) {
  fields.read("start", interval.start, -longest, longest);
  fields.read("duration", interval.duration, 0, longest);
  fields.read("measured", interval.measured);
  fields.read("cpu_seconds", interval.cpu_seconds);
  read_counters(fields.open("counters"), interval.counters);
  read_gauges(fields.open("gauges"), interval.gauges);
  read_interval_latency(fields.open("latency"), interval);
}

void read_point(JsonFields fields, CurvePoint& point) {
  fields.read("rate", point.rate);
  fields.read("sent", point.sent);
  fields.read("received", point.received);
  fields.read("p50", point.p50);
  fields.read("p99", point.p99);
  fields.read("max", point.max);
  fields.read("loss", point.loss);
  fields.read("met", point.met);
  fields.read("failed", point.failed);
}

// `text` says it all; the other keys are for programs that do not want to parse it.
void read_objective(JsonFields fields, Report& report) {
  std::string text;
  fields.read("text", text);
  std::vector<Objective> read;
  if (const std::string problem = parse_objectives(text, read); !problem.empty()) {
    return fields.fail("text", "is not an objective: " + problem);
  }
  if (read.size() != 1) return fields.fail("text", "is not one objective");
  report.objectives.push_back(read.front());
  ObjectiveResult& result = report.results.emplace_back();
  result.objective = read.front();
  const auto value = fields.json().find("value");
  if (value != fields.json().end() && !value->is_null()) {
    fields.read("value", result.value.emplace());
  }
  fields.read("value_text", result.value_text);
  fields.read("met", result.met);
}

void read_violation(JsonFields fields, Violation& violation) {
  fields.read("qos", violation.qos);
  fields.read("text", violation.text);
}

// Calls read(fields) for every object of the list.
template <class Read>
void read_list(JsonFields& fields, std::string_view key, Read&& read) {
  const Json* list = fields.list(key);
  if (list == nullptr) return;
  if (list->size() > most_intervals) return fields.fail(key, "is too long");
  for (std::size_t index = 0; index < list->size() && !fields.failed(); ++index) {
    read(JsonFields((*list)[index], fields.path_of(key) + "[" + std::to_string(index) + "]",
                    fields.problem()));
  }
}

void read_errors(JsonFields& fields, ErrorCounts& errors) {
  JsonFields counts = fields.open("errors");
  for (const auto& item : counts.json().items()) {
    std::uint64_t count = 0;
    counts.read(item.key(), count);
    errors.add(item.key(), count);
  }
}

void read_report(JsonFields& fields, Report& report) {
  read_run(fields.open("run"), report);
  read_counters(fields.open("totals"), report.totals);
  read_counters(fields.open("account"), report.account);
  read_latency(fields.open("latency"), report.histograms);
  read_errors(fields, report.errors);
  read_list(fields, "intervals", [&](JsonFields interval) {
    read_interval(std::move(interval), report.intervals.emplace_back());
  });
  read_list(fields, "curve",
            [&](JsonFields point) { read_point(std::move(point), report.curve.emplace_back()); });
  read_list(fields, "objectives",
            [&](JsonFields objective) { read_objective(std::move(objective), report); });
  read_list(fields, "violations", [&](JsonFields violation) {
    read_violation(std::move(violation), report.violations.emplace_back());
  });
  fields.read("warnings", report.warnings);
  fields.read("run_warnings", report.run_warnings);
}

// Empty, or why these are not the members of a report that this program can read.
std::string check_schema(JsonFields& fields) {
  for (const std::string_view key : {"schema", "run", "totals", "account"}) {
    if (!fields.json().contains(std::string(key))) return "it has no " + std::string(key);
  }
  std::int64_t schema = 0;
  fields.read("schema", schema);
  return fields.problem();
}

}  // namespace

std::optional<Report> from_json(std::string_view text, std::string& error) {
  const std::string start = "is not a report of mqrig bench: ";
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) {
    error = start + "it is not JSON";
    return std::nullopt;
  }
  if (!json.is_object()) {
    error = start + "it is not a JSON object";
    return std::nullopt;
  }
  std::string problem;
  JsonFields fields(json, "", problem);
  if (const std::string fault = check_schema(fields); !fault.empty()) {
    error = start + fault;
    return std::nullopt;
  }
  if (const auto schema = json.at("schema").get<std::int64_t>(); schema != Report::schema) {
    error = "has schema " + std::to_string(schema) + ", and this mqrig reads schema " +
            std::to_string(Report::schema) +
            (schema > Report::schema ? " only: read it with a newer mqrig" : " only");
    return std::nullopt;
  }
  std::optional<Report> report(std::in_place);
  read_report(fields, *report);
  if (problem.empty()) return report;
  error = start + problem;
  return std::nullopt;
}

}  // namespace mqrig::load
