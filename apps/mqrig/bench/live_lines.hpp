#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mqrig/load/report.hpp>
#include <optional>
#include <string>
#include <vector>

namespace mqrig::bench_command {

/// How far a run is.
struct Progress {
  std::string phase;            // "connecting", "warm-up", "hold", "draining"
  double elapsed = 0;           // seconds since the run's begin
  std::optional<double> total;  // seconds, when it will end by the clock
  std::optional<double> done;   // 0 to 1, of the time or of the messages, where either is known
};

/// What live lines say, gathered from interval to interval.
class LiveNumbers {
 public:
  static constexpr std::size_t history = 60;  // intervals of a sparkline

  void add(const Progress& progress, const load::Interval& interval);

  /// Of the last interval, for a terminal of `width` columns; none is longer.
  std::vector<std::string> lines(std::size_t width, bool unicode) const;

  /// One plain line of everything since the last one, without a line end. Rates are means,
  /// latencies those of the worst interval.
  std::string summary();

 private:
  struct Rates {
    double out = 0;
    double in = 0;
    double connects = 0;
  };

  std::string progress_line(std::size_t width, bool unicode) const;
  std::string history_line(std::size_t width, bool unicode) const;

  Progress progress_;
  load::Interval last_;
  load::Interval since_summary_;
  std::deque<Rates> rates_;
  load::Metric metric_ = load::Metric::connect;
  std::uint64_t errors_ = 0;
};

}  // namespace mqrig::bench_command
