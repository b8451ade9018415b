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
  // The histogram as stats::encode_hdr_compressed() has it, or empty. Kept by shards of a larger
  // run, about 1 KB each: percentiles of all shards together come from nothing else.
  std::string hdr;
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

  // Of these histograms; `keep` for a shard of a larger run.
  void set_latency(const Histograms& histograms, bool keep);
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
  std::string scenario_text;                 // TOML, without secrets
  std::string broker;                        // "127.0.0.1:1883", "embedded"
  std::string host;                          // of this machine
  std::int64_t begin = 0;                    // wall clock, nanoseconds since the epoch
  std::uint32_t shard = 1, shards = 1;       // --shard i/n; the first one of those that are in it
  std::uint32_t merged = 1;                  // shards that are in it
  std::vector<std::uint32_t> merged_shards;  // their numbers, ascending; empty: `shard` alone
  std::uint32_t processes = 1, threads = 1;  // threads of all processes
  bool open_loop = false;
  double asked_rate = 0;  // messages a second, open loop, of the shards that are in it
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
  // What only the run itself could know; judge() puts it in front of its own warnings.
  std::vector<std::string> run_warnings;
};

// Deliveries that did not come, of the whole run.
//
// Exact where senders and receivers of all shards are in the report: expected - distinct - corrupt,
// by the lower QoS of message and subscription. Else the gaps that receivers saw: a lower bound.
// Messages without an acknowledgement at the end may have been delivered or not; they are not
// expected, and where they came they can hide as many losses as Counters::unconfirmed_deliveries
// says.
struct Loss {
  bool measured = false;  // something stamped was to come, or came
  bool exact = false;
  std::uint64_t lost = 0;
  std::uint64_t expected = 0;
};
Loss loss_of(const Report& report) noexcept;

// Fills `results`, `violations` and `warnings` from the rest.
//
// Violations: a loss at QoS 1 or 2 where it is exact and no client began a new session in the
// run, which may lose what the old one had; a duplicate at QoS 2; a corrupt message of any QoS.
void judge(Report& report);
// True when nothing at all was measured: no message of a run that has messages, or none that the
// broker took; no subscription of those that were asked for; no connection of a run that only
// connects.
bool measured_nothing(const Report& report) noexcept;

}  // namespace mqrig::load
