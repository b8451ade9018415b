// The result of a load test: everything that a view, a file or a comparison needs.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <mqrig/load/counters.hpp>
#include <mqrig/load/error_counts.hpp>
#include <mqrig/load/metric.hpp>
#include <mqrig/load/sample.hpp>
#include <mqrig/load/slo.hpp>

namespace mqrig::load {

// One metric in one interval.
struct IntervalLatency {
  std::uint64_t count = 0;
  std::uint64_t p50 = 0, p90 = 0, p99 = 0, p999 = 0, max = 0;  // nanoseconds
};

// A row of the time series: all shards together.
struct Interval {
  double start = 0;     // seconds since the run's begin
  double duration = 0;  // seconds
  bool measured = false;
  Counters counters;
  Gauges gauges;
  std::array<IntervalLatency, metric_count> latency{};
  double cpu_seconds = 0;
};

// A step of a search for the highest rate.
struct CurvePoint {
  double rate = 0;  // asked for, messages a second
  double sent = 0;  // reached
  double received = 0;
  std::uint64_t p50 = 0, p99 = 0, max = 0;  // of the metric that the objectives mean, ns
  double loss = 0;                          // fraction
  bool met = false;
  std::string failed;  // the first objective that was not met
};

// A guarantee of MQTT that did not hold: "QoS 2: 3 of 1,000,000 deliveries lost".
struct Violation {
  int qos = 0;
  std::string text;
};

struct ClockNote {
  bool synchronised = false;  // by the kernel's word
  double error_seconds = 0;   // the kernel's estimate of the largest error
  bool one_machine = true;    // all times of the run come from one clock
};

struct Report {
  static constexpr int schema = 1;

  // What ran
  std::string version;  // of mqrig
  std::string run_id;   // 16 hexadecimal digits
  std::string scenario_name;
  std::string scenario_text;            // TOML, without secrets
  std::string broker;                   // "127.0.0.1:1883", "embedded"
  std::string host;                     // of this machine
  std::int64_t begin = 0;               // wall clock, nanoseconds since the epoch
  std::uint32_t shard = 1, shards = 1;  // --shard i/n
  std::uint32_t merged = 1;             // reports that are in it
  std::uint32_t processes = 1, threads = 1;
  bool open_loop = false;
  double asked_rate = 0;  // messages a second, open loop
  std::string loop_text;  // "open loop, 10,000 messages/s" / "closed loop, 100 in flight"
  ClockNote clock;
  int interrupted = 0;  // the signal
  // What came out: of the measured time, but for `account`
  double measured_seconds = 0;
  Counters totals;
  Counters account;  // of the whole run, warm-up and drain included: loss and duplicates are judged
                     // by it
  Gauges gauges_peak;
  Histograms histograms;
  ErrorCounts errors;      // of the whole run
  double cpu_seconds = 0;  // of the generator, measured time
  std::vector<Interval> intervals;
  std::vector<CurvePoint> curve;
  // Judgement
  std::vector<Objective> objectives;
  std::vector<ObjectiveResult> results;
  std::vector<Violation> violations;
  std::vector<std::string> warnings;  // "the generator, not the broker, was the limit: ..."
};

// Fills `results`, `violations` and `warnings` from the rest.
void judge(Report& report);
// True when nothing at all was measured.
bool measured_nothing(const Report& report);

// report_json.hpp: std::string to_json(const Report&), std::optional<Report>
// from_json(std::string_view, std::string& error); histograms as Base64 of the compressed V2
// encoding. report_merge.hpp: std::string merge(std::vector<Report>, Report& into): error text or
// empty; exact; time series aligned by wall clock. report_csv.hpp, hdr_log.hpp, report_html.hpp,
// report_text.hpp (the table at the end), report_compare.hpp

}  // namespace mqrig::load
