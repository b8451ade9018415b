// Samples with something in every place.
#pragma once

#include <random>

#include <mqrig/load/sample.hpp>

namespace mqrig::load {

inline Sample random_sample(std::mt19937_64& random) {
  Sample sample;
  sample.start = std::chrono::steady_clock::time_point(std::chrono::nanoseconds(random() >> 4));
  sample.end = sample.start + std::chrono::seconds(1);
  sample.stage = Stage::publishing;
  sample.cpu_seconds = 0.25;
  for (const CounterField& field : counter_fields()) field.add(sample.counters, random() >> 20);
  for (const GaugeField& field : gauge_fields()) sample.gauges.*field.member = random() >> 20;
  std::lognormal_distribution<double> latency(13, 2);
  for (std::size_t metric = 0; metric < metric_count; metric += 2) {
    for (int value = 0; value < 500; ++value) {
      record(sample.histograms, static_cast<Metric>(metric),
             static_cast<std::uint64_t>(latency(random)));
    }
  }
  sample.errors.add(ErrorKind::connack, static_cast<wire::ReasonCode>(0x80 + random() % 8), 3);
  return sample;
}

}  // namespace mqrig::load
