// Comparing what a load test counted and measured, to the last value.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <string>

#include <mqrig/load/sample.hpp>

namespace mqrig::load {

inline std::map<std::string, std::uint64_t> numbers(const Counters& counters) {
  std::map<std::string, std::uint64_t> values;
  for (const CounterField& field : counter_fields()) {
    values[std::string(field.name)] = field.get(counters);
  }
  return values;
}

inline std::map<std::string, std::uint64_t> numbers(const Gauges& gauges) {
  std::map<std::string, std::uint64_t> values;
  for (const GaugeField& field : gauge_fields()) {
    values[std::string(field.name)] = gauges.*field.member;
  }
  return values;
}

inline std::map<std::uint64_t, std::uint64_t> buckets(const stats::Histogram& histogram) {
  std::map<std::uint64_t, std::uint64_t> counts;
  histogram.for_each(
      [&](std::uint64_t lowest, std::uint64_t, std::uint64_t count) { counts[lowest] = count; });
  return counts;
}

inline void check_same(const Histograms& one, const Histograms& other) {
  for (std::size_t metric = 0; metric < metric_count; ++metric) {
    CAPTURE(name(static_cast<Metric>(metric)));
    REQUIRE((one[metric] == nullptr) == (other[metric] == nullptr));
    if (!one[metric]) continue;
    CHECK(buckets(*one[metric]) == buckets(*other[metric]));
    CHECK(one[metric]->min() == other[metric]->min());
    CHECK(one[metric]->max() == other[metric]->max());
    CHECK(one[metric]->mean() == doctest::Approx(other[metric]->mean()).epsilon(1e-12));
  }
}

}  // namespace mqrig::load
