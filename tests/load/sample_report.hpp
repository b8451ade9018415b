// A report with something in every place, as of a run that went well.
#pragma once

#include <cmath>
#include <random>

#include <mqrig/load/report.hpp>

namespace mqrig::load {

inline void record_latencies(Histograms& histograms, Metric metric, double median, int count,
                             unsigned seed = 1) {
  std::mt19937_64 random(seed);
  std::lognormal_distribution<double> latency(std::log(median), 0.5);
  for (int value = 0; value < count; ++value) {
    record(histograms, metric, static_cast<std::uint64_t>(latency(random)));
  }
}

// Ten measured seconds of 1,000 messages each at QoS 1, delivered in about 2 ms.
inline Report sample_report() {
  Report report;
  report.version = "0.1.0";
  report.run_id = "0123456789abcdef";
  report.scenario_name = "pubsub";
  report.scenario_text = "[[group]]\nname = \"clients\"\n";
  report.broker = "127.0.0.1:1883";
  report.host = "here";
  report.begin = 1'795'329'000'000'000'000;
  report.threads = 2;
  report.open_loop = true;
  report.asked_rate = 1000;
  report.loop_text = "open loop, 1,000 messages/s";
  report.measured_seconds = 10;
  report.cpu_seconds = 1.5;
  report.gauges_peak.clients = report.gauges_peak.connected = report.gauges_peak.ready = 100;
  for (int second = 0; second < 10; ++second) {
    Interval& interval = report.intervals.emplace_back();
    interval.start = second + 0.5;
    interval.duration = 1;
    interval.measured = true;
    interval.cpu_seconds = 0.15;
    interval.counters.scheduled = interval.counters.sent[1] = 1000;
    interval.counters.acknowledged[1] = interval.counters.expected[1] = 1000;
    interval.counters.received[1] = interval.counters.distinct[1] = 1000;
    interval.gauges = report.gauges_peak;
    Histograms histograms;
    record_latencies(histograms, Metric::delivery, 2e6, 1000, static_cast<unsigned>(second));
    record_latencies(histograms, Metric::scheduling, 2e4, 1000, static_cast<unsigned>(second));
    interval.set_latency(histograms, false);
    merge(report.histograms, histograms);
    report.totals += interval.counters;
  }
  report.account = report.totals;
  report.account.attempts = report.account.connected = 100;
  return report;
}

}  // namespace mqrig::load
