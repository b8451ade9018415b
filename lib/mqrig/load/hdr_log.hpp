// Histograms over time as an HdrHistogram log V2, which that library's tools read in every
// language.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <mqrig/load/metric.hpp>

namespace mqrig::load {

// Writes a log piece by piece, while the run goes on: start() once, then add() for each interval,
// in the order of time. Both append whole lines.
//
// A line has the tag of its metric, its times in seconds, the largest value in milliseconds, as
// such logs have it, and the histogram itself in nanoseconds. Metrics without values have no line.
class HdrLogWriter {
 public:
  // Wall clock, nanoseconds since 1970.
  explicit HdrLogWriter(std::int64_t begin) noexcept : begin_(begin) {}

  // `program` names who writes it, in one line: "mqrig 0.1.0".
  void start(std::string& out, std::string_view program) const;
  // Seconds since the begin.
  void add(std::string& out, double start, double end, const Histograms& histograms) const;

 private:
  std::int64_t begin_;
};

}  // namespace mqrig::load
