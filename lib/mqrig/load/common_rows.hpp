// The time series of several shards as one.
#pragma once

#include <cstdint>
#include <vector>

#include <mqrig/load/report.hpp>

namespace mqrig::load {

// Intervals of the shards fall into the same row when they lie at the same multiple of the interval
// time, whose phase is the shard's own: their clocks tick at different moments, and each interval
// goes as a whole into the nearest row. A row is of measured time or of none. Its duration is the
// mean of what the shards have in it, so that counters / duration is the rate of all. The pieces at
// the ends of the measured time, where the shards do not have the same rows, go into the row next
// to them.
//
// Percentiles are exact where all intervals of a row have their histograms; where one has none they
// are the largest of the shards, which those of all together do not exceed. `keep` keeps the
// histograms, for another merge. Starts are seconds since `begin`, wall clock, as Report::begin.
std::vector<Interval> common_rows(const std::vector<Report>& reports, std::int64_t begin,
                                  bool keep);

}  // namespace mqrig::load
